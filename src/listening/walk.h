#pragma once
// Stretches of music through the network with teacher forcing, several side by side: what
// likelihood, trials and surprise share.

#include <cstdint>
#include <functional>
#include <span>

#include "base/progress.h"
#include "base/stop.h"
#include "music/roll.h"
#include "network/stepper.h"

namespace toccata::listening {

/// One model, or several that listen together: the logits of a note are the mean of theirs, its
/// odds the geometric mean. Each bit's chances still sum to one, so that the likelihood stays
/// exact. All of one range, grid and articulation.
class Models {
 public:
  Models(const network::Model& model) : Models(std::span(&model, 1)) {}  // NOLINT: one is several
  /// Throws Error (usage) where there is none, or where they do not read music alike.
  explicit Models(std::span<const network::Model> models);
  std::span<const network::Model> all() const { return models_; }
  const network::Config& config() const { return models_.front().config; }

 private:
  std::span<const network::Model> models_;
};

/// Steps begin … begin+length-1 of a Roll. The first sees the true frame before it; the state is
/// zero there.
struct Stretch {
  const music::Roll* roll = nullptr;
  int begin = 0;
  int length = 0;
};

struct WalkOptions {
  int sequences = 16;  // stretches side by side, at most
  int threads = 0;     // 0: the processor's
  // f32, whatever the processor could do faster: another measures what it costs.
  network::Arithmetic arithmetic = network::Arithmetic::f32;
};

/// What is known when a step's logits are.
struct WalkedFrame {
  std::size_t stretch;           // index into the stretches given
  int step;                      // of its Roll
  const std::uint8_t* previous;  // (N), zeros before the Roll's first step
  const std::uint8_t* truth;     // (N)
  const float* logits;           // (N, C)
};

/// Calls `visit` for every step of every stretch, each stretch's steps in order, from this thread.
/// The longest stretches go first, and one that
/// ends makes room for the next. The logits do not depend on `options`. When `stop` is requested it
/// returns with the rest unvisited.
void walk(const Models& models, std::span<const Stretch> stretches, const WalkOptions& options,
          const std::function<void(const WalkedFrame&)>& visit, Progress& progress,
          const Stop& stop);

/// Throws Error where a Roll cannot be read by the model: another range, another grid, or
/// articulation in the one and not in the other. `name` is the piece's.
void check_fits(const network::Config& config, const music::Roll& roll, std::string_view name);

}  // namespace toccata::listening
