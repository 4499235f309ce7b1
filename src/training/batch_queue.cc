#include "training/batch_queue.h"

#include <algorithm>
#include <utility>

namespace toccata::training {

BatchQueue::BatchQueue(corpus::Windows windows, std::size_t ahead)
    : windows_(std::move(windows)), ahead_(ahead), thread_([this] { fill(); }) {}

BatchQueue::~BatchQueue() {
  {
    const std::lock_guard lock(mutex_);
    ending_ = true;
  }
  changed_.notify_all();
  thread_.join();
}

BatchQueue::Item BatchQueue::next() {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [&] { return !items_.empty() || failure_; });
  if (items_.empty()) std::rethrow_exception(failure_);
  Item item = std::move(items_.front());
  items_.pop_front();
  lock.unlock();
  changed_.notify_all();
  return item;
}

void BatchQueue::fill() {
  std::uint64_t counted_epoch = 0;
  std::uint64_t batches = 0;  // in counted_epoch; counting them cuts the epoch anew
  try {
    for (;;) {
      const corpus::Windows::Place before = windows_.place();
      Item item;
      item.batch = windows_.next();
      item.after = windows_.place();
      const bool crossed = item.after.epoch != before.epoch;
      if (!crossed && (batches == 0 || counted_epoch != before.epoch)) {
        counted_epoch = before.epoch;
        batches = windows_.batches_in_epoch(counted_epoch);
      }
      item.epoch = static_cast<double>(item.after.epoch) +
                   (crossed ? 0.0
                            : static_cast<double>(item.after.batch) /
                                  static_cast<double>(std::max<std::uint64_t>(batches, 1)));
      std::unique_lock lock(mutex_);
      changed_.wait(lock, [&] { return ending_ || items_.size() < ahead_; });
      if (ending_) return;
      items_.push_back(std::move(item));
      lock.unlock();
      changed_.notify_all();
    }
  } catch (...) {
    {
      const std::lock_guard lock(mutex_);
      failure_ = std::current_exception();
    }
    changed_.notify_all();
  }
}

}  // namespace toccata::training
