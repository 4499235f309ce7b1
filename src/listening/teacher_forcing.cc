#include "listening/teacher_forcing.h"

#include <algorithm>
#include <numeric>
#include <vector>

#include "base/error.h"

namespace toccata::listening {
namespace {

// How many sequences are worth running side by side: more would only wait for the longest chunk.
int useful_sequences(std::span<const Chunk> chunks, int most) {
  std::int64_t total = 0, longest = 1;
  for (const Chunk& chunk : chunks) {
    total += chunk.length;
    longest = std::max<std::int64_t>(longest, chunk.length);
  }
  return static_cast<int>(
      std::clamp<std::int64_t>((total + longest - 1) / longest, 1, std::max(most, 1)));
}

network::StepPlace place_of(const music::Roll& roll, int step) {
  const auto t = static_cast<std::size_t>(step);
  return {roll.bar_phase[t], roll.beat_phase[t], step};
}

/// Models side by side on the same music.
class Steppers {
 public:
  Steppers(const Models& models, int sequences, const ForcingOptions& options)
      : size_(static_cast<std::size_t>(sequences) *
              static_cast<std::size_t>(models.config().notes()) *
              static_cast<std::size_t>(models.config().channels())),
        other_(models.all().size() > 1 ? size_ : 0) {
    for (const network::Model& model : models.all()) {
      steppers_.emplace_back(model,
                             network::StepperOptions{.sequences = sequences,
                                                     .threads = options.threads,
                                                     .precision = options.precision,
                                                     .instruction_set = options.instruction_set});
      histories_.push_back(model.config.recalled());
    }
  }

  /// Sequence b at the beginning of a chunk, with what sounded before it.
  void begin(int b, const Chunk& chunk) {
    for (std::size_t k = 0; k < steppers_.size(); ++k) {
      steppers_[k].reset(b);
      for (int t = std::max(0, chunk.begin - histories_[k]); t + 1 < chunk.begin; ++t)
        steppers_[k].recall(b, chunk.roll->frame(t));
    }
  }

  /// As Stepper::begin_step and all_notes: logits (B, N, C).
  void step(const std::uint8_t* previous, const network::StepPlace* places,
            const std::uint8_t* truth, float* logits) {
    for (std::size_t k = 0; k < steppers_.size(); ++k) {
      steppers_[k].begin_step(previous, places);
      steppers_[k].all_notes(truth, k == 0 ? logits : other_.data());
      for (std::size_t i = 0; k != 0 && i < size_; ++i) logits[i] += other_[i];
    }
    if (steppers_.size() > 1)
      for (std::size_t i = 0; i < size_; ++i) logits[i] /= static_cast<float>(steppers_.size());
  }

 private:
  std::size_t size_;          // B N C
  std::vector<float> other_;  // (B, N, C): of one model after the first
  std::vector<network::Stepper> steppers_;
  std::vector<int> histories_;
};

}  // namespace

Models::Models(std::span<const network::Model> models) : models_(models) {
  if (models.empty()) fail_usage("models: expected one or more, found none");
  const music::Options& first = models.front().config.roll;
  for (const network::Model& model : models) {
    const music::Options& other = model.config.roll;
    if (other != first)
      fail_usage(
          "models that listen together must read music alike: one reads {}..{} on {} steps a "
          "quarter note, another {}..{} on {}, or with other articulation",
          first.low, first.high, first.grid, other.low, other.high, other.grid);
  }
}

void check_fits(const network::Config& config, const music::Roll& roll, std::string_view name) {
  const music::Options& wanted = config.roll;
  if (roll.low != wanted.low || roll.high != wanted.high) {
    fail(
        "{}: its notes are read as {}..{}, and the model's range is {}..{}; read it by the "
        "model's own Config",
        name, roll.low, roll.high, wanted.low, wanted.high);
  }
  if (roll.articulation != wanted.articulation) {
    fail("{}: it is read {} articulation, and the model is {}; read it by the model's own Config",
         name, roll.articulation ? "with" : "without",
         wanted.articulation ? "made with it" : "made without");
  }
  if (roll.grid != wanted.grid) {
    fail("{}: it has {} steps per quarter note, and the model {}; read it on the model's grid",
         name, roll.grid, wanted.grid);
  }
}

void teacher_force(const Models& models, std::span<const Chunk> chunks,
                   const ForcingOptions& options,
                   const std::function<void(const ForcedFrame&)>& visit, Progress& progress,
                   const Stop& stop) {
  const auto notes = static_cast<std::size_t>(models.config().notes());
  const auto channels = static_cast<std::size_t>(models.config().channels());
  std::vector<std::size_t> order(chunks.size());
  std::iota(order.begin(), order.end(), 0);
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
    return chunks[a].length > chunks[b].length;
  });
  std::uint64_t total = 0;
  for (const Chunk& chunk : chunks) total += static_cast<std::uint64_t>(chunk.length);

  const int sequences = useful_sequences(chunks, options.sequences);
  const auto width = static_cast<std::size_t>(sequences);
  Steppers steppers(models, sequences, options);
  constexpr std::size_t kIdle = ~std::size_t{0};
  struct Slot {
    std::size_t chunk = kIdle;
    int done = 0;
  };
  std::vector<Slot> slots(width);
  std::vector<std::uint8_t> previous(width * notes);    // (B, N)
  std::vector<std::uint8_t> truth(width * notes);       // (B, N)
  std::vector<network::StepPlace> places(width);        // (B)
  std::vector<float> logits(width * notes * channels);  // (B, N, C)

  std::size_t next = 0;
  std::uint64_t done = 0;
  progress.begin("listening", total, "steps");
  for (;;) {
    bool any = false;
    for (std::size_t b = 0; b < width; ++b) {
      Slot& slot = slots[b];
      std::uint8_t* before = previous.data() + b * notes;
      if (slot.chunk != kIdle && slot.done == chunks[slot.chunk].length) {
        slot.chunk = kIdle;
      }
      while (slot.chunk == kIdle && next < order.size()) {
        const std::size_t candidate = order[next++];
        if (chunks[candidate].length == 0) continue;
        slot = {candidate, 0};
        steppers.begin(static_cast<int>(b), chunks[candidate]);
      }
      if (slot.chunk == kIdle) {
        std::fill_n(before, notes, std::uint8_t{0});
        std::fill_n(truth.data() + b * notes, notes, std::uint8_t{0});
        continue;
      }
      any = true;
      const Chunk& chunk = chunks[slot.chunk];
      const int step = chunk.begin + slot.done;
      if (step == 0) {
        std::fill_n(before, notes, std::uint8_t{0});
      } else {
        std::copy_n(chunk.roll->frame(step - 1), notes, before);
      }
      std::copy_n(chunk.roll->frame(step), notes, truth.data() + b * notes);
      places[b] = place_of(*chunk.roll, step);
    }
    if (!any || stop.requested()) break;

    steppers.step(previous.data(), places.data(), truth.data(), logits.data());

    for (std::size_t b = 0; b < width; ++b) {
      Slot& slot = slots[b];
      if (slot.chunk == kIdle) continue;
      visit({slot.chunk, chunks[slot.chunk].begin + slot.done, previous.data() + b * notes,
             truth.data() + b * notes, logits.data() + b * notes * channels});
      ++slot.done;
      ++done;
    }
    progress.update(done);
  }
  progress.end();
}

}  // namespace toccata::listening
