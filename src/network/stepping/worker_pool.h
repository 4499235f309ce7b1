#pragma once
// Threads that wait for small jobs by spinning: a job of tens of microseconds is worth sharing only
// when nobody has to be woken for it. Whoever waits long goes to sleep.

#include <functional>
#include <memory>

namespace toccata::network::stepping {

class WorkerPool {
 public:
  /// `threads` in all, the calling one included. One thread: no pool, jobs run where they are
  /// asked for.
  explicit WorkerPool(int threads);
  ~WorkerPool();

  int threads() const { return threads_; }

  /// work(chunk, worker) for chunks 0 … count-1, each once, in no fixed order, worker in 0 …
  /// threads-1 telling who does it. The caller works too: where the others get no processor, it
  /// does everything itself. `work` must not throw. One job at a time, from one thread at a time.
  void run(int count, const std::function<void(int chunk, int worker)>& work);

 private:
  struct Shared;
  int threads_;
  std::unique_ptr<Shared> shared_;
};

}  // namespace toccata::network::stepping
