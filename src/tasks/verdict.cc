#include "tasks/verdict.h"

#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <map>

#include "base/files.h"
#include "base/text.h"
#include "composing/ranking.h"
#include "listening/notes.h"
#include "runs/model_name.h"
#include "training/evaluator.h"
#include "training/plan.h"

namespace toccata::tasks {
namespace {

constexpr int kPieces = 6, kQuarters = 32;  // composed to judge by: pieces, and their length
constexpr double kMostOperations = 4e11;    // that composing them may take: some seconds
constexpr double kCorpusSteps = 1e6;        // that they are held against
constexpr double kFew = 50'000;             // notes: fewer teach a model little by themselves
constexpr double kCopied = 16;              // quarter notes in a row that are no chance any more
constexpr double kSettled = 0.6;  // share of a run after which it still should have learned

// What a statistic says, where there is more and where there is less of it than in the corpus.
struct Phrases {
  const char *more, *less;
};
const std::map<std::string_view, Phrases> kPhrases = {
    {"pitch_range", {"wider in pitch", "narrower in pitch"}},
    {"n_pitches_used", {"more different pitches", "fewer different pitches"}},
    {"n_pitch_classes_used",
     {"more notes of the octave in use", "fewer notes of the octave in use"}},
    {"pitch_entropy", {"more evenly spread over the pitches", "dwelling on few pitches"}},
    {"pitch_class_entropy",
     {"more evenly spread over the octave", "dwelling on few notes of the octave"}},
    {"scale_consistency", {"more within one scale", "less within one scale"}},
    {"polyphony", {"more notes at a time", "fewer notes at a time"}},
    {"polyphony_rate", {"more often in several voices", "less often in several voices"}},
    {"empty_beat_rate", {"more beats of silence", "fewer beats of silence"}},
    {"empty_measure_rate", {"more bars of silence", "fewer bars of silence"}},
    {"groove_consistency", {"a steadier rhythm", "a less steady rhythm"}},
    {"avg_pitch_shift", {"larger leaps", "smaller leaps"}},
    {"avg_ioi", {"notes that follow more slowly", "notes that follow faster"}},
    {"mean_note_length", {"longer notes", "shorter notes"}},
    {"notes_per_step", {"denser", "sparser"}},
    {"pitch_median", {"higher", "lower"}},
    {"pitch_sd", {"more widely spread in pitch", "less widely spread in pitch"}},
    {"repeated_bars", {"more bars said again", "fewer bars said again"}},
};

std::string in_words(const listening::Beside& one) {
  const auto found = kPhrases.find(one.statistic->name);
  const std::string what =
      found == kPhrases.end()
          ? fmt::format("{} {}", one.away > 0 ? "more" : "less", one.statistic->name)
      : one.away > 0 ? found->second.more
                     : found->second.less;
  return fmt::format("{} ({:.2g}; the corpus {:.2g})", what, one.pieces, one.corpus);
}

// The statistics that lie farthest from the corpus, three at most.
std::string farthest(std::vector<listening::Beside> beside) {
  std::erase_if(beside, [](const listening::Beside& one) { return std::fabs(one.away) < 1; });
  std::ranges::stable_sort(beside, std::greater<>(),
                           [](const listening::Beside& one) { return std::fabs(one.away); });
  if (beside.size() > 3) beside.resize(3);
  std::vector<std::string> texts;
  for (const listening::Beside& one : beside) texts.push_back(in_words(one));
  return fmt::format("{}", fmt::join(texts, ", "));
}

const char* nearness(double distance) {
  return distance < 1.3   ? "they are as near to the corpus as its own pieces are to each other"
         : distance < 2   ? "they are near to the corpus"
         : distance < 2.8 ? "they are some way from the corpus"
                          : "they are far from the corpus";
}

bool beats_baseline(const VerdictFacts& facts) {
  return !facts.valid || !facts.baseline || *facts.valid > *facts.baseline;
}

// How validation went; of a run that has none, training itself.
struct Course {
  bool rising = false;    // it was still getting better at the end
  bool settled = false;   // the best came long before the end
  bool by_heart = false;  // training got far better than validation
};
Course course_of(const VerdictFacts& facts) {
  Course course;
  std::vector<std::pair<double, double>> points;  // seconds, likelihood
  const bool validated = facts.valid.has_value();
  double trained = runs::kNotMeasured;
  for (const runs::MetricsRow& row : facts.rows) {
    const double value = validated ? row.valid_nats : row.train_nats;
    if (!std::isnan(value)) points.emplace_back(row.seconds, value);
    if (!std::isnan(row.train_nats)) trained = row.train_nats;
  }
  if (points.size() < 3) return course;
  const auto best = std::ranges::max_element(points, {}, &std::pair<double, double>::second);
  const double end = points.back().first;
  course.settled = validated && best->first < kSettled * end;
  // What the last quarter of the run has brought.
  const auto late =
      std::ranges::find_if(points, [&](const auto& p) { return p.first >= 0.75 * end; });
  const double before = late == points.begin() ? points.front().second : (late - 1)->second;
  course.rising = best->first >= 0.9 * end && best->second - before > 0.01 * std::fabs(before);
  course.by_heart =
      validated && !std::isnan(trained) && trained - *facts.valid > 0.3 * std::fabs(*facts.valid);
  return course;
}

void add_found(Verdict& verdict) {
  const VerdictFacts& facts = verdict.facts;
  if (facts.valid && facts.baseline)
    verdict.found.push_back(fmt::format(
        "Music that it has not seen: {:.2f} nats per step, where to know no more than how often "
        "each note sounds gives {:.2f} (nearer to 0 is better){}",
        *facts.valid, *facts.baseline, facts.whole ? "" : "; on a sample of the held-out pieces"));
  if (facts.composed == 0) return;
  std::string text = fmt::format("It composed {} to judge by", counted(facts.composed, "piece"));
  if (facts.distance) {
    text += fmt::format(": {}", nearness(*facts.distance));
    if (const std::string most = farthest(facts.beside); !most.empty())
      text += fmt::format("; they differ most in being or having: {}", most);
  }
  verdict.found.push_back(text);
  if (facts.copied)
    verdict.found.push_back(
        facts.copied->beats == 0
            ? std::string("Nothing in them that is longer than a chord stands in the corpus")
            : fmt::format(
                  "The longest stretch that also stands in the corpus, in any key: {}, {:g} "
                  "quarter notes ({}, bar {})",
                  counted(facts.copied->notes, "note"), facts.copied->beats, facts.copied->source,
                  facts.copied->source_bar));
}

void add_warnings(Verdict& verdict) {
  const VerdictFacts& facts = verdict.facts;
  verdict.warnings = warnings_of_music(facts.train_pieces, facts.valid_pieces);
  if (!beats_baseline(facts))
    verdict.warnings.emplace_back(
        "the model is no better than its baseline: it knows no more of this music than how often "
        "each note sounds");
  if (facts.silent > 0)
    verdict.warnings.push_back(fmt::format("{} of the {} pieces that it composed {} silent",
                                           facts.silent, facts.composed,
                                           facts.silent == 1 ? "is" : "are"));
  if (facts.copied && facts.copied->beats > kCopied)
    verdict.warnings.push_back(fmt::format(
        "it copies: {:g} quarter notes in a row are those of {}; toccata generate {} "
        "--corpus {} --max-copy 8 composes without",
        facts.copied->beats, facts.copied->source, facts.run, fmt::join(facts.paths, " ")));
}

void add_advice(Verdict& verdict) {
  const VerdictFacts& facts = verdict.facts;
  const Course course = course_of(facts);
  const bool knows_nothing = !beats_baseline(facts);
  if ((course.rising || knows_nothing) && !facts.longer.empty())
    verdict.advice.push_back(
        fmt::format("{}: toccata train --resume --name {} {}",
                    knows_nothing ? "More time" : "More time, since it was still learning",
                    facts.run, facts.longer));
  if (!facts.to_learn_from.empty() &&
      (knows_nothing || static_cast<double>(facts.train_notes) < kFew))
    verdict.advice.push_back(fmt::format(
        "To begin with what the model {0} knows of music, since {1} {2}: toccata train {3} --name "
        "{4}-2 --from {0}",
        facts.to_learn_from, counted(facts.train_notes, "note"),
        facts.train_notes == 1 ? "is little" : "are few", fmt::join(facts.paths, " "), facts.run));
  if (course.settled || course.by_heart)
    verdict.advice.push_back(fmt::format(
        "More music, or all of it in other keys (--transpose 5), rather than more time: {}",
        course.by_heart ? "it knows its own pieces much better than others"
                        : "it was at its best long before it ended"));
}

std::int64_t notes_in(const training::Pieces& pieces) {
  std::int64_t notes = 0;
  for (const corpus::Piece* piece : pieces) {
    const corpus::CellCounts cells = corpus::cell_counts(*piece);
    notes += cells.sounding - cells.open + cells.again;
  }
  return notes;
}

// Twice as long, in the unit that the run was measured in.
std::string twice(const training::TrainOptions& options) {
  if (!options.stages.empty()) return "";
  if (options.batches > 0) return fmt::format("--batches {}", 2 * options.batches);
  if (options.epochs > 0) return fmt::format("--epochs {}", 2 * options.epochs);
  return fmt::format("--minutes {:g}", 2 * options.minutes);
}

std::string to_learn_from(const training::TrainOptions& options) {
  if (!options.restore.empty() || training::names_base(options)) return "";
  const auto models = runs::known_models({.output = options.output});
  for (const runs::KnownModel& model : models)
    if (model.kind == runs::KnownModel::Kind::shipped && model.name == "piano") return model.name;
  return "";
}

// Composes with the model and holds the pieces against the corpus; `usual`: its profile.
void compose_and_compare(const network::Model& model, const training::TrainOptions& options,
                         const training::Pieces& train,
                         const std::optional<listening::Profile>& usual, VerdictFacts& facts,
                         Progress& progress, const Stop& stop) {
  const network::Config& config = model.config;
  const int steps = kQuarters * config.roll.grid;
  const double per_piece = training::dense_operations(config) / 3 * config.notes() * steps;
  composing::Order order{.seed = options.seed, .steps = steps};
  order.pieces = std::clamp(static_cast<int>(kMostOperations / per_piece), 2, kPieces);
  const training::InMemory corpus(training::share_of(
      train,
      kCorpusSteps / static_cast<double>(std::max<std::int64_t>(training::total_steps(train), 1))));
  const listening::CopyIndex index(corpus.pieces());
  const composing::References references{usual ? &*usual : nullptr, &index};
  std::vector<music::Roll> rolls;
  double distance = 0;
  composing::compose(
      model, order, {.threads = options.threads},
      [&](composing::Composed&& piece) {
        const composing::CandidateScores scores = composing::scores_of(piece, references);
        facts.silent += scores.notes == 0;
        if (scores.distance) distance += *scores.distance;
        if (scores.copied && (!facts.copied || scores.copied->notes > facts.copied->notes))
          facts.copied = scores.copied;
        rolls.push_back(std::move(piece.roll));
      },
      progress, stop);
  facts.composed = static_cast<int>(rolls.size());
  if (!usual || rolls.empty()) return;
  facts.distance = distance / static_cast<double>(rolls.size());
  facts.beside = listening::beside(*usual, rolls);
}

}  // namespace

std::vector<std::string> warnings_of_music(std::int64_t train_pieces, std::int64_t valid_pieces) {
  std::vector<std::string> warnings;
  if (train_pieces == 1)
    warnings.emplace_back(
        "there is one piece to learn from: the model can only come to know that one by heart");
  if (valid_pieces == 0)
    warnings.emplace_back(
        "no piece is held out for validation: whether the model knows more than its own pieces "
        "cannot be told; with more music, or --validation-pieces 1, it can");
  return warnings;
}

Verdict verdict_of(VerdictFacts facts) {
  Verdict verdict{.facts = std::move(facts), .found = {}, .warnings = {}, .advice = {}};
  add_found(verdict);
  add_warnings(verdict);
  add_advice(verdict);
  return verdict;
}

std::optional<Verdict> verdict_on(const runs::RunFolder& run, const training::TrainOptions& options,
                                  const training::TrainingData& data,
                                  const training::EndReport& report, Progress& progress,
                                  const Stop& stop) {
  VerdictFacts facts;
  facts.run = run.name();
  facts.paths = options.paths;
  if (report.valid_nats) facts.valid = -*report.valid_nats;
  if (report.baseline) facts.baseline = -*report.baseline;
  facts.whole = report.whole;
  facts.train_pieces = std::ssize(data.train);
  facts.valid_pieces = std::ssize(data.valid);
  facts.train_notes = notes_in(data.train);
  facts.longer = twice(options);
  facts.to_learn_from = to_learn_from(options);
  facts.rows = runs::read_metrics(run.metrics());
  compose_and_compare(network::load_model(run.path), options, data.train,
                      listening::read_profile(run.path), facts, progress, stop);
  if (stop.requested()) return std::nullopt;
  Verdict verdict = verdict_of(std::move(facts));
  write_file(run.verdict(),
             to_json(verdict).dump(2, ' ', false, OrderedJson::error_handler_t::replace) + "\n");
  return verdict;
}

OrderedJson to_json(const Verdict& verdict) {
  const VerdictFacts& facts = verdict.facts;
  OrderedJson json;
  if (facts.valid) json["valid_nats_per_step"] = *facts.valid;
  if (facts.baseline) json["baseline_nats_per_step"] = *facts.baseline;
  json["train_pieces"] = facts.train_pieces;
  json["valid_pieces"] = facts.valid_pieces;
  json["train_notes"] = facts.train_notes;
  json["composed"] = facts.composed;
  json["silent"] = facts.silent;
  if (facts.distance) json["distance"] = *facts.distance;
  json["statistics"] = OrderedJson::array();
  for (const listening::Beside& one : facts.beside)
    json["statistics"].push_back({{"name", one.statistic->name},
                                  {"corpus", one.corpus},
                                  {"pieces", one.pieces},
                                  {"standard_deviations", one.away}});
  if (facts.copied)
    json["longest_copy"] = {{"notes", facts.copied->notes},
                            {"quarter_notes", facts.copied->beats},
                            {"source", facts.copied->source},
                            {"source_bar", facts.copied->source_bar}};
  json["found"] = verdict.found;
  json["warnings"] = verdict.warnings;
  json["advice"] = verdict.advice;
  return json;
}

}  // namespace toccata::tasks
