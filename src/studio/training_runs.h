#pragma once
// Training runs: those in the output folder, and those that this studio started, each a
// `toccata train` of its own, whose progress is read from its run folder.

#include <atomic>
#include <condition_variable>
#include <filesystem>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "runs/run_folder.h"
#include "studio/child.h"
#include "studio/dropped_music.h"
#include "studio/event_log.h"
#include "studio/training_order.h"

namespace toccata::studio {

struct TrainingOptions {
  std::filesystem::path output = "output";  // where runs stand
  std::vector<NamedFolder> folders;
  std::filesystem::path program = "toccata";
  int most_running = 1;  // at a time
};

class TrainingRuns {
 public:
  explicit TrainingRuns(TrainingOptions options);
  /// Has every running training save and end.
  ~TrainingRuns();

  /// Those that the owner named, then what was dropped.
  std::vector<NamedFolder> folders() const;
  /// Keeps a dropped file. Throws Error (usage) as DroppedMusic does, and where `folder` is one
  /// that the owner named.
  void drop(const std::string& folder, std::string_view file, std::string_view bytes);
  /// Throws a folder of dropped music away. Throws Error (usage) where there is none, or a run that
  /// goes on learns from it.
  void forget(const std::string& folder);

  /// Starts a new run. Throws Error (usage) where its name is taken, or enough are running already.
  void start(const TrainingOrder& order);
  /// Goes on with a run that ended, `minutes` longer than it has trained; 0: to the goal that it
  /// had. Throws Error (usage) where there is none or it runs.
  void resume(const std::string& name, double minutes = 0);
  /// Asks a run to save and end. Throws Error (usage) where it does not run here.
  void stop(const std::string& name);

  /// [{"name", "state", "batch", "train_nats", "valid_nats", …}], by name.
  OrderedJson list() const;
  /// All of one run: its curves, samples, time left and last messages. Throws Error (usage) where
  /// there is none.
  OrderedJson describe(const std::string& name) const;
  /// What happens to a run, as it happens: "metrics", "samples", "log", "state".
  std::shared_ptr<EventLog> events(const std::string& name);
  /// The file of one of a run's samples, by the name that describe gives it. Throws Error (usage)
  /// where there is none.
  std::filesystem::path sample(const std::string& run, const std::string& name) const;

 private:
  struct Started {
    std::unique_ptr<Child> child;
    bool stopping = false;
    std::string folder;  // that it learns from
  };
  struct Watched {
    std::shared_ptr<EventLog> events = std::make_shared<EventLog>();
    std::size_t rows = 0, lines = 0;
    std::vector<std::string> samples;
    std::string state;
  };

  void launch(const std::string& name, std::vector<std::string> words, const std::string& folder);
  int running() const;
  runs::RunFolder folder_of(const std::string& name) const;
  std::string state_of(const std::string& name) const;
  OrderedJson outline(const runs::RunFolder& run) const;
  void watch();
  void look(const std::string& name, Watched& watched);

  const TrainingOptions options_;
  DroppedMusic dropped_;
  mutable std::mutex mutex_;
  std::condition_variable wake_;
  bool ending_ = false;
  std::atomic<bool> changed_{false};  // there is something to look at before the next tick
  std::map<std::string, Started> started_;
  std::map<std::string, Watched> watched_;
  std::thread watcher_;
};

}  // namespace toccata::studio
