#pragma once
// The rendezvous of the processes: a key-value store over TCP (c10d::TCPStore), served by
// process 0 or by torchrun's agent, over which they find each other, and find out who is missing
// when something went wrong. No call waits for longer than it is told, whatever became of the
// network.

#include <c10/util/intrusive_ptr.h>

#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <torch/csrc/distributed/c10d/Store.hpp>
#include <vector>

#include "training/launch.h"

namespace toccata::libtorch {

class Rendezvous {
 public:
  /// Goes there and waits until all have come. Throws Error naming those that do not come within
  /// `timeout` seconds.
  Rendezvous(const training::Launch& launch, double timeout);

  c10::intrusive_ptr<c10d::Store> store() const { return store_; }

  /// Tells the others that this process fails, and why.
  void report_failure(const std::string& why) noexcept;
  /// Whether anyone did. An unreachable store is a failure, too.
  bool failure_reported() const;
  /// Calls the roll after a failure: what went wrong and who is missing, in words. Takes some
  /// seconds at most.
  std::string roll_call();

 private:
  using Clock = std::chrono::steady_clock;
  using Duration = std::chrono::milliseconds;
  bool put(const std::string& key, const std::string& value, Duration limit) const;
  /// Nothing where there is no such key; throws where the store cannot be reached.
  std::optional<std::string> get(const std::string& key, Duration limit) const;
  std::string named(int rank) const;
  std::string gone() const;
  void wait_for_all(double timeout);
  void answer() const;
  void leave(const std::vector<bool>& present, Clock::time_point begun) const;

  training::Launch launch_;
  c10::intrusive_ptr<c10d::Store> store_;
  std::vector<std::string> hosts_;  // of each rank
};

}  // namespace toccata::libtorch
