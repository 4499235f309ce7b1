#pragma once
// Threads that wait for small jobs by spinning: a job of tens of microseconds is worth sharing only
// when nobody has to be woken for it. Whoever waits long goes to sleep.

#include <functional>
#include <memory>

namespace toccata::network::stepping {

class WorkerPool {
 public:
  using Work = std::function<void(int chunk, int worker)>;

  /// `threads` in all, the calling one included. One thread: no pool, jobs run where they are
  /// asked for.
  explicit WorkerPool(int threads);
  ~WorkerPool();

  int threads() const { return threads_; }

  /// work(chunk, worker) for chunks 0 … count-1, each once, in no fixed order, worker in 0 …
  /// threads-1 telling who does it. The caller works too: where the others get no processor, it
  /// does everything itself. `work` must not throw. From one thread at a time; a job that was
  /// posted before is finished first.
  void run(int count, const Work& work);

  /// The same in the background, while the caller does something else: the other threads begin at
  /// once. What is left of it, finish() does, or the next run() or post(), or the destructor.
  void post(int count, Work work);
  void finish();

 private:
  struct Shared;
  int threads_;
  bool posted_ = false;
  Work work_;  // of what was posted
  std::unique_ptr<Shared> shared_;
};

}  // namespace toccata::network::stepping
