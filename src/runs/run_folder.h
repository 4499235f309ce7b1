#pragma once
// The folder of a run, output/NAME/, and its files:
//   config.json         the model's Config                 options.toml   every option as resolved
//   model.safetensors   the best weights by validation      README.md      the model card
//   checkpoints/step-N/ see checkpoint.h                    metrics.csv    see metrics.h
//   events.out.tfevents.toccata  for TensorBoard            loss.svg, loss.png
//   midi/               samples and composed music         verdict.json   how the run came out
//   statistics.json     what is usual in its music, see listening/profile.h
// With config.json and model.safetensors in it, the folder of a run is a model folder.

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "base/folder_lock.h"

namespace toccata::runs {

struct RunFolder {
  std::filesystem::path path;

  std::string name() const { return path.filename().string(); }
  std::filesystem::path config() const { return path / "config.json"; }
  std::filesystem::path options() const { return path / "options.toml"; }
  std::filesystem::path model() const { return path / "model.safetensors"; }
  std::filesystem::path card() const { return path / "README.md"; }
  std::filesystem::path metrics() const { return path / "metrics.csv"; }
  std::filesystem::path verdict() const { return path / "verdict.json"; }
  /// TensorBoard reads any file with "tfevents" in its name.
  std::filesystem::path events() const { return path / "events.out.tfevents.toccata"; }
  std::filesystem::path loss_svg() const { return path / "loss.svg"; }
  std::filesystem::path loss_png() const { return path / "loss.png"; }
  std::filesystem::path midi() const { return path / "midi"; }
  std::filesystem::path checkpoints() const { return path / "checkpoints"; }
  std::filesystem::path checkpoint(long step) const {
    return checkpoints() / ("step-" + std::to_string(step));
  }
};

/// Throws Error (usage) unless `name` can name a run: 1 to 100 bytes, no path separators, no
/// control characters, no '@' (NAME@last), no leading dot or hyphen, no "..".
void check_run_name(std::string_view name);

/// Makes output/NAME for a new run. Throws Error (usage), with advice, if it exists and is not
/// empty: no run ever overwrites another.
RunFolder create_run(const std::filesystem::path& output, std::string_view name);

/// An existing run, to resume or restore from. Throws Error if there is none, with a list of those
/// that exist.
RunFolder open_run(const std::filesystem::path& output, std::string_view name);

/// Every run under `output`, by name: each folder that holds a config.json or checkpoints.
std::vector<RunFolder> list_runs(const std::filesystem::path& output);

/// Held while a process writes into a run's folder, so that two never train into the same one.
/// Freed by the system when the process ends, however it ends. Throws Error when another holds it;
/// does nothing on a file system without locks.
class RunLock {
 public:
  explicit RunLock(const RunFolder& run);

 private:
  FolderLock lock_;
};

}  // namespace toccata::runs
