#include "tasks/run_facts.h"

#include <algorithm>
#include <cmath>

#include "base/files.h"
#include "training/options_file.h"

namespace toccata::tasks {
namespace {
namespace fs = std::filesystem;
constexpr std::size_t kMostSamples = 200;
}  // namespace

OrderedJson to_json(const runs::MetricsRow& row) {
  OrderedJson json;
  json["batch"] = row.batch;
  json["epoch"] = row.epoch;
  json["seconds"] = row.seconds;
  const auto put = [&](const char* key, double value) {
    if (!std::isnan(value)) json[key] = value;
  };
  put("train_nats", row.train_nats);
  put("valid_nats", row.valid_nats);
  put("learning_rate", row.learning_rate);
  put("gradient_norm", row.gradient_norm);
  put("note_steps_per_second", row.note_steps_per_second);
  return json;
}

std::vector<runs::MetricsRow> rows_of(const runs::RunFolder& run) {
  try {
    return runs::read_metrics(run.metrics());
  } catch (const Error&) {
    return {};
  }
}

std::vector<std::string> samples_of(const runs::RunFolder& run) {
  std::vector<std::pair<fs::file_time_type, std::string>> found;
  std::error_code code;
  for (fs::directory_iterator each(run.midi(), code), end; !code && each != end;
       each.increment(code)) {
    std::error_code ignored;
    const fs::path& path = each->path();
    if (path.extension() != ".mid" || is_temporary(path) || !each->is_regular_file(ignored)) {
      continue;
    }
    found.emplace_back(fs::last_write_time(path, ignored), path.filename().string());
  }
  std::sort(found.rbegin(), found.rend());
  if (found.size() > kMostSamples) found.resize(kMostSamples);
  std::vector<std::string> names;
  for (auto& [time, name] : found) names.push_back(std::move(name));
  return names;
}

OrderedJson verdict_of(const runs::RunFolder& run) {
  try {
    if (std::filesystem::exists(run.verdict()))
      return OrderedJson::parse(read_text(run.verdict()), nullptr, false);
  } catch (const Error&) {
    // It cannot be read: there is none.
  }
  return nullptr;
}

OrderedJson goal_of(const runs::RunFolder& run) {
  OrderedJson goal = OrderedJson::object();
  try {
    training::TrainOptions options;
    training::apply_toml(options, run.options());
    if (options.minutes > 0) goal["minutes"] = options.minutes;
    if (options.batches > 0) goal["batches"] = options.batches;
    if (options.epochs > 0) goal["epochs"] = options.epochs;
    if (!options.paths.empty()) goal["paths"] = options.paths;
  } catch (const std::exception&) {
    // A run that is just beginning, or of another program: no goal is known.
  }
  return goal;
}

double seconds_left(const OrderedJson& goal, const std::vector<runs::MetricsRow>& rows) {
  const double seconds = rows.empty() ? 0 : rows.back().seconds;
  if (goal.contains("minutes")) {
    return std::max(0.0, goal["minutes"].get<double>() * 60 - seconds);
  }
  if (rows.empty() || seconds <= 0) return -1;
  const auto by = [&](const char* key, double done) {
    return done > 0 ? std::max(0.0, (goal[key].get<double>() - done) * seconds / done) : -1;
  };
  if (goal.contains("batches")) return by("batches", static_cast<double>(rows.back().batch));
  if (goal.contains("epochs")) return by("epochs", rows.back().epoch);
  return -1;
}

}  // namespace toccata::tasks
