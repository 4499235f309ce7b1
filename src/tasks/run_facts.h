#pragma once
// What a run's folder tells about it, as JSON.

#include <string>
#include <vector>

#include "base/json.h"
#include "runs/metrics.h"
#include "runs/run_folder.h"

namespace toccata::tasks {

/// {"batch", "epoch", "seconds", "train_nats", …}: log-likelihoods in nats per step (negative,
/// higher is better); what was not measured is left out.
OrderedJson to_json(const runs::MetricsRow& row);

/// The run's rows; none where they cannot be read.
std::vector<runs::MetricsRow> rows_of(const runs::RunFolder& run);

/// The names of the MIDI files in the run's midi/, the newest first, at most 200.
std::vector<std::string> samples_of(const runs::RunFolder& run);

/// The run's verdict.json (tasks/verdict.h); null where there is none.
OrderedJson verdict_of(const runs::RunFolder& run);

/// How far the run is to go, from its options.toml, and what it learns from: {"minutes", "batches",
/// "epochs", "paths"}, those that are set.
OrderedJson goal_of(const runs::RunFolder& run);

/// Seconds of training left, by the run's goal and its speed so far; negative where unknown.
double seconds_left(const OrderedJson& goal, const std::vector<runs::MetricsRow>& rows);

}  // namespace toccata::tasks
