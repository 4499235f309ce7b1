#include "runs/metrics.h"

#include <array>
#include <cmath>
#include <fstream>
#include <string>
#include <string_view>

#include "base/error.h"
#include "base/files.h"
#include "base/text.h"

namespace toccata::runs {
namespace fs = std::filesystem;
namespace {

struct Column {
  std::string_view name;
  double MetricsRow::*field;
  std::string_view as_loss = {};  // its name in older files, which have it with the other sign
};

// After "batch", the one whole number.
constexpr std::array<Column, 7> kColumns{{
    {"epoch", &MetricsRow::epoch},
    {"seconds", &MetricsRow::seconds},
    {"train_nats_per_step", &MetricsRow::train_nats, "train_nats"},
    {"valid_nats_per_step", &MetricsRow::valid_nats, "valid_nats"},
    {"learning_rate", &MetricsRow::learning_rate},
    {"gradient_norm", &MetricsRow::gradient_norm},
    {"note_steps_per_second", &MetricsRow::note_steps_per_second},
}};

std::string header() {
  std::string line = "batch";
  for (const Column& column : kColumns) line.append(",").append(column.name);
  return line + "\n";
}

std::string to_line(const MetricsRow& row) {
  std::string line = std::to_string(row.batch);
  for (const Column& column : kColumns) {
    const double value = row.*column.field;
    line += std::isnan(value) ? std::string(",") : fmt::format(",{:.7g}", value);
  }
  return line + "\n";
}

std::vector<std::string_view> fields_of(std::string_view line) {
  if (line.ends_with('\r')) line.remove_suffix(1);
  std::vector<std::string_view> fields;
  for (std::size_t begin = 0;;) {
    const std::size_t comma = line.find(',', begin);
    fields.push_back(line.substr(begin, comma - begin));
    if (comma == std::string_view::npos) return fields;
    begin = comma + 1;
  }
}

template <typename Number>
Number number(std::string_view field, const fs::path& path, std::size_t line) {
  const auto value = parse_number<Number>(field);
  if (!value) fail("{}: line {}: expected a number, found \"{}\"", path.string(), line, field);
  return *value;
}

MetricsRow parse_row(std::string_view line, const std::vector<std::string_view>& names,
                     const fs::path& path, std::size_t line_number) {
  const auto fields = fields_of(line);
  if (fields.size() != names.size())
    fail("{}: line {}: expected {} fields as in the header, found {}", path.string(), line_number,
         names.size(), fields.size());
  MetricsRow row;
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (names[i] == "batch") row.batch = number<std::int64_t>(fields[i], path, line_number);
    for (const Column& column : kColumns) {
      const bool as_loss = !column.as_loss.empty() && column.as_loss == names[i];
      if (column.name != names[i] && !as_loss) continue;
      const double value =
          fields[i].empty() ? kNotMeasured : number<double>(fields[i], path, line_number);
      row.*column.field = as_loss ? -value : value;
    }
  }
  return row;
}

// The text up to its last line end: what an interruption cut short is not a line.
std::string whole_lines(const fs::path& path) {
  if (!fs::exists(path)) return "";
  std::string text = read_text(path);
  text.erase(text.rfind('\n') + 1);  // npos + 1 is 0
  return text;
}

char last_byte(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  file.seekg(-1, std::ios::end);
  return static_cast<char>(file.get());
}

}  // namespace

void append_metrics(const fs::path& path, const MetricsRow& row) {
  if (!fs::exists(path) || fs::is_empty(path))
    write_file(path, header() + to_line(row));
  else if (last_byte(path) == '\n')
    append_file(path, to_line(row));
  else if (const std::string text = whole_lines(path); text.empty())
    write_file(path, header() + to_line(row));
  else
    write_file(path, text + to_line(row));
}

std::vector<MetricsRow> read_metrics(const fs::path& path) {
  const std::string text = whole_lines(path);
  std::vector<MetricsRow> rows;
  std::vector<std::string_view> names;
  std::size_t line_number = 0;
  for (std::size_t begin = 0; begin < text.size();) {
    const std::size_t end = text.find('\n', begin);
    const std::string_view line = std::string_view(text).substr(begin, end - begin);
    begin = end + 1;
    ++line_number;
    if (line_number == 1) {
      names = fields_of(line);
      if (names.front() != "batch")
        fail("{}: line 1: expected the header \"batch,…\", found \"{}\"", path.string(), line);
    } else if (!line.empty()) {
      rows.push_back(parse_row(line, names, path, line_number));
    }
  }
  return rows;
}

void truncate_metrics(const fs::path& path, std::int64_t batch) {
  if (!fs::exists(path)) return;
  std::string text = header();
  for (const MetricsRow& row : read_metrics(path))
    if (row.batch <= batch) text += to_line(row);
  write_file(path, text);
}

}  // namespace toccata::runs
