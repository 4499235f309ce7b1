#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <torch/utils.h>

#include <array>
#include <atomic>
#include <chrono>
#include <memory>
#include <thread>

#include "base/error.h"
#include "torch/test_socket_ranks.h"

namespace toccata::libtorch {
namespace {

using testing::AllOf;
using testing::Each;
using testing::HasSubstr;

TEST(Ranks, SumsAreThoseOfAllAndTheFirstIsBelieved) {
  for (const int count : {2, 3}) {
    const auto errors = run_socket_ranks(count, [&](training::Ranks& ranks) {
      const int mine = ranks.rank() + 1, all = count * (count + 1) / 2;
      std::vector<float> one(700'000, static_cast<float>(mine)), two(10);
      for (int i = 0; i < 10; ++i) two[static_cast<std::size_t>(i)] = static_cast<float>(i * mine);
      ranks.begin_all_reduce(one, training::ReduceKind::f32);
      ranks.begin_all_reduce(two, training::ReduceKind::f32);
      ranks.finish_all_reduce();
      EXPECT_THAT(one, Each(static_cast<float>(all)));
      EXPECT_FLOAT_EQ(two[9], static_cast<float>(9 * all));
      std::array<double, 2> numbers{static_cast<double>(mine), static_cast<double>(-mine)};
      ranks.all_reduce(numbers);
      EXPECT_EQ(numbers[0], all);
      EXPECT_EQ(numbers[1], -all);
      std::vector<float> state(5, static_cast<float>(mine));
      ranks.broadcast(state);
      EXPECT_THAT(state, Each(1.0f));
      EXPECT_EQ(ranks.broadcast(ranks.first() ? "a text" : ""), "a text");
    });
    EXPECT_EQ(errors, nothing(count));
  }
}

TEST(Ranks, InBfloat16SumsAreNearAndTheSameEverywhere) {
  constexpr int kCount = 3;
  std::array<torch::Tensor, kCount> sums;
  torch::manual_seed(1);
  const torch::Tensor parts = torch::randn({kCount, 300'001});
  const auto errors = run_socket_ranks(kCount, [&](training::Ranks& ranks) {
    const auto r = static_cast<std::size_t>(ranks.rank());
    sums[r] = parts[ranks.rank()].clone();
    dynamic_cast<TensorRanks&>(ranks).begin_all_reduce(sums[r], training::ReduceKind::bf16);
    ranks.finish_all_reduce();
  });
  EXPECT_EQ(errors, nothing(kCount));
  EXPECT_TRUE(torch::equal(sums[0], sums[1]) && torch::equal(sums[0], sums[2]));
  const torch::Tensor bound = parts.abs().sum(0) * 0x1p-8 + sums[0].abs() * 0x1p-8;
  EXPECT_TRUE(((sums[0] - parts.sum(0)).abs() <= bound).all().item<bool>());
  EXPECT_FALSE(torch::equal(sums[0], parts.sum(0)));
}

TEST(Ranks, WhereOneIsAskedToStopAllAreAndNoneBefore) {
  std::vector<Stop> stops(3);
  stops[2].request(15);
  const auto errors = run_socket_ranks(
      3,
      [](training::Ranks& ranks) {
        EXPECT_FALSE(ranks.stop().requested());
        ranks.barrier();
        EXPECT_EQ(ranks.stop().signal(), 15);
        EXPECT_EQ(ranks.own_stop().requested(), ranks.rank() == 2);
      },
      30, &stops);
  EXPECT_EQ(errors, nothing(3));
}

TEST(Ranks, WhereOneIsAskedToSaveAllAreOnceAndNoneBefore) {
  std::vector<Stop> stops(3);
  stops[1].request_save();
  stops[2].request_save();
  const auto errors = run_socket_ranks(
      3,
      [&](training::Ranks& ranks) {
        EXPECT_EQ(ranks.stop().saves_requested(), 0);
        ranks.barrier();
        EXPECT_EQ(ranks.stop().saves_requested(), 1);
        ranks.barrier();
        EXPECT_EQ(ranks.stop().saves_requested(), 1);
        if (ranks.rank() == 2) stops[2].request_save();
        ranks.barrier();
        EXPECT_EQ(ranks.stop().saves_requested(), 2);
        EXPECT_FALSE(ranks.stop().requested());
      },
      30, &stops);
  EXPECT_EQ(errors, nothing(3));
}

TEST(Ranks, WhatOneFailsWithIsToldByTheOthers) {
  const auto errors = run_socket_ranks(3, [](training::Ranks& ranks) {
    if (ranks.rank() == 1) throw Error("the disk is full");
    ranks.barrier();
  });
  EXPECT_EQ(errors[1], "the disk is full");
  for (const int rank : {0, 2})
    EXPECT_THAT(errors[static_cast<std::size_t>(rank)],
                AllOf(HasSubstr("process 1"), HasSubstr("the disk is full")));
}

TEST(Ranks, OneThatIsSilentIsNamedWithinTheTimeOut) {
  const auto begun = std::chrono::steady_clock::now();
  std::atomic<bool> over = false;
  const auto errors = run_socket_ranks(
      3,
      [&](training::Ranks& ranks) {
        if (ranks.rank() == 2) {
          while (!over) std::this_thread::sleep_for(std::chrono::milliseconds(20));
          return;
        }
        try {
          ranks.barrier();
        } catch (const Error&) {
          over = true;
          throw;
        }
      },
      3);
  const std::chrono::duration<double> taken = std::chrono::steady_clock::now() - begun;
  EXPECT_LT(taken.count(), 25);
  EXPECT_THAT(errors[0] + errors[1], HasSubstr("process 2"));
}

TEST(Ranks, WhoDoesNotComeIsNamed) {
  const Stop never;
  training::Launch launch;
  launch.ranks = 3;
  launch.address = "127.0.0.1";
  launch.port = free_port();
  try {
    join(launch, 0.5, never);
    FAIL() << "expected an error";
  } catch (const Error& error) {
    EXPECT_THAT(error.what(), HasSubstr("did not come: 1, 2"));
  }
}

}  // namespace
}  // namespace toccata::libtorch
