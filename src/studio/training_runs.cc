#include "studio/training_runs.h"

#include <algorithm>
#include <chrono>
#include <cmath>

#include "tasks/run_facts.h"

namespace toccata::studio {
namespace {

namespace fs = std::filesystem;
constexpr auto kBetweenLooks = std::chrono::milliseconds(500);

}  // namespace

TrainingRuns::TrainingRuns(TrainingOptions options)
    : options_(std::move(options)), dropped_(options_.output / "dropped-music") {
  watcher_ = std::thread([this] { watch(); });
}

TrainingRuns::~TrainingRuns() {
  {
    const std::lock_guard lock(mutex_);
    ending_ = true;
  }
  wake_.notify_all();
  watcher_.join();
  for (auto& [name, started] : started_) started.child->interrupt();
  started_.clear();  // waits for each
}

std::vector<NamedFolder> TrainingRuns::folders() const {
  std::vector<NamedFolder> all = options_.folders;
  for (NamedFolder& folder : dropped_.folders()) {
    const bool taken = std::ranges::find(all, folder.name, &NamedFolder::name) != all.end();
    if (!taken) all.push_back(std::move(folder));
  }
  return all;
}

void TrainingRuns::drop(const std::string& folder, std::string_view file, std::string_view bytes) {
  if (std::ranges::find(options_.folders, folder, &NamedFolder::name) != options_.folders.end())
    fail_usage("the folder \"{}\" is its owner's: dropped music needs another name", folder);
  dropped_.add(folder, file, bytes);
}

void TrainingRuns::forget(const std::string& folder) {
  const std::lock_guard lock(mutex_);
  for (const auto& [name, started] : started_) {
    if (started.child->running() && started.folder == folder)
      fail_usage("the run \"{}\" learns from it; stop that first", name);
  }
  dropped_.remove(folder);
}

int TrainingRuns::running() const {
  return static_cast<int>(std::count_if(started_.begin(), started_.end(), [](const auto& each) {
    return each.second.child->running();
  }));
}

void TrainingRuns::launch(const std::string& name, std::vector<std::string> words,
                          const std::string& folder) {
  if (running() >= options_.most_running) {
    fail_usage("{} training is running already; stop it first, or wait until it ends",
               options_.most_running);
  }
  words.insert(words.begin(), {options_.program.string(), "train"});
  words.insert(words.end(), {"--output", options_.output.string()});
  started_[name] = {std::make_unique<Child>(words,
                                            [this] {
                                              changed_ = true;
                                              wake_.notify_all();
                                            }),
                    false, folder};
  watched_[name].lines = 0;
  changed_ = true;
  wake_.notify_all();
}

void TrainingRuns::start(const TrainingOrder& order) {
  const std::lock_guard lock(mutex_);
  if (fs::exists(options_.output / order.name)) {
    fail_usage("there is a run \"{}\" already; choose another name, or resume that run",
               order.name);
  }
  launch(order.name, order.words, order.folder);
}

void TrainingRuns::resume(const std::string& name, double minutes) {
  const std::lock_guard lock(mutex_);
  const runs::RunFolder run = folder_of(name);
  if (state_of(name) == "running" || state_of(name) == "stopping") {
    fail_usage("the run \"{}\" is running", name);
  }
  std::vector<std::string> words = {"--name", run.name(), "--resume"};
  if (minutes > 0) {
    const auto rows = tasks::rows_of(run);
    const double trained = rows.empty() ? 0 : rows.back().seconds / 60;
    words.insert(words.end(), {"--minutes", fmt::format("{:.2f}", trained + minutes)});
  }
  // What it learns from, where that was dropped here.
  std::string music;
  const OrderedJson goal = tasks::goal_of(run);
  for (const NamedFolder& folder : folders()) {
    for (const auto& path : goal.value("paths", std::vector<std::string>()))
      if (path == folder.path) music = folder.name;
  }
  launch(name, std::move(words), music);
}

void TrainingRuns::stop(const std::string& name) {
  const std::lock_guard lock(mutex_);
  const auto found = started_.find(name);
  if (found == started_.end() || !found->second.child->running()) {
    fail_usage("the run \"{}\" is not running in this studio", name.substr(0, 100));
  }
  found->second.stopping = true;
  found->second.child->interrupt();
  changed_ = true;
  wake_.notify_all();
}

// Only a name that the output folder itself lists is ever made a path.
runs::RunFolder TrainingRuns::folder_of(const std::string& name) const {
  for (runs::RunFolder& run : runs::list_runs(options_.output)) {
    if (run.name() == name) return run;
  }
  if (started_.contains(name)) return {options_.output / name};  // it has not begun to write yet
  fail_usage("there is no run \"{}\" here; GET /api/runs lists them", name.substr(0, 100));
}

std::string TrainingRuns::state_of(const std::string& name) const {
  const auto found = started_.find(name);
  if (found == started_.end()) return "idle";
  const auto status = found->second.child->status();
  if (!status) return found->second.stopping ? "stopping" : "running";
  if (*status == 0) return "finished";
  return found->second.stopping || *status == 130 || *status == 143 ? "stopped" : "failed";
}

OrderedJson TrainingRuns::outline(const runs::RunFolder& run) const {
  const std::string name = run.name();
  OrderedJson json;
  json["name"] = name;
  json["state"] = state_of(name);
  json["has_model"] = fs::exists(run.model());
  const auto rows = tasks::rows_of(run);
  if (!rows.empty()) {
    json["last"] = tasks::to_json(rows.back());
    double best = runs::kNotMeasured;
    for (const runs::MetricsRow& row : rows) {
      if (!(row.valid_nats <= best)) best = std::isnan(row.valid_nats) ? best : row.valid_nats;
    }
    if (!std::isnan(best)) json["best_valid_nats"] = best;
  }
  const OrderedJson goal = tasks::goal_of(run);
  json["goal"] = goal;
  const double left = tasks::seconds_left(goal, rows);
  if (left >= 0) json["seconds_left"] = left;
  return json;
}

OrderedJson TrainingRuns::list() const {
  const std::lock_guard lock(mutex_);
  OrderedJson json = OrderedJson::array();
  std::vector<runs::RunFolder> all = runs::list_runs(options_.output);
  for (const auto& [name, started] : started_) {
    const bool known = std::any_of(all.begin(), all.end(),
                                   [&id = name](const auto& run) { return run.name() == id; });
    if (!known) all.push_back({options_.output / name});
  }
  for (const runs::RunFolder& run : all) json.push_back(outline(run));
  return json;
}

OrderedJson TrainingRuns::describe(const std::string& name) const {
  const std::lock_guard lock(mutex_);
  const runs::RunFolder run = folder_of(name);
  OrderedJson json = outline(run);
  json["metrics"] = OrderedJson::array();
  for (const runs::MetricsRow& row : tasks::rows_of(run))
    json["metrics"].push_back(tasks::to_json(row));
  json["samples"] = tasks::samples_of(run);
  if (const OrderedJson verdict = tasks::verdict_of(run); verdict.is_object())
    json["verdict"] = verdict;
  const auto found = started_.find(name);
  json["log"] = found == started_.end() ? std::vector<std::string>{} : found->second.child->lines();
  return json;
}

fs::path TrainingRuns::sample(const std::string& run, const std::string& name) const {
  const std::lock_guard lock(mutex_);
  const runs::RunFolder folder = folder_of(run);
  for (const std::string& known : tasks::samples_of(folder)) {
    if (known == name) return folder.midi() / known;
  }
  fail_usage("the run \"{}\" has no sample \"{}\"", run, name.substr(0, 100));
}

std::shared_ptr<EventLog> TrainingRuns::events(const std::string& name) {
  const std::lock_guard lock(mutex_);
  const bool fresh = !watched_.contains(name);
  const runs::RunFolder run = folder_of(name);
  Watched& watched = watched_[name];
  if (fresh) {
    // What is there already is describe's to tell.
    watched.rows = tasks::rows_of(run).size();
    watched.samples = tasks::samples_of(run);
    watched.state = state_of(name);
  }
  return watched.events;
}

void TrainingRuns::watch() {
  std::unique_lock lock(mutex_);
  while (!ending_) {
    wake_.wait_for(lock, kBetweenLooks, [this] { return ending_ || changed_; });
    changed_ = false;
    for (auto& [name, watched] : watched_) look(name, watched);
  }
}

void TrainingRuns::look(const std::string& name, Watched& watched) {
  const runs::RunFolder run{options_.output / name};
  const std::string state = state_of(name);
  const auto rows = tasks::rows_of(run);
  if (rows.size() < watched.rows) watched.rows = 0;  // resumed from before its last rows
  const OrderedJson goal = tasks::goal_of(run);
  for (; watched.rows < rows.size(); ++watched.rows) {
    OrderedJson json = tasks::to_json(rows[watched.rows]);
    const double left = tasks::seconds_left(goal, rows);
    if (left >= 0) json["seconds_left"] = left;
    watched.events->add("metrics", json);
  }
  const auto samples = tasks::samples_of(run);
  if (samples != watched.samples) {
    watched.samples = samples;
    watched.events->add("samples", OrderedJson(samples));
  }
  if (const auto found = started_.find(name); found != started_.end()) {
    const std::size_t written = found->second.child->written();
    if (written != watched.lines) {
      watched.lines = written;
      watched.events->add("log", OrderedJson(found->second.child->lines()));
    }
  }
  if (state != watched.state) {
    watched.state = state;
    watched.events->add("state", {{"state", state}});
  }
}

}  // namespace toccata::studio
