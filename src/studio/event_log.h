#pragma once
// What a piece of work tells as it goes on, kept so that anyone can listen from any point, and
// listen again after a lost connection. Written by one thread, read by any.

#include <cstddef>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"

namespace toccata::studio {

class EventLog {
 public:
  /// At most `most_bytes` of events are kept; older ones make room.
  explicit EventLog(std::size_t most_bytes = std::size_t{8} << 20) : most_bytes_(most_bytes) {}

  void add(std::string_view kind, const OrderedJson& data);
  /// The last event. The earlier ones stay: who comes late hears the work from its beginning.
  void finish(std::string_view kind, const OrderedJson& data);

  struct Taken {
    std::string text;      // as the wire wants it: "id: 7\nevent: step\ndata: {…}\n\n"
    std::size_t next = 0;  // the number to go on from
    bool finished = false;
  };
  /// Events from number `from` on (those that are still kept), up to about `most` bytes.
  Taken take(std::size_t from, std::size_t most = std::size_t{64} << 10) const;

  /// `wake` is called, from any thread, after each event until the handle is dropped. It must not
  /// call back into the log.
  class Listener;
  std::shared_ptr<Listener> listen(std::function<void()> wake);

  std::size_t bytes() const;

 private:
  void append(std::string_view kind, const OrderedJson& data);
  void wake_all();

  const std::size_t most_bytes_;
  mutable std::mutex mutex_;
  std::map<std::size_t, std::string> events_;
  std::size_t next_ = 0, bytes_ = 0;
  bool finished_ = false;
  std::vector<std::weak_ptr<Listener>> listeners_;
};

class EventLog::Listener {
 public:
  explicit Listener(std::function<void()> wake) : wake_(std::move(wake)) {}
  void wake() const { wake_(); }

 private:
  std::function<void()> wake_;
};

}  // namespace toccata::studio
