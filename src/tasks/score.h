#pragma once
// The surprise of each note of pieces of music, as CSV, JSON and pictures.

#include <algorithm>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "base/json.h"
#include "base/progress.h"
#include "base/stop.h"
#include "corpus/piece.h"
#include "listening/surprise.h"
#include "rendering/piano_roll.h"
#include "tasks/named_model.h"

namespace toccata::tasks {

struct ScoreOptions {
  std::vector<std::string> files;  // and folders, as read_for takes them
  std::string picture = {};  // a path, perhaps with {}, or a format (output_path); empty: none
  rendering::PianoRollOptions roll = {};
  double most = 6;  // nats at which the picture's colours end
  int threads = 0;  // 0: the processor's
};

/// What the notes of one piece cost.
struct ScoredPiece {
  const corpus::Piece& piece;
  listening::Surprise surprise;
  std::vector<listening::NoteSurprise> notes;
  std::filesystem::path picture = {};  // as written; empty: none
  double per_step() const { return -surprise.nats / std::max(piece.roll.steps, 1); }
};

/// The first row of the CSV, and a row for each note.
inline constexpr const char* kScoreColumns =
    "piece,bar,quarter,step,pitch,name,length,onset_nats,held_nats\n";
std::string to_csv(const ScoredPiece& scored);
/// The same with the nats of each step, silence included.
OrderedJson to_json(const ScoredPiece& scored);

/// Reads the files as the model `named` (called `name` in titles) reads music, then scores piece
/// after piece. Writes the pictures, and calls `scored` for each piece. Returns early when `stop`
/// is requested. Throws Error before the first piece where a file cannot be read or a picture's
/// path is taken.
void score(const NamedModel& named, const std::string& name, const ScoreOptions& options,
           const std::function<void(const ScoredPiece&)>& scored, Progress& progress,
           const Stop& stop);

}  // namespace toccata::tasks
