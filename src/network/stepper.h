#pragma once
// The network one step and one note at a time: what composing and exact whole-piece likelihood run
// on. The order of summation is fixed: results do not depend on how many sequences run side by side
// or on threads.

#include <cstdint>
#include <memory>
#include <string>

#include "network/input_kernel.h"
#include "network/weights.h"

namespace toccata::network {

struct StepperOptions {
  int sequences = 1;  // B
  int threads = 1;    // 0: the processor's
  // Dropout kept on while composing, as the original could; masks are a function of (dropout_seed,
  // sequence_id, step, layer, note, unit).
  float keep_prob = 1.0f;
  std::uint64_t dropout_seed = 0;
};

class Stepper {
 public:
  Stepper(const Model& model, const StepperOptions& options);
  ~Stepper();
  Stepper(Stepper&&) noexcept;
  Stepper& operator=(Stepper&&) noexcept;

  /// Time-axis state of sequence b to zero; `sequence_id` names its dropout masks.
  void reset(int b, std::uint64_t sequence_id = 0);
  /// Sequence `to` takes over the state of sequence `from`.
  void copy(int from, int to);

  /// Runs the time axis for the next step and begins the note axis at the lowest note.
  ///   previous (B, N): cells of y(t-1);  place (B)
  void begin_step(const std::uint8_t* previous, const StepPlace* place);

  /// The next note up (0 … N-1, in order; N calls a step).
  ///   lower (B): cells of the note below at this step, 0 for note 0
  ///   logits (B, C): play, articulate
  void next_note(const std::uint8_t* lower, float* logits);

  /// Teacher forcing: all notes of the step at once, after begin_step. Equal to N calls of
  /// next_note with the truth.
  ///   truth (B, N): cells of y(t);  logits (B, N, C)
  void all_notes(const std::uint8_t* truth, float* logits);

  const Config& config() const;
  /// Instruction set and precision in use, for receipts: "avx512-f32"…
  std::string arithmetic() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace toccata::network
