#include "network/step/worker_pool.h"

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <thread>
#include <vector>

namespace toccata::network::stepping {
namespace {

TEST(WorkerPool, DoesEachChunkOnce) {
  for (const int threads : {1, 2, 5}) {
    WorkerPool pool(threads);
    for (int job = 0; job < 2000; ++job) {
      const int count = job % 9;
      std::vector<std::atomic<int>> done(9);
      std::atomic<int> strangers{0};
      pool.run(count, [&](int chunk, int worker) {
        ++done[static_cast<std::size_t>(chunk)];
        if (worker < 0 || worker >= threads) ++strangers;
      });
      for (int chunk = 0; chunk < 9; ++chunk)
        ASSERT_EQ(done[static_cast<std::size_t>(chunk)], chunk < count ? 1 : 0);
      ASSERT_EQ(strangers, 0);
    }
  }
}

TEST(WorkerPool, NobodyIsTwoWorkersAtOnce) {
  WorkerPool pool(4);
  std::vector<std::atomic<int>> inside(4);
  std::atomic<int> collisions{0};
  for (int job = 0; job < 200; ++job)
    pool.run(16, [&](int, int worker) {
      auto& mine = inside[static_cast<std::size_t>(worker)];
      if (++mine != 1) ++collisions;
      --mine;
    });
  EXPECT_EQ(collisions, 0);
}

TEST(WorkerPool, WakesSleepersAndSeesWhatTheyWrote) {
  WorkerPool pool(3);
  std::vector<int> plain(64, 0);
  for (int job = 1; job <= 20; ++job) {
    std::this_thread::sleep_for(std::chrono::milliseconds(2));
    pool.run(64, [&](int chunk, int) { plain[static_cast<std::size_t>(chunk)] += job; });
    for (const int value : plain) ASSERT_EQ(value, job * (job + 1) / 2);
  }
}

TEST(WorkerPool, DoesWhatWasPostedInTheBackgroundOnceAndBeforeAnythingElse) {
  for (const int threads : {1, 2, 4}) {
    std::vector<int> posted(32, 0), asked(8, 0);
    {
      WorkerPool pool(threads);
      for (int job = 1; job <= 500; ++job) {
        pool.post(32, [&](int chunk, int) { ++posted[static_cast<std::size_t>(chunk)]; });
        if (job % 7 == 0) std::this_thread::sleep_for(std::chrono::microseconds(300));
        if (job % 3 == 0) pool.finish();
        if (job % 2 == 0)
          pool.run(8, [&](int chunk, int) {
            asked[static_cast<std::size_t>(chunk)] += posted[static_cast<std::size_t>(chunk)] - job;
          });
      }
    }  // the last job was only posted
    EXPECT_EQ(posted, std::vector<int>(32, 500));
    EXPECT_EQ(asked, std::vector<int>(8, 0));
  }
}

TEST(WorkerPool, EndsWhetherItWorkedOrNot) {
  for (int i = 0; i < 50; ++i) {
    WorkerPool pool(3);
    if (i % 2 == 0) pool.run(3, [](int, int) {});
    if (i % 5 == 0) std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
}

}  // namespace
}  // namespace toccata::network::stepping
