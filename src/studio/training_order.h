#pragma once
// What the page orders to be trained: read from JSON, within bounds, to words of `toccata train`.

#include <string>
#include <vector>

#include "base/json.h"

namespace toccata::studio {

/// A folder that training may read: one that the studio's owner named (--folder), or music that
/// was dropped on the page.
struct NamedFolder {
  std::string name;      // the last part of its path, made unique: what the page calls it
  std::string path;      // absolute
  bool dropped = false;  // dropped_music.h
};

/// The folders named on the command line. Throws Error (usage) where one is none.
std::vector<NamedFolder> named_folders(const std::vector<std::string>& paths);

struct TrainingOrder {
  std::string name;
  std::string folder;              // by its name
  std::vector<std::string> words;  // of `toccata train`, but for --output
};

/// Reads an order:
///   {"name": "my-run", "folder": "bach", "minutes": 20 | "batches": N, "time_units": [200, 200],
///    "note_units": [100, 100], "batch_size": 10, "time_steps": 128, "keep_prob": 0.75,
///    "learning_rate": 0.002, "transpose": 5, "validate_every": 100, "save_every": 500, "seed": 1,
///    "restore": "first"}
/// "name" and "folder" must be there. Throws Error (usage).
TrainingOrder read_training_order(const Json& json, const std::vector<NamedFolder>& folders);

}  // namespace toccata::studio
