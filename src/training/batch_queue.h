#pragma once
// Batches made by another thread while a step runs, handed out in their own order.

#include <condition_variable>
#include <deque>
#include <exception>
#include <mutex>
#include <thread>

#include "corpus/windows.h"

namespace toccata::training {

class BatchQueue {
 public:
  struct Item {
    music::Batch batch;
    corpus::Windows::Place after;  // where the batch after this one stands
    double epoch = 0;              // passes over the pieces after this batch, with fraction
  };

  /// Goes on from the place of `windows`, with up to `ahead` batches made in advance.
  explicit BatchQueue(corpus::Windows windows, std::size_t ahead = 2);
  ~BatchQueue();
  BatchQueue(const BatchQueue&) = delete;
  BatchQueue& operator=(const BatchQueue&) = delete;

  /// Waits for the next batch. Throws what making it threw.
  Item next();

 private:
  void fill();

  corpus::Windows windows_;  // the thread's alone
  const std::size_t ahead_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<Item> items_;
  std::exception_ptr failure_;
  bool ending_ = false;
  std::thread thread_;
};

}  // namespace toccata::training
