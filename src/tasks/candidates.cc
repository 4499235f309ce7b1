#include "tasks/candidates.h"

#include <algorithm>
#include <cmath>

#include "base/error.h"
#include "base/text.h"
#include "corpus/split.h"
#include "listening/distribution.h"
#include "listening/profile.h"
#include "notation/smf_reader.h"
#include "rendering/contact_sheet.h"
#include "tasks/given_music.h"

namespace toccata::tasks {
namespace {
namespace fs = std::filesystem;
using composing::CandidateScores;
using composing::Criterion;
using composing::Place;

// A piece as its file's bytes: far less than its Roll, where there are thousands.
struct Candidate {
  Bytes bytes;
  composing::Receipt receipt;
};

std::vector<corpus::Piece> read_corpus(const ChoiceOptions& options, const network::Config& config,
                                       Progress& progress, const Stop& stop) {
  corpus::Corpus corpus = read_for(config, options.corpus, 1, progress, stop);
  return corpus::pieces_of_part(std::move(corpus), options.corpus_split);
}

OrderedJson number(double value) {
  return std::isfinite(value) ? OrderedJson(value) : OrderedJson();
}

// " (rank 3)", where the criterion counted.
std::string rank_text(const Place& place, const std::vector<Criterion>& by, Criterion criterion) {
  const auto found = std::find(by.begin(), by.end(), criterion);
  if (found == by.end()) return "";
  return fmt::format(" (rank {:g})", place.ranks[static_cast<std::size_t>(found - by.begin())]);
}

std::string copied_text(const listening::Copy& copy) {
  if (copy.notes == 0) return "nothing";
  return fmt::format("{}, {:g} quarter notes long, as in {} from bar {}",
                     counted(copy.notes, "note"), copy.beats, copy.source, copy.source_bar);
}

std::vector<rendering::Fact> facts_of(const CandidateScores& scores, const Place& place,
                                      const std::vector<Criterion>& by) {
  std::vector<rendering::Fact> facts = {
      {"Mean rank", fmt::format("{:.2f}", place.mean_rank)},
      {"Surprise", fmt::format("{:.2f} nats per note{}", scores.nats_per_note,
                               rank_text(place, by, Criterion::likelihood))}};
  if (scores.distance) {
    facts.emplace_back("Distance from the corpus",
                       fmt::format("{:.2f} standard deviations{}", *scores.distance,
                                   rank_text(place, by, Criterion::statistics)));
  }
  if (scores.copied) {
    facts.emplace_back("Longest copy",
                       copied_text(*scores.copied) + rank_text(place, by, Criterion::copying));
  }
  facts.emplace_back("Notes", fmt::format("{}", scores.notes));
  return facts;
}

OrderedJson to_json(const CandidateScores& scores, const Place& place,
                    const std::vector<Criterion>& by) {
  OrderedJson json, ranks;
  json["piece"] = scores.number;
  json["notes"] = scores.notes;
  json["nats_per_note"] = number(scores.nats_per_note);
  if (scores.distance) json["distance"] = *scores.distance;
  if (scores.copied) {
    json["copied"] = {{"beats", scores.copied->beats},
                      {"notes", scores.copied->notes},
                      {"source", scores.copied->source},
                      {"source_bar", scores.copied->source_bar}};
  }
  for (std::size_t i = 0; i < by.size(); ++i) {
    ranks[std::string(to_word(by[i]))] = place.ranks[i];
  }
  json["ranks"] = std::move(ranks);
  json["mean_rank"] = place.mean_rank;
  return json;
}

// The middle of all candidates, for comparison.
rendering::Fact median(const std::vector<CandidateScores>& all, const char* what, const char* unit,
                       double (*value)(const CandidateScores&)) {
  std::vector<double> values;
  for (const CandidateScores& scores : all) {
    if (scores.notes) values.push_back(value(scores));
  }
  return {fmt::format("Median of all: {}", what),
          fmt::format("{:.3g} {}", listening::summarise(values).median, unit)};
}

rendering::ContactSheet sheet_of(const composing::Receipt& receipt, const Choice& choice,
                                 const std::vector<CandidateScores>& all,
                                 const std::vector<Criterion>& by, int keep) {
  std::vector<std::string_view> names;
  for (const Criterion criterion : by) names.push_back(to_word(criterion));
  rendering::ContactSheet sheet;
  sheet.title = fmt::format("The best {} of {} pieces by {}", keep, all.size(), receipt.model);
  sheet.introduction = fmt::format(
      "Ranked by {}: the mean of the ranks by each, best first. Every piece can be made again, "
      "byte "
      "for byte, from the receipt in its file: toccata generate --again FILE.",
      fmt::join(names, ", "));
  sheet.facts = {{"Model", fmt::format("{} ({})", receipt.model, receipt.model_hash)},
                 {"Seed", fmt::format("{}", receipt.order.seed)},
                 {"Temperature", fmt::format("{:g}", receipt.order.sampling.temperature)},
                 {"Steps", fmt::format("{}", receipt.order.steps.value_or(0))},
                 {"Composed with", receipt.program}};
  if (receipt.order.prime) sheet.facts.emplace_back("Goes on from", receipt.order.prime->path);
  sheet.facts.push_back(median(all, "surprise", "nats per note",
                               [](const CandidateScores& f) { return f.nats_per_note; }));
  if (choice.usual()) {
    sheet.facts.push_back(
        median(all, "distance", "standard deviations",
               [](const CandidateScores& f) { return f.distance.value_or(NAN); }));
  }
  if (choice.corpus_pieces()) {
    sheet.facts.push_back(median(all, "longest copy", "notes", [](const CandidateScores& f) {
      return f.copied ? static_cast<double>(f.copied->notes) : NAN;
    }));
    sheet.facts.emplace_back("Held against", counted(choice.corpus_pieces(), "piece"));
  }
  return sheet;
}

}  // namespace

Choice::Choice(const ChoiceOptions& options, const NamedModel& named, Progress& progress,
               const Stop& stop)
    : options_(options) {
  if (!options.corpus.empty() && options.candidates == 0 && !options.max_copy) {
    fail_usage("--corpus goes with --candidates or --max-copy");
  }
  if (options.candidates && options.keep > options.candidates) {
    fail_usage("--keep: expected up to the {} candidates, found {}", options.candidates,
               options.keep);
  }
  if (!options.corpus.empty()) {
    pieces_ = read_corpus(options, named.model.config, progress, stop);
    std::vector<const corpus::Piece*> pieces;
    for (const corpus::Piece& piece : pieces_) pieces.push_back(&piece);
    index_.emplace(pieces);
    if (options.candidates) {
      usual_ = profile_of(named.folder);
      if (!usual_) usual_ = listening::profile(pieces, 0);
    }
  } else if (options.candidates) {
    usual_ = profile_of(named.folder);
  }
  composing::ranking({}, criteria());  // a wrong wish is found before minutes of composing
  for (const composing::Criterion criterion : criteria()) {
    if ((criterion == composing::Criterion::statistics && !usual_) ||
        (criterion == composing::Criterion::copying && !index_)) {
      fail_usage("--rank-by {}: name the corpus with --corpus{}", to_word(criterion),
                 usual_ ? ""
                        : ", or keep its statistics with the model: toccata describe PATH "
                          "--for MODEL");
    }
  }
}

std::optional<composing::CopyLimit> Choice::copy_limit() const {
  if (!options_.max_copy) return std::nullopt;
  return composing::CopyLimit{
      .corpus = &*index_, .most_beats = *options_.max_copy, .most_tries = options_.max_tries};
}

composing::References Choice::references() const {
  return {usual_ ? &*usual_ : nullptr, index_ ? &*index_ : nullptr};
}

std::vector<composing::Criterion> Choice::criteria() const {
  using composing::Criterion;
  if (!options_.rank_by.empty()) return options_.rank_by;
  std::vector<Criterion> all = {Criterion::likelihood};
  if (usual_) all.push_back(Criterion::statistics);
  if (index_) all.push_back(Criterion::copying);
  return all;
}

OrderedJson choose_candidates(const ComposeTask& task, const Choice& choice, const fs::path& out,
                              Progress& progress, const Stop& stop) {
  const ChoiceOptions& options = choice.options();
  std::vector<CandidateScores> scores;
  std::vector<Candidate> candidates;
  const composing::References references = choice.references();
  compose(
      task,
      [&](MadePiece&& made) {
        scores.push_back(composing::scores_of(made.piece, references));
        candidates.push_back({std::move(made.midi), std::move(made.receipt)});
      },
      progress, stop);
  if (stop.requested()) return nullptr;

  const composing::Receipt receipt = receipt_of(task);
  const std::vector<Criterion> by = choice.criteria();
  std::vector<Place> places = composing::ranking(scores, by);
  places.resize(std::min(places.size(), static_cast<std::size_t>(options.keep)));
  const fs::path sheet_file =
      options.sheet.empty() ? out / (stem_of(receipt) + ".html") : fs::path(options.sheet);
  rendering::ContactSheet sheet =
      sheet_of(receipt, choice, scores, by, static_cast<int>(places.size()));
  OrderedJson kept = OrderedJson::array();
  for (std::size_t i = 0; i < places.size(); ++i) {
    const Candidate& candidate = candidates[places[i].candidate];
    const CandidateScores& own = scores[places[i].candidate];
    const fs::path path = write_into(out, candidate.receipt, candidate.bytes);
    OrderedJson row = to_json(own, places[i], by);
    row["file"] = path.string();
    kept.push_back(std::move(row));
    const fs::path beside = sheet_file.parent_path().empty() ? "." : sheet_file.parent_path();
    sheet.pieces.push_back({fmt::format("{}. Piece {}", i + 1, own.number),
                            path.lexically_proximate(beside).generic_string(),
                            notation::read_smf(candidate.bytes, path.string()).scores.front(),
                            facts_of(own, places[i], by),
                            composing::receipt_text(candidate.receipt)});
  }
  const std::string html = rendering::contact_sheet(sheet);
  const fs::path written =
      options.sheet.empty()
          ? free_name(out, sheet_file.stem().string(), ".html",
                      {reinterpret_cast<const std::uint8_t*>(html.data()), html.size()})
          : sheet_file;
  write_file(written, html);
  OrderedJson json;
  json["candidates"] = scores.size();
  json["sheet"] = written.string();
  json["pieces"] = std::move(kept);
  return json;
}

}  // namespace toccata::tasks
