#include "training/evaluator.h"

#include <fmt/ranges.h>
#include <algorithm>
#include <array>

#include "base/files.h"
#include "base/json.h"
#include "base/progress.h"
#include "listening/likelihood.h"
#include "music/excerpt.h"
#include "runs/model_card.h"
#include "runs/model_name.h"
#include "training/backend.h"
#include "training/option_list.h"
#include "training/reports.h"

namespace toccata::training {
namespace {

/// Pieces of up to `most` frames together, by their hash; one at least.
Pieces drawn(const Pieces& pieces, double most) {
  Pieces sample = pieces;
  std::sort(sample.begin(), sample.end(), [](const corpus::Piece* a, const corpus::Piece* b) {
    return std::tie(a->hash, a->name) < std::tie(b->hash, b->name);
  });
  std::size_t count = 0;
  double frames = 0;
  while (count < sample.size() && frames + sample[count]->roll.steps <= most)
    frames += sample[count++]->roll.steps;
  sample.resize(std::max<std::size_t>(count, 1));
  return sample;
}

constexpr int kSequences = 16;                    // pieces side by side
constexpr std::int64_t kReadTogether = 32 << 20;  // bytes of cells

/// Every count-th of the pieces from the rank-th on, the longest first: shares of nearly equal
/// work.
Pieces own_share(const Pieces& pieces, const Ranks& ranks) {
  if (ranks.count() == 1) return pieces;
  Pieces ordered = pieces, share;
  std::stable_sort(ordered.begin(), ordered.end(),
                   [](const auto* a, const auto* b) { return a->roll.steps > b->roll.steps; });
  const auto count = static_cast<std::size_t>(ranks.count());
  for (auto i = static_cast<std::size_t>(ranks.rank()); i < ordered.size(); i += count)
    share.push_back(ordered[i]);
  return share;
}

/// Pieces that are in memory together, from `begin` on: one at least. The same for pieces of a
/// pack, so that sums come to the same bits.
std::size_t end_of_part(const Pieces& pieces, std::size_t begin) {
  std::size_t end = begin;
  for (std::int64_t bytes = 0; end < pieces.size(); ++end) {
    const music::Roll& roll = pieces[end]->roll;
    bytes += static_cast<std::int64_t>(roll.steps) * roll.notes();
    if (bytes > kReadTogether && end > begin) break;
  }
  return end;
}

/// Options whose value is not the default, as a reader of the card would type them.
std::vector<std::pair<std::string, std::string>> recipe(const TrainOptions& options) {
  std::vector<std::pair<std::string, std::string>> list;
  std::vector<std::string> defaults;
  const auto text = [](const auto& field) -> std::string {
    using Field = std::remove_cvref_t<decltype(field)>;
    if constexpr (Worded<Field>) {
      return std::string(to_word(field));
    } else if constexpr (std::is_same_v<Field, std::string>) {
      return field;
    } else if constexpr (std::is_same_v<Field, std::vector<int>>) {
      return fmt::format("{}", fmt::join(field, ","));
    } else {
      return fmt::format("{}", field);
    }
  };
  const TrainOptions usual;
  visit_options(usual, [&](const char*, const char*, const auto& field, const char*) {
    defaults.push_back(text(field));
  });
  std::size_t index = 0;
  visit_options(options, [&](const char* group, const char* key, const auto& field, const char*) {
    const std::string value = text(field);
    const bool about_learning = std::string_view(group) != "Run";
    if (value != defaults[index++] && about_learning) list.emplace_back(key, value);
  });
  return list;
}

std::optional<double> likelihood(const std::optional<double>& loss) {
  return loss ? std::optional(-*loss) : std::nullopt;
}

}  // namespace

Pieces validation_sample(const Pieces& valid, int validate_every, int batch_size, int time_steps) {
  const double learned =
      static_cast<double>(validate_every) * static_cast<double>(batch_size) * time_steps;
  const double most = kValidationShare / kValidationCost * learned;  // frames
  return static_cast<double>(total_steps(valid)) <= most ? valid : drawn(valid, most);
}

Pieces share_of(const Pieces& pieces, double share) {
  if (share >= 1 || pieces.empty()) return pieces;
  return drawn(pieces, share * static_cast<double>(total_steps(pieces)));
}

double measure_validation(const network::Model& model, const Pieces& pieces,
                          const TrainOptions& options) {
  constexpr int kSteps = 64;
  std::vector<corpus::Piece> beginnings;
  music::Roll room;
  for (const corpus::Piece* piece : pieces) {
    if (beginnings.size() == kSequences) break;
    corpus::Piece& beginning = beginnings.emplace_back();
    beginning.name = piece->name;
    beginning.roll =
        music::excerpt(corpus::whole_roll(*piece, room), 0, std::min(kSteps, piece->roll.steps));
  }
  Pieces judged;
  for (const corpus::Piece& beginning : beginnings) judged.push_back(&beginning);
  const SteadyClock clock;
  const Stop never;
  SingleRank alone(never);
  nats_per_step(model, judged, options, alone);
  return judged.empty() ? 0 : clock.seconds() / static_cast<double>(total_steps(judged));
}

std::optional<double> nats_per_step(const network::Model& model, const Pieces& pieces,
                                    const TrainOptions& options, Ranks& ranks) {
  if (pieces.empty()) return std::nullopt;
  const Pieces share = own_share(pieces, ranks);
  Progress silent;
  double nats = 0, steps = 0;
  // A part at a time: what lies in a pack is read for it.
  for (std::size_t begin = 0, end = 0; begin < share.size(); begin = end) {
    end = end_of_part(share, begin);
    const InMemory part{std::span(share).subspan(begin, end - begin)};
    const listening::Likelihood own =
        options.device == Device::cuda
            ? torch_plugin("--device cuda")
                  .likelihood(model, part.pieces(), options.device, ranks.own_stop())
            : listening::likelihood(model, part.pieces(),
                                    {.sequences = kSequences, .threads = options.threads}, silent,
                                    ranks.own_stop());
    nats += own.nats;
    steps += static_cast<double>(own.steps);
  }
  ranks.barrier();
  if (ranks.stop().requested()) return std::nullopt;
  std::array<double, 2> sums{nats, steps};
  ranks.all_reduce(sums);
  return sums[0] / sums[1];
}

std::string told_base(const TrainOptions& options) {
  std::string card;
  try {
    card = read_text(
        runs::RunFolder{runs::find_model(options.from, {.output = options.output})}.card());
  } catch (const Error&) {
    // It is no longer there.
  }
  return runs::base_of_card(options.from, card);
}

void publish(const runs::RunFolder& run, const network::Model& model, const TrainOptions& options,
             const TrainingData& data, const Position& position, const Quality& quality) {
  network::save_model(run.path, model);
  runs::ModelFacts facts;
  facts.name = run.name();
  facts.config = model.config;
  facts.parameters = model.values.size();
  facts.hash = model.hash;
  facts.sources = options.paths;
  for (const Stage& stage : options.stages)
    facts.sources.insert(facts.sources.end(), stage.paths.begin(), stage.paths.end());
  facts.train_pieces = std::ssize(data.train);
  facts.valid_pieces = std::ssize(data.valid);
  facts.test_pieces = std::ssize(data.test);
  facts.train_steps = total_steps(data.train);
  facts.recipe = recipe(options);
  facts.batches = position.update;
  facts.epochs = position.epoch;
  facts.seconds = position.seconds;
  if (position.train_nats > 0)
    facts.notes.push_back(
        fmt::format("Last training loss, over windows and with dropout: {:.4f} nats per time step.",
                    -position.train_nats));
  if (!quality.whole)
    facts.notes.push_back(
        "There was no time to judge all held-out pieces: validation and test are of a sample of "
        "them.");
  facts.valid_nats = likelihood(quality.valid);
  facts.test_nats = likelihood(quality.test);
  facts.baseline_valid_nats = likelihood(quality.baseline_valid);
  facts.baseline_test_nats = likelihood(quality.baseline_test);
  if (names_base(options)) facts.base = told_base(options);
  write_file(run.card(), runs::model_card(facts));
}

Evaluator::Evaluator(const TrainOptions& options, const RunContext& context, const RunClock& clock,
                     Ranks& ranks, Position& position, RecentUpdates& recent)
    : options_(options),
      context_(context),
      clock_(clock),
      ranks_(ranks),
      position_(position),
      recent_(recent) {
  baseline_train_ = *baseline(context.data.train);
}

std::optional<double> Evaluator::baseline(const Pieces& pieces) const {
  if (pieces.empty()) return std::nullopt;
  const InMemory train(to_count_on(context_.data.train)), judged(to_count_on(pieces));
  return -listening::baseline(train.pieces(), judged.pieces()).per_step();
}

void Evaluator::open_stage() {
  const Stage stage = resolved_stages(options_)[position_.stage];
  const Pieces& valid = stage_data().valid;
  sample_ = validation_sample(valid, options_.validate_every, stage.batch_size, stage.time_steps);
  sample_is_whole_ = sample_.size() == valid.size();
  quality_.baseline_valid = baseline(sample_);
}

std::optional<double> Evaluator::validate(const network::Model& now) {
  const std::optional<double> nats = nats_per_step(now, sample_, options_, ranks_);
  if (!nats && context_.stop.requested()) return std::nullopt;
  position_.looked_update = position_.update;
  const Position before = position_;
  const bool best = nats && (position_.best_update < 0 || *nats < position_.best);
  if (best) {
    position_.best = *nats;
    position_.best_update = position_.update;
  }
  position_.worse_in_a_row = best ? 0 : position_.worse_in_a_row + 1;
  context_.observer.on_validation(report(nats, sample_is_whole_, best));
  const auto keep_it = [&] { keep(now, nats); };
  if (best && !written(options_.save_failure, ranks_, context_.progress, keep_it)) {
    // The run's model is the older one still: that is the best there is.
    position_.best = before.best;
    position_.best_update = before.best_update;
  }
  return nats;
}

ValidationReport Evaluator::report(std::optional<double> nats, bool whole, bool best) {
  const auto frames = static_cast<double>(position_.frames);
  position_.train_nats = frames > 0 ? position_.nats / frames : 0;
  ValidationReport report;
  report.update = position_.update;
  report.epoch = position_.epoch;
  report.seconds = clock_.seconds();
  report.train_nats = position_.train_nats;
  report.valid_nats = nats;
  report.whole = whole;
  report.best = best;
  report.learning_rate = recent_.learning_rate;
  report.gradient_norm = recent_.gradient_norm;
  if (recent_.seconds > 0)
    report.note_steps_per_second =
        static_cast<double>(recent_.frames) * options_.model.notes() / recent_.seconds;
  position_.nats = 0;
  position_.frames = 0;
  recent_.frames = 0;
  recent_.seconds = 0;
  return report;
}

void Evaluator::keep(const network::Model& model, std::optional<double> nats) {
  quality_.valid = nats;
  position_.seconds = clock_.seconds();
  if (ranks_.first()) publish(context_.run, model, options_, context_.data, position_, quality_);
}

std::int64_t Evaluator::frames_at_the_end() const {
  // Two models are compared where the best one's likelihood is known on a sample alone.
  return total_steps(stage_data().valid) * (sample_is_whole_ ? 1 : 2) +
         total_steps(context_.data.test);
}

void Evaluator::evaluate_held_out(const network::Model& now, double share, EndReport& report) {
  const Stop& stop = context_.stop;
  const Pieces valid = share_of(stage_data().valid, share);
  const Pieces test = share_of(context_.data.test, share);
  report.whole = quality_.whole =
      valid.size() == stage_data().valid.size() && test.size() == context_.data.test.size();
  const bool all = valid.size() == stage_data().valid.size();

  network::Model kept = now;
  report.valid_nats = nats_per_step(kept, valid, options_, ranks_);
  bool last_is_best = report.valid_nats.has_value();
  if (position_.best_update >= 0 && position_.best_update != position_.update) {
    network::Model best = now;
    if (ranks_.first()) best = network::load_model(context_.run.path);
    ranks_.broadcast(best.values);
    const auto best_nats = sample_is_whole_ && all ? std::optional(position_.best)
                                                   : nats_per_step(best, valid, options_, ranks_);
    if (report.valid_nats && best_nats && *best_nats <= *report.valid_nats) {
      last_is_best = false;
      tell_last_validation(*report.valid_nats, all, last_is_best);
      kept = best;
      report.valid_nats = best_nats;
    }
  }
  if (stop.requested()) return;
  if (last_is_best) {
    tell_last_validation(*report.valid_nats, all, last_is_best);
    count_as_best(kept, *report.valid_nats, valid);
  }
  quality_.test = report.test_nats = nats_per_step(kept, test, options_, ranks_);
  quality_.baseline_valid = report.baseline = baseline(valid);
  quality_.baseline_test = baseline(test);
  keep(kept, report.valid_nats);
}

/// Where updates came after the last validation.
void Evaluator::tell_last_validation(double nats, bool whole, bool best) {
  if (position_.frames > 0) context_.observer.on_validation(report(nats, whole, best));
}

void Evaluator::count_as_best(const network::Model& model, double nats, const Pieces& on) {
  // What a resumed run compares with it may be of the sample alone.
  const auto compared = on.size() == sample_.size()
                            ? std::optional(nats)
                            : nats_per_step(model, sample_, options_, ranks_);
  if (!compared) return;
  position_.best = *compared;
  position_.best_update = position_.update;
  position_.worse_in_a_row = 0;
}

}  // namespace toccata::training
