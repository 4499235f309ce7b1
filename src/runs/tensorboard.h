#pragma once
// TensorBoard event files. Framing: TFRecord (length, masked CRC-32C, payload, masked CRC-32C), as
// tensorflow/core/lib/io/record_writer.h documents it; payload: the Event and Summary messages of
// tensorflow/core/util/event.proto and framework/summary.proto, of which scalars need four fields.

#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "runs/metrics.h"

namespace toccata::runs {

/// CRC-32C (Castagnoli, polynomial 0x1EDC6F41 reflected).
std::uint32_t crc32c(std::string_view bytes);

struct Scalar {
  std::string tag;  // "loss/train"
  double value = 0;
};

/// A TFRecord around `payload`.
std::string record(std::string_view payload);

/// An Event's bytes. wall_time: seconds since 1970.
std::string version_event(double wall_time);
std::string scalar_event(double wall_time, std::int64_t step, std::span<const Scalar> scalars);

/// The measured fields of a row, under the names that TensorBoard shows.
std::vector<Scalar> scalars(const MetricsRow& row);

/// Begins an event file with the rows of a run so far (none for a new run), and replaces an older
/// file. `began`: the wall time at which the run's seconds are 0.
void begin_events(const std::filesystem::path& path, double began,
                  std::span<const MetricsRow> rows);
/// Appends one row.
void append_events(const std::filesystem::path& path, double began, const MetricsRow& row);

}  // namespace toccata::runs
