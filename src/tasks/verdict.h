#pragma once
// The verdict on a run that has come to its end, in a musician's words: how far its music is from
// the corpus, and what would help.

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/json.h"
#include "base/progress.h"
#include "base/stop.h"
#include "listening/copying.h"
#include "listening/profile.h"
#include "runs/metrics.h"
#include "runs/run_folder.h"
#include "training/data.h"
#include "training/options.h"
#include "training/reports.h"

namespace toccata::tasks {

/// What a verdict goes by.
struct VerdictFacts {
  std::string run;                        // its name
  std::vector<std::string> paths;         // of its music
  std::optional<double> valid, baseline;  // log-likelihoods in nats per step, of the same pieces
  bool whole = true;                      // of all held-out pieces, not of a sample
  std::int64_t train_pieces = 0, valid_pieces = 0;
  std::int64_t train_notes = 0;
  std::string longer;                     // the option that would make it twice as long
  std::string to_learn_from;              // a shipped model that it did not begin with; empty: none
  std::vector<runs::MetricsRow> rows;     // as training went
  int composed = 0, silent = 0;           // pieces composed to judge by, and those without a note
  std::optional<double> distance;         // their mean distance from the corpus (profile.h)
  std::vector<listening::Beside> beside;  // their statistics beside the corpus'
  std::optional<listening::Copy> copied;  // the longest stretch of theirs that stands in the corpus
};

struct Verdict {
  VerdictFacts facts;
  std::vector<std::string> found, warnings, advice;  // a sentence each
};

Verdict verdict_of(VerdictFacts facts);

/// Composes a few pieces with the run's model, judges it, and writes the verdict into the run's
/// verdict.json. Nothing where stop is requested meanwhile.
std::optional<Verdict> verdict_on(const runs::RunFolder& run, const training::TrainOptions& options,
                                  const training::TrainingData& data,
                                  const training::EndReport& report, Progress& progress,
                                  const Stop& stop);

/// What is known before a run begins: that it has but one piece, or holds none out.
std::vector<std::string> warnings_of_music(std::int64_t train_pieces, std::int64_t valid_pieces);

OrderedJson to_json(const Verdict& verdict);

}  // namespace toccata::tasks
