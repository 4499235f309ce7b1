#include "cli/commands/candidates.h"

#include <algorithm>
#include <cmath>

#include "base/text.h"
#include "cli/commands/piece_names.h"
#include "composing/piece_file.h"
#include "listening/distribution.h"
#include "notation/smf_reader.h"
#include "rendering/contact_sheet.h"

namespace toccata::cli {
namespace {
namespace fs = std::filesystem;
using composing::Criterion;
using composing::Figures;
using composing::Place;

// A piece as its file's bytes: far less than its Roll, where there are thousands.
struct Candidate {
  Bytes bytes;
  composing::Receipt receipt;
};

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

std::vector<rendering::Fact> facts_of(const Figures& figures, const Place& place,
                                      const std::vector<Criterion>& by) {
  std::vector<rendering::Fact> facts = {
      {"Mean rank", fmt::format("{:.2f}", place.mean_rank)},
      {"Surprise", fmt::format("{:.2f} nats a note{}", figures.nats_per_note,
                               rank_text(place, by, Criterion::likelihood))}};
  if (figures.distance) {
    facts.emplace_back("Distance from the corpus",
                       fmt::format("{:.2f} standard deviations{}", *figures.distance,
                                   rank_text(place, by, Criterion::statistics)));
  }
  if (figures.copied) {
    facts.emplace_back("Longest copy",
                       copied_text(*figures.copied) + rank_text(place, by, Criterion::copying));
  }
  facts.emplace_back("Notes", fmt::format("{}", figures.notes));
  return facts;
}

OrderedJson to_json(const Figures& figures, const Place& place, const std::vector<Criterion>& by) {
  OrderedJson json, ranks;
  json["piece"] = figures.number;
  json["notes"] = figures.notes;
  json["nats_per_note"] = number(figures.nats_per_note);
  if (figures.distance) json["distance"] = *figures.distance;
  if (figures.copied) {
    json["copied"] = {{"beats", figures.copied->beats},
                      {"notes", figures.copied->notes},
                      {"source", figures.copied->source},
                      {"source_bar", figures.copied->source_bar}};
  }
  for (std::size_t i = 0; i < by.size(); ++i) {
    ranks[std::string(to_word(by[i]))] = place.ranks[i];
  }
  json["ranks"] = std::move(ranks);
  json["mean_rank"] = place.mean_rank;
  return json;
}

// The middle of all candidates, for comparison.
rendering::Fact median(const std::vector<Figures>& all, const char* what, const char* unit,
                       double (*value)(const Figures&)) {
  std::vector<double> values;
  for (const Figures& figures : all) {
    if (figures.notes) values.push_back(value(figures));
  }
  return {fmt::format("Median of all: {}", what),
          fmt::format("{:.3g} {}", listening::summarise(values).median, unit)};
}

rendering::ContactSheet sheet_of(const composing::Receipt& receipt, const Choice& choice,
                                 const std::vector<Figures>& all, const std::vector<Criterion>& by,
                                 int keep) {
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
                 {"Seed", fmt::format("{}", receipt.seed)},
                 {"Temperature", fmt::format("{:g}", receipt.taste.temperature)},
                 {"Steps", fmt::format("{}", receipt.steps)},
                 {"Composed with", receipt.program}};
  if (receipt.prime) sheet.facts.emplace_back("Goes on from", receipt.prime->path);
  sheet.facts.push_back(
      median(all, "surprise", "nats a note", [](const Figures& f) { return f.nats_per_note; }));
  if (choice.usual()) {
    sheet.facts.push_back(median(all, "distance", "standard deviations",
                                 [](const Figures& f) { return f.distance.value_or(NAN); }));
  }
  if (choice.corpus_pieces()) {
    sheet.facts.push_back(median(all, "longest copy", "notes", [](const Figures& f) {
      return f.copied ? static_cast<double>(f.copied->notes) : NAN;
    }));
    sheet.facts.emplace_back("Held against", counted(choice.corpus_pieces(), "piece"));
  }
  return sheet;
}

// The sheet's own name, and how the piece is found from there.
fs::path sheet_path(const ChoiceOptions& options, const composing::Receipt& receipt,
                    const fs::path& out) {
  if (!options.sheet.empty()) return options.sheet;
  return out / fmt::format("{}-s{}.html", stem_of_model(receipt.model), receipt.seed);
}

}  // namespace

OrderedJson choose_candidates(const ChoiceOptions& options, const Choice& choice,
                              const network::Model& model, const composing::ComposeOptions& compose,
                              const composing::Receipt& receipt, const fs::path& out,
                              Context& context) {
  std::vector<Figures> figures;
  std::vector<Candidate> candidates;
  const composing::Judge judge = choice.judge();
  choice.compose(
      model, compose,
      [&](composing::Composed&& piece) {
        figures.push_back(composing::figures_of(piece, judge));
        Candidate candidate{{}, receipt};
        candidate.receipt.piece = piece.number;
        candidate.receipt.retries = piece.retries;
        candidate.bytes = composing::write_piece(piece, candidate.receipt);
        candidates.push_back(std::move(candidate));
      },
      context);
  if (context.stop.requested()) return nullptr;

  const std::vector<Criterion> by = choice.criteria();
  std::vector<Place> places = composing::ranking(figures, by);
  places.resize(std::min(places.size(), static_cast<std::size_t>(options.keep)));
  const fs::path sheet_file = sheet_path(options, receipt, out);
  rendering::ContactSheet sheet =
      sheet_of(receipt, choice, figures, by, static_cast<int>(places.size()));
  OrderedJson kept = OrderedJson::array();
  for (std::size_t i = 0; i < places.size(); ++i) {
    const Candidate& candidate = candidates[places[i].candidate];
    const Figures& own = figures[places[i].candidate];
    const fs::path path =
        free_name(out, stem_of(receipt.model, receipt.seed, own.number), ".mid", candidate.bytes);
    write_file(path, candidate.bytes);
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
  json["candidates"] = figures.size();
  json["sheet"] = written.string();
  json["pieces"] = std::move(kept);
  return json;
}

}  // namespace toccata::cli
