#include "runs/tensorboard.h"

#include <array>
#include <bit>
#include <cmath>

#include "base/files.h"

namespace toccata::runs {
namespace {

constexpr std::array<std::uint32_t, 256> crc_table() {
  std::array<std::uint32_t, 256> table{};
  for (std::uint32_t byte = 0; byte < 256; ++byte) {
    std::uint32_t crc = byte;
    for (int bit = 0; bit < 8; ++bit) crc = (crc >> 1) ^ ((crc & 1) ? 0x82f63b78u : 0u);
    table[byte] = crc;
  }
  return table;
}

template <typename Unsigned>
std::string little_endian(Unsigned value) {
  std::string bytes;
  for (std::size_t i = 0; i < sizeof value; ++i)
    bytes.push_back(static_cast<char>((value >> (8 * i)) & 0xff));
  return bytes;
}

// Stored CRCs are masked, since the CRC of a string that holds its own CRC is not one to rely on.
std::string masked_crc(std::string_view bytes) {
  const std::uint32_t crc = crc32c(bytes);
  return little_endian(std::rotr(crc, 15) + 0xa282ead8u);
}

// Protocol buffers' wire format: a field is (number << 3 | type), then its value.
enum class Wire : std::uint8_t { varint = 0, fixed64 = 1, bytes = 2, fixed32 = 5 };

std::string varint(std::uint64_t value) {
  std::string bytes;
  for (; value >= 0x80; value >>= 7) bytes.push_back(static_cast<char>(value | 0x80));
  bytes.push_back(static_cast<char>(value));
  return bytes;
}

std::string key(unsigned number, Wire type) {
  return varint(number << 3 | static_cast<unsigned>(type));
}

std::string bytes_field(unsigned number, std::string_view value) {
  return key(number, Wire::bytes) + varint(value.size()) + std::string(value);
}

std::string double_field(unsigned number, double value) {
  return key(number, Wire::fixed64) + little_endian(std::bit_cast<std::uint64_t>(value));
}

std::string float_field(unsigned number, double value) {
  return key(number, Wire::fixed32) +
         little_endian(std::bit_cast<std::uint32_t>(static_cast<float>(value)));
}

}  // namespace

std::uint32_t crc32c(std::string_view bytes) {
  static constexpr auto kTable = crc_table();
  std::uint32_t crc = ~0u;
  for (const char c : bytes) crc = (crc >> 8) ^ kTable[(crc ^ static_cast<std::uint8_t>(c)) & 0xff];
  return ~crc;
}

std::string record(std::string_view payload) {
  const std::string length = little_endian(std::uint64_t{payload.size()});
  return length + masked_crc(length) + std::string(payload) + masked_crc(payload);
}

std::string version_event(double wall_time) {
  return double_field(1, wall_time) + bytes_field(3, "brain.Event:2");
}

std::string scalar_event(double wall_time, std::int64_t step, std::span<const Scalar> scalars) {
  std::string summary;
  for (const Scalar& scalar : scalars)
    summary += bytes_field(1, bytes_field(1, scalar.tag) + float_field(2, scalar.value));
  return double_field(1, wall_time) + key(2, Wire::varint) +
         varint(static_cast<std::uint64_t>(step)) + bytes_field(5, summary);
}

std::vector<Scalar> scalars(const MetricsRow& row) {
  std::vector<Scalar> measured;
  const auto add = [&](std::string tag, double value) {
    if (std::isnan(value)) return;
    Scalar& scalar = measured.emplace_back();  // g++ 12 sees a copy beyond bounds in push_back
    scalar.tag = std::move(tag);
    scalar.value = value;
  };
  add("nats_per_step/train", row.train_nats);
  add("nats_per_step/valid", row.valid_nats);
  add("optimiser/learning_rate", row.learning_rate);
  add("optimiser/gradient_norm", row.gradient_norm);
  add("speed/note_steps_per_second", row.note_steps_per_second);
  add("progress/epoch", row.epoch);
  return measured;
}

namespace {

std::string row_record(double began, const MetricsRow& row) {
  return record(scalar_event(began + row.seconds, row.batch, scalars(row)));
}

}  // namespace

void begin_events(const std::filesystem::path& path, double began,
                  std::span<const MetricsRow> rows) {
  std::string bytes = record(version_event(began));
  for (const MetricsRow& row : rows) bytes += row_record(began, row);
  write_file(path, bytes);
}

void append_events(const std::filesystem::path& path, double began, const MetricsRow& row) {
  append_file(path, row_record(began, row));
}

}  // namespace toccata::runs
