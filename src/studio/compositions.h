#pragma once
// What has been ordered: composed by a few threads in turn, heard as it comes, kept for a while.

#include <atomic>
#include <condition_variable>
#include <deque>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "base/files.h"
#include "base/stop.h"
#include "studio/compose_order.h"
#include "studio/event_log.h"
#include "tasks/compose.h"

namespace toccata::studio {

/// A finished piece.
struct ComposedPiece {
  std::uint64_t number = 0;
  Bytes midi;         // as `toccata generate` writes it
  OrderedJson music;  // music.h
  int new_from = 0;   // the step at which the new music begins
  int new_steps = 0;
  double nats = 0;          // negative log-likelihood of the new steps
  double log_evidence = 0;  // composing/compose.h
};

class Composition {
 public:
  enum class State { queued, composing, done, stopped, failed };
  friend constexpr auto words(State) {
    return word_list<State>({{"queued", State::queued},
                             {"composing", State::composing},
                             {"done", State::done},
                             {"stopped", State::stopped},
                             {"failed", State::failed}});
  }

  Composition(std::string id, ComposeOrder order);
  const std::string id;

  /// {"id", "state", "model", "seed", "steps", "done_steps", "pieces": […], …}
  OrderedJson to_json() const;
  std::optional<ComposedPiece> piece(std::uint64_t number) const;
  bool finished() const;
  std::size_t bytes() const;
  void stop() { stop_.request(1); }
  std::shared_ptr<EventLog> events() const { return events_; }

  /// Composes; called once, by one of Compositions' threads.
  void compose(const std::string& program, int threads);

 private:
  class FrameEvents;
  class ComposeProgress;
  OrderedJson outline() const;
  void keep(tasks::MadePiece&& made);
  void end(State state, const std::string& problem);

  ComposeOrder order_;  // its model and music only until the end
  const std::string model_hash_;
  const std::shared_ptr<EventLog> events_ = std::make_shared<EventLog>();
  Stop stop_;
  mutable std::mutex mutex_;  // of what follows
  State state_ = State::queued;
  std::string problem_;
  std::string arithmetic_;
  std::vector<std::string> warnings_;
  std::vector<ComposedPiece> pieces_;
  std::atomic<std::uint64_t> done_steps_{0};
};

struct CompositionsLimits {
  int composers = 1;                               // orders composed at the same time
  int threads = 0;                                 // of each; 0: the processor's, shared out
  std::size_t waiting = 16;                        // orders that may wait for them
  std::size_t kept = 100;                          // finished ones that are kept,
  std::size_t kept_bytes = std::size_t{64} << 20;  // and their size
};

class Compositions {
 public:
  Compositions(std::string program, const CompositionsLimits& limits);
  /// Stops what is under way.
  ~Compositions();

  struct Taken {
    std::shared_ptr<Composition> composition;  // null: the queue is full
    int retry_after = 0;                       // seconds until there will be room, by experience
    std::size_t ahead = 0;                     // orders that wait before it
  };
  Taken add(ComposeOrder order);
  /// One that still waits leaves the queue at once; one that is composed, soon.
  void stop(const std::shared_ptr<Composition>& composition);
  std::shared_ptr<Composition> find(const std::string& id) const;
  /// The last first.
  std::vector<std::shared_ptr<Composition>> list() const;
  std::size_t waiting() const;

 private:
  void work();
  void tidy();

  const std::string program_;
  const CompositionsLimits limits_;
  mutable std::mutex mutex_;
  std::condition_variable wake_;
  bool ending_ = false;
  std::string session_;  // tells this life of the server from the next: an id is never used twice
  std::uint64_t next_ = 1;
  double seconds_each_ = 1;  // that an order took lately
  std::deque<std::shared_ptr<Composition>> queue_;
  std::deque<std::shared_ptr<Composition>> known_;  // all, the oldest first
  std::vector<std::thread> threads_;
};

}  // namespace toccata::studio
