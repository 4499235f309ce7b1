#pragma once
// The network one step and one note at a time: what composing and exact whole-piece likelihood run
// on. The order of summation is fixed: results do not depend on how many sequences run side by side
// or on threads, and repeat bit for bit on every processor with the same instruction set.

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "base/words.h"
#include "network/kernels/precision.h"
#include "network/model/input_kernel.h"
#include "network/model/weights.h"

namespace toccata::network {

struct StepperOptions {
  int sequences = 1;  // B
  int versions = 1;   // V of a step's notes that a sequence may be given side by side, at most
  int threads = 1;    // 0: the processor's
  // Dropout kept on while composing, as the original could; masks are a function of (dropout_seed,
  // sequence_id, step, layer, note, unit).
  float keep_prob = 1.0f;
  std::uint64_t dropout_seed = 0;
  Precision precision = Precision::automatic;
  InstructionSet instruction_set = InstructionSet::automatic;  // automatic: the best there is
};

class Stepper {
 public:
  /// Throws Error (usage) for options out of bounds, and where the processor lacks the arithmetic
  /// or the instruction set asked for.
  Stepper(const Model& model, const StepperOptions& options);
  ~Stepper();
  Stepper(Stepper&&) noexcept;
  Stepper& operator=(Stepper&&) noexcept;

  /// Sequence b back to the beginning of a piece: time-axis state to zero, steps counted from 0.
  /// `sequence_id` names its dropout masks.
  void reset(int b, std::uint64_t sequence_id = 0);
  /// Sequence `to` takes over the state of sequence `from`, at any time, between two notes as well;
  /// it keeps its own sequence_id, so that dropout parts the two.
  void copy(int from, int to);
  /// The same of two versions of one sequence's notes, between two notes of a step.
  void copy_version(int b, int from, int to);

  /// Between two steps, all sequences take over the state of the only sequence of `other`, a
  /// stepper of the same model and arithmetic, as if they had run through the same steps. Only
  /// without dropout.
  void take_over(Stepper& other);

  /// Between two steps: how far a memory of the piece (Config::memory) is heard from now on. 0: not
  /// at all, so that the logits are the network's own; 1, as it begins: as learned.
  void set_echo_strength(double strength);

  /// Before the first step after reset: what sounded in a frame earlier than any that begin_step
  /// will be given, in order. A sequence that begins inside a piece so hears its echoes
  /// (Config::echoes) and remembers it (Config::memory); Config::recalled() says how far back that
  /// reaches. Without this the past is silent. frame (N)
  void recall(int b, const std::uint8_t* frame);

  /// Runs the time axis for the next step and begins the note axis at the lowest note, V times for
  /// each sequence: versions of the step that have the past in common. Throws Error (usage) where
  /// `versions` is more than StepperOptions has.
  ///   previous (B, N): cells of y(t-1);  place (B)
  void begin_step(const std::uint8_t* previous, const StepPlace* place, int versions = 1);

  /// The next note up (0 … N-1, in order; N calls per step). Throws Error after the last.
  ///   lower (B, V): cells of the note below at this step, 0 for note 0
  ///   logits (B, V, C): play, articulate; with a memory those of the mixture
  void next_note(const std::uint8_t* lower, float* logits);

  /// Teacher forcing: all notes of the step at once, after begin_step with one version. Equal to N
  /// calls of next_note with the truth.
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
