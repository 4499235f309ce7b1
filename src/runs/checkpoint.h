#pragma once
// Checkpoints, checkpoints/step-N/: complete or absent, and sealed, so that damage is found before
// it is used. A checkpoint is also a model folder (with config.json and model.safetensors), so
// NAME@last and NAME@step-N name models.

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
/// base/files.h throws, and then leaves nothing behind. Replaces an existing checkpoint of the same
/// step.
Checkpoint write_checkpoint(const RunFolder& run, long step,
                            const std::function<void(const std::filesystem::path& folder)>& fill);

/// The complete checkpoints of a run, newest (highest step) first. Half-written ones are left out.
std::vector<Checkpoint> list_checkpoints(const RunFolder& run);

/// The damage to a checkpoint's files (missing, of another size, of other content than was sealed)
/// in words; "" if there is none.
std::string damage(const Checkpoint& checkpoint);

/// The newest checkpoint without damage. A warning names each damaged one that is skipped.
std::optional<Checkpoint> newest_checkpoint(const RunFolder& run, Progress& progress);

/// Deletes all but the newest `keep` checkpoints, and the leftovers of unfinished writes in the
/// run's folder. Checkpoints in `spared` stay.
void tidy_checkpoints(const RunFolder& run, int keep, const std::vector<long>& spared = {});

}  // namespace toccata::runs
