#pragma once
// metrics.csv: the measurements of training, one row per report, for graphs, spreadsheets and
// resumption.

#include <cstdint>
#include <filesystem>
#include <limits>
#include <vector>

namespace toccata::runs {

inline constexpr double kNotMeasured = std::numeric_limits<double>::quiet_NaN();

/// Log-likelihoods are in nats per time step: negative, higher is better. Values that were not
/// measured are NaN, and empty in the file.
struct MetricsRow {
  std::int64_t batch = 0;            // updates done
  double epoch = 0;                  // passes over the training data, with fraction
  double seconds = 0;                // of training, summed over all resumptions
  double train_nats = kNotMeasured;  // mean since the row before
  double valid_nats = kNotMeasured;  // whole held-out pieces, or the sample of them
  double learning_rate = kNotMeasured;
  double gradient_norm = kNotMeasured;          // before clipping
  double note_steps_per_second = kNotMeasured;  // batch x steps x notes, without validation
};

/// Appends a row; a new file first gets its header. A last line that was cut short is removed.
void append_metrics(const std::filesystem::path& path, const MetricsRow& row);

/// The rows of a file; none if it is absent. Columns are found by name, unknown ones are ignored
/// (older files have the likelihoods with the other sign, under other names),
/// and a last line that was cut short is left out. Throws Error (with file and line) on anything
/// else that is not a number.
std::vector<MetricsRow> read_metrics(const std::filesystem::path& path);

/// Keeps only the rows up to `batch`: a run that resumes from a checkpoint measures the later ones
/// again.
void truncate_metrics(const std::filesystem::path& path, std::int64_t batch);

}  // namespace toccata::runs
