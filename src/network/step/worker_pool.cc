#include "network/step/worker_pool.h"

#include "base/threads.h"

#include <algorithm>
#include <utility>
#if TOCCATA_HAS_THREADS
#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <thread>
#include <vector>
#endif

namespace toccata::network::stepping {

#if TOCCATA_HAS_THREADS
namespace {

constexpr int kCountBits = 20;
constexpr std::uint64_t kCountMask = (std::uint64_t{1} << kCountBits) - 1;
// Some 50 to 100 microseconds of waiting, a few notes' work, before a worker sleeps.
constexpr int kSpins = 4000;

void pause() {
#if defined(__x86_64__) || defined(__i386__)
  __builtin_ia32_pause();
#elif defined(__aarch64__)
  asm volatile("yield");
#endif
}

}  // namespace

struct WorkerPool::Shared {
  // Job number, chunks of the job, next chunk: one word, so that nobody claims a chunk of one job
  // with the numbers of another.
  std::atomic<std::uint64_t> ticket{0};
  std::atomic<const WorkerPool::Work*> work{nullptr};
  std::atomic<int> unfinished{0};
  std::atomic<int> sleepers{0};
  std::atomic<bool> ending{false};
  std::mutex mutex;
  std::condition_variable wake;
  std::vector<std::thread> threads;

  static std::uint64_t next(std::uint64_t t) { return t & kCountMask; }
  static std::uint64_t count(std::uint64_t t) { return t >> kCountBits & kCountMask; }
  static std::uint64_t job(std::uint64_t t) { return t >> 2 * kCountBits; }

  /// Lets everyone loose on a job.
  void begin(int count, const WorkerPool::Work& job_work) {
    work.store(&job_work, std::memory_order_relaxed);
    unfinished.store(count, std::memory_order_relaxed);
    const std::uint64_t next_job = job(ticket.load(std::memory_order_relaxed)) + 1;
    ticket.store(next_job << 2 * kCountBits | static_cast<std::uint64_t>(count) << kCountBits);
    if (sleepers.load() > 0) {
      const std::lock_guard lock(mutex);
      wake.notify_all();
    }
  }

  /// The caller's share, and the wait for the others'.
  void end() {
    help(0);
    // Whoever holds the last chunks may have lost its processor: to give ours away helps it.
    for (int spins = 0; unfinished.load(std::memory_order_acquire) > 0; ++spins)
      spins < kSpins ? pause() : std::this_thread::yield();
  }

  /// Claims and does chunks until none is left.
  void help(int worker) {
    std::uint64_t t = ticket.load(std::memory_order_acquire);
    while (next(t) < count(t)) {
      if (!ticket.compare_exchange_weak(t, t + 1, std::memory_order_acq_rel)) continue;
      // The chunk is ours and unfinished, so this job and its work are still there.
      (*work.load(std::memory_order_relaxed))(static_cast<int>(next(t)), worker);
      unfinished.fetch_sub(1, std::memory_order_release);
      t = ticket.load(std::memory_order_acquire);
    }
  }

  void live(int worker) {
    std::uint64_t seen = 0;
    while (!ending.load(std::memory_order_relaxed)) {
      int spins = 0;
      while (job(ticket.load(std::memory_order_acquire)) == seen && spins < kSpins) {
        pause();
        ++spins;
      }
      if (job(ticket.load(std::memory_order_acquire)) == seen) {
        std::unique_lock lock(mutex);
        sleepers.fetch_add(1);  // before looking again: whoever posts a job sees it or is seen
        wake.wait(lock, [&] { return job(ticket.load()) != seen || ending.load(); });
        sleepers.fetch_sub(1);
      }
      seen = job(ticket.load(std::memory_order_acquire));
      help(worker);
    }
  }
};

WorkerPool::WorkerPool(int threads) : threads_(std::max(1, threads)) {
  if (threads_ == 1) return;
  shared_ = std::make_unique<Shared>();
  for (int worker = 1; worker < threads_; ++worker)
    shared_->threads.emplace_back([this, worker] { shared_->live(worker); });
}

WorkerPool::~WorkerPool() {
  finish();
  if (!shared_) return;
  {
    const std::lock_guard lock(shared_->mutex);
    shared_->ending = true;
  }
  shared_->wake.notify_all();
  // A new job number lets go whoever still spins.
  shared_->ticket.fetch_add(std::uint64_t{1} << 2 * kCountBits);
  for (std::thread& thread : shared_->threads) thread.join();
}

#else

struct WorkerPool::Shared {
  void begin(int, const Work&) {}
  void end() {}
};

WorkerPool::WorkerPool(int) : threads_(1) {}
WorkerPool::~WorkerPool() = default;

#endif

void WorkerPool::run(int count, const Work& work) {
  finish();
  if (!shared_ || count <= 1) {
    for (int chunk = 0; chunk < count; ++chunk) work(chunk, 0);
    return;
  }
  shared_->begin(count, work);
  shared_->end();
}

void WorkerPool::post(int count, Work work) {
  finish();
  work_ = std::move(work);
  posted_ = true;
  if (shared_) {
    shared_->begin(count, work_);
  } else {
    for (int chunk = 0; chunk < count; ++chunk) work_(chunk, 0);
  }
}

void WorkerPool::finish() {
  if (!posted_) return;
  posted_ = false;
  if (shared_) shared_->end();
}

}  // namespace toccata::network::stepping
