#include "studio/compositions.h"

#include <algorithm>
#include <chrono>
#include <cmath>

#include "base/hash.h"
#include "base/parallel.h"

namespace toccata::studio {

Compositions::Compositions(std::string program, const CompositionsLimits& limits)
    : program_(std::move(program)), limits_(limits) {
  const auto now = std::chrono::system_clock::now().time_since_epoch().count();
  session_ = hash_hex(std::to_string(now)).substr(0, 12);
  for (int i = 0; i < limits_.composers; ++i) threads_.emplace_back([this] { work(); });
}

Compositions::~Compositions() {
  {
    const std::lock_guard lock(mutex_);
    ending_ = true;
    for (const auto& composition : known_) composition->stop();
  }
  wake_.notify_all();
  for (std::thread& thread : threads_) thread.join();
}

Compositions::Taken Compositions::add(ComposeOrder order) {
  Taken taken;
  {
    const std::lock_guard lock(mutex_);
    if (queue_.size() >= limits_.waiting) {
      const double rounds = static_cast<double>(queue_.size() + 1) / limits_.composers;
      taken.retry_after = std::clamp(static_cast<int>(std::ceil(seconds_each_ * rounds)), 1, 600);
      return taken;
    }
    taken.ahead = queue_.size();
    taken.composition =
        std::make_shared<Composition>(fmt::format("{}-{}", session_, next_++), std::move(order));
    queue_.push_back(taken.composition);
    known_.push_back(taken.composition);
    tidy();
  }
  wake_.notify_one();
  return taken;
}

void Compositions::stop(const std::shared_ptr<Composition>& composition) {
  composition->stop();
  {
    const std::lock_guard lock(mutex_);
    const auto waits = std::find(queue_.begin(), queue_.end(), composition);
    if (waits == queue_.end()) return;
    queue_.erase(waits);
  }
  composition->compose(program_, 1);  // which only says that it was stopped
}

// Finished ones beyond what is kept go, the oldest first.
void Compositions::tidy() {
  std::size_t finished = 0, bytes = 0;
  for (const auto& composition : known_) {
    if (!composition->finished()) continue;
    ++finished;
    bytes += composition->bytes();
  }
  for (auto each = known_.begin();
       each != known_.end() && (finished > limits_.kept || bytes > limits_.kept_bytes);) {
    if (!(*each)->finished()) {
      ++each;
      continue;
    }
    --finished;
    bytes -= (*each)->bytes();
    each = known_.erase(each);
  }
}

void Compositions::work() {
  const int threads = limits_.threads > 0
                          ? limits_.threads
                          : std::max(1, thread_count(0) / std::max(1, limits_.composers));
  for (;;) {
    std::shared_ptr<Composition> next;
    {
      std::unique_lock lock(mutex_);
      wake_.wait(lock, [this] { return ending_ || !queue_.empty(); });
      if (ending_) return;
      next = queue_.front();
      queue_.pop_front();
    }
    const auto begun = std::chrono::steady_clock::now();
    next->compose(program_, threads);
    const std::chrono::duration<double> took = std::chrono::steady_clock::now() - begun;
    const std::lock_guard lock(mutex_);
    seconds_each_ = 0.7 * seconds_each_ + 0.3 * took.count();
    tidy();
  }
}

std::shared_ptr<Composition> Compositions::find(const std::string& id) const {
  const std::lock_guard lock(mutex_);
  for (const auto& composition : known_) {
    if (composition->id == id) return composition;
  }
  return nullptr;
}

std::vector<std::shared_ptr<Composition>> Compositions::list() const {
  const std::lock_guard lock(mutex_);
  return {known_.rbegin(), known_.rend()};
}

std::size_t Compositions::waiting() const {
  const std::lock_guard lock(mutex_);
  return queue_.size();
}

}  // namespace toccata::studio
