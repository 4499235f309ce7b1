#pragma once
// The plan of a run: sizes that suit the music, and the time where the run is measured in minutes,
// from what is measured of this machine.

#include <cstdint>
#include <string>
#include <vector>

#include "base/progress.h"
#include "network/model/config.h"
#include "training/data.h"
#include "training/options.h"

namespace toccata::training {

/// Dense floating-point operations of one note-step (one note at one time step) in training: for
/// each layer a product of (I + H) by 4H forward and two backward, less the first layer's
/// gradient by its features; and the head.
double dense_operations(const network::Config& config);

/// What is there to learn from.
struct MusicSize {
  std::int64_t steps = 0;    // time steps of the training pieces
  std::int64_t notes = 0;    // notes struck in them
  std::int64_t longest = 0;  // steps of the longest piece
};

/// What learning costs on this machine, in seconds per note-step: by_step + by_operation x
/// dense_operations.
struct Pace {
  double by_step = 0, by_operation = 0;
  int sequences = 4;  // fewest side by side that keep the device busy
  double of(const network::Config& config) const {
    return by_step + by_operation * dense_operations(config);
  }
};

/// What the user (or the model to restore) gave: it stays as it is.
struct FixedOptions {
  bool units = false, mix_units = false, echoes = false;
  bool batch_size = false, time_steps = false;
  bool validate_every = false, save_every = false;
};

/// The lags of 1/4, 1/2, 1, 2 and 4 bars of the meter that most steps of the pieces have; those
/// that are no echo (network::check) are left out.
std::vector<int> usual_echoes(const Pieces& pieces);

/// The options with the echoes and mix units that nobody gave: usual_echoes of the training pieces,
/// and as many as the first layer along the notes has.
TrainOptions suit(TrainOptions options, const FixedOptions& given, const Pieces& train);

struct RunPlan {
  TrainOptions options;                        // with what was chosen
  std::int64_t updates = 0;                    // that the time allows, about
  double epochs = 0;                           // times through the training pieces, about
  std::vector<std::string> reasons, warnings;  // in plain words, a sentence each
};

/// `seconds`: that are left for learning, validation and checkpoints. What it goes by:
/// - the largest model that the time gives kUpdates updates of the smallest sensible batch, and the
///   music kParametersPerNote or fewer parameters per note; else the smallest of the list;
/// - a batch as large as leaves kUpdates updates, within bounds, and an epoch some batches;
/// - a validation after each twentieth of the updates, a checkpoint after each fifth.
RunPlan make_plan(const TrainOptions& options, const FixedOptions& given, const MusicSize& music,
                  const Pace& pace, double seconds);

inline constexpr double kUpdates = 3000;
inline constexpr double kParametersPerNote = 25, kTooManyParametersPerNote = 50;

/// What learning costs here, from a few gradients of small and larger models (or of the options'
/// own, where `given` has units) on the first windows of `data`. Takes about a second.
Pace measure_pace(const TrainOptions& options, const FixedOptions& given, const TrainingData& data);

/// The options with what the user left open chosen for `seconds` of `ranks` processes like this
/// one. Tells reasons and warnings.
TrainOptions fit_to_time(const TrainOptions& options, const FixedOptions& given,
                         const TrainingData& data, double seconds, int ranks, Progress& progress);

}  // namespace toccata::training
