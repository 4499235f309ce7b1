#pragma once
// Runs chunks of music through the network with teacher forcing, several side by side, for
// likelihood, trials and surprise.

#include <cstdint>
#include <functional>
#include <span>

#include "base/progress.h"
#include "base/stop.h"
#include "music/roll.h"
#include "network/step/stepper.h"

namespace toccata::listening {

/// One model, or several together: the logits of a note are the mean of theirs, so its odds are the
/// geometric mean. The probabilities of each bit still sum to one, so the likelihood stays exact.
/// All have the same range, grid and articulation.
class Models {
 public:
  Models(const network::Model& model) : Models(std::span(&model, 1)) {}  // NOLINT: one is several
  /// Throws Error (usage) if there is none, or if they do not read music alike.
  explicit Models(std::span<const network::Model> models);
  std::span<const network::Model> all() const { return models_; }
  const network::Config& config() const { return models_.front().config; }

 private:
  std::span<const network::Model> models_;
};

/// Steps begin … begin+length-1 of a Roll. At the first step the network sees the true frame before
/// it, and its state is zero.
struct Chunk {
  const music::Roll* roll = nullptr;
  int begin = 0;
  int length = 0;
};

struct ForcingOptions {
  int sequences = 16;  // at most so many chunks side by side
  int threads = 0;     // 0: as many as the processor has
  // f32 even where the processor is faster in another; others serve to measure their cost.
  network::Precision precision = network::Precision::f32;
  network::InstructionSet instruction_set = network::InstructionSet::automatic;
};

/// A step with its logits.
struct ForcedFrame {
  std::size_t chunk;             // index into the chunks given
  int step;                      // of its Roll
  const std::uint8_t* previous;  // (N), zeros before the Roll's first step
  const std::uint8_t* truth;     // (N)
  const float* logits;           // (N, C)
};

/// Calls `visit` for every step of every chunk, the steps of each in order, from this thread. The
/// longest chunks go first, and the next one begins when one ends. The logits do not depend on
/// the number of sequences or threads. When `stop` is requested it returns early.
void teacher_force(const Models& models, std::span<const Chunk> chunks,
                   const ForcingOptions& options,
                   const std::function<void(const ForcedFrame&)>& visit, Progress& progress,
                   const Stop& stop);

/// Throws Error if a model cannot read a Roll: another range, another grid, or articulation in only
/// one of them. `name` is the piece's.
void check_fits(const network::Config& config, const music::Roll& roll, std::string_view name);

}  // namespace toccata::listening
