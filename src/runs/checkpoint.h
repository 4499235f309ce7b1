#pragma once
// Checkpoints, checkpoints/step-N/: complete or absent, and sealed, so that damage is found before
// it is used. A checkpoint is a model folder too (config.json and model.safetensors stand in it),
// which is what NAME@last and NAME@step-N name.

#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "base/progress.h"
#include "runs/run_folder.h"

namespace toccata::runs {

struct Checkpoint {
  long step = 0;
  std::filesystem::path path;
};

/// Makes checkpoints/step-N: `fill` writes its files into a temporary folder, which is sealed
/// (seal.json: each file's size and XXH3 hash, and a hash of its own) and renamed. Throws what
/// base/files.h throws; then nothing is left of it. An existing checkpoint of the same step is
/// replaced.
Checkpoint write_checkpoint(const RunFolder& run, long step,
                            const std::function<void(const std::filesystem::path& folder)>& fill);

/// The complete checkpoints of a run, newest (highest step) first; half-written ones are left out.
std::vector<Checkpoint> list_checkpoints(const RunFolder& run);

/// What is wrong with a checkpoint's files (missing, of another size, of another content than was
/// sealed) in words, or "" where all is well.
std::string damage(const Checkpoint& checkpoint);

/// The newest checkpoint that is not damaged; each damaged one that is passed over is named in a
/// warning.
std::optional<Checkpoint> newest_checkpoint(const RunFolder& run, Progress& progress);

/// Deletes all but the newest `keep` checkpoints, and what unfinished writes left in the run's
/// folder. A checkpoint in `spared` stays.
void tidy_checkpoints(const RunFolder& run, int keep, const std::vector<long>& spared = {});

}  // namespace toccata::runs
