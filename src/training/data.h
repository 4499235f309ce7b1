#pragma once
// The pieces of a run: imported, split, and shared out to its stages.

#include <deque>
#include <filesystem>
#include <set>
#include <span>
#include <string>
#include <vector>

#include "base/progress.h"
#include "base/stop.h"
#include "corpus/import.h"
#include "corpus/split.h"
#include "training/options.h"

namespace toccata::training {

using Pieces = std::vector<const corpus::Piece*>;

struct StageData {
  Pieces train, valid;
};

struct TrainingData {
  std::vector<corpus::Corpus> corpora;  // one per list of paths; owns the pieces
  std::vector<StageData> stages;        // as resolved_stages
  Pieces train, valid, test;            // of all stages, each piece once
  std::set<std::string> trained;        // hashes of train, and of what was trained on before
  music::Options roll;  // how all of it was read: the options, without articulation for roll files
};

/// Reads the pieces of every stage and splits them. What one stage holds out, no other learns from.
/// `trained_before`: hashes that a restored model has learned from; they are never held out.
TrainingData read_data(const TrainOptions& options, const std::set<std::string>& trained_before,
                       Progress& progress, const Stop& stop);

/// split.json of a run: a split file (names by part), with the pieces' hashes beside them under
/// "hashes" and all hashes ever trained on, by this model or the one that it was restored from,
/// under "trained".
OrderedJson split_json(const TrainingData& data);

/// "trained" of the split.json that belongs to a model folder: beside it, or in the run that the
/// checkpoint is of. Empty where there is none.
std::set<std::string> trained_hashes(const std::filesystem::path& model_folder);

/// Pieces with their frames in memory, as long as this is there: those of a pack (corpus/pack.h)
/// are read, the others are themselves.
class InMemory {
 public:
  explicit InMemory(std::span<const corpus::Piece* const> pieces);
  const Pieces& pieces() const { return pieces_; }

 private:
  std::deque<corpus::Piece> read_;
  Pieces pieces_;
};

/// What baselines are counted on: all of it, or, of a pack's music, about a million steps that
/// their hashes draw.
Pieces to_count_on(const Pieces& pieces);

std::int64_t total_steps(const Pieces& pieces);

}  // namespace toccata::training
