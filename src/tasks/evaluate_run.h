#pragma once
// How well a model, or several together, know music: exact likelihood, by the parts that the run's
// own split or a split file beside the music says.

#include <filesystem>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/progress.h"
#include "base/stop.h"
#include "corpus/import.h"
#include "listening/likelihood.h"
#include "listening/trials.h"
#include "network/model/weights.h"
#include "network/step/stepper.h"
#include "runs/run_folder.h"

namespace toccata::tasks {

/// What a run learned from, as its options.toml says: the paths of the run and of its stages.
struct RunMusic {
  std::vector<std::string> paths;
  int min_steps = 1;  // shorter pieces were left out
};

/// Throws Error (usage) where there is no run or it has no paths.
RunMusic run_music(const std::optional<runs::RunFolder>& run);

/// The parts of a corpus: "train", "valid", "test", "unseen" or "all", in this order.
struct EvaluatedPart {
  std::string name;
  std::vector<const corpus::Piece*> pieces;
};

/// Where a piece belongs: a split that stands beside the music says it; or, of the run's own music
/// (`own`), the run's split.json by the piece's name; else that file by the piece's hash.
///   folder: of the model; its split.json, or its run's
std::vector<EvaluatedPart> parts_of(const corpus::Corpus& corpus,
                                    const std::filesystem::path& folder,
                                    const std::optional<runs::RunFolder>& run, bool own);

/// Notes of the corpus that were moved into the model's range are other music than the files': it
/// is said, or, with `strict`, refused (Error).
void tell_moved(const corpus::Corpus& corpus, const network::Config& config, bool strict,
                Progress& progress);

struct EvaluateOptions {
  std::string part;  // this one alone; empty: all that there are
  listening::TrialOptions trials{.trials = 0};
  int sequences = 16;  // pieces evaluated at the same time
  network::Precision precision = network::Precision::f32;
};

struct PartEvaluation {
  std::string part;
  std::size_t pieces = 0;
  // Log-likelihood of marginal frequencies, nats per step, counted on the training part; where
  // there is none, on the pieces themselves: a rival that has seen them.
  double baseline = 0;
  std::string baseline_counted_on;
  listening::Likelihood likelihood;
  std::optional<listening::Trials> trials;
};

/// Told of each part in order: before its likelihood is computed, and after.
struct EvaluateObserver {
  std::function<void(const PartEvaluation&)> begun, ended;
};

/// Throws Error (usage) where the part is not there, or trials are asked of several models.
void evaluate(std::span<const network::Model> models, const std::vector<EvaluatedPart>& parts,
              const EvaluateOptions& options, const EvaluateObserver& observer, Progress& progress,
              const Stop& stop);

}  // namespace toccata::tasks
