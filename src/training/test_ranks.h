#pragma once
// For tests: several ranks in one process, each in a thread of its own, without sockets.

#include <algorithm>
#include <array>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "base/error.h"
#include "training/ranks.h"

namespace toccata::training {

class ThreadRanks : public Ranks {
 public:
  /// What the ranks share.
  struct Group {
    explicit Group(int ranks) : count(ranks), parts(static_cast<std::size_t>(ranks)) {}
    const int count;
    std::mutex mutex;
    std::condition_variable changed;
    int arrived = 0;
    std::uint64_t round = 0;
    std::string failure;
    std::vector<void*> parts;  // each rank's own, while they exchange something
  };

  ThreadRanks(Group& group, int rank, const Stop& stop) : group_(group), rank_(rank), own_(stop) {}
  int rank() const override { return rank_; }
  int count() const override { return group_.count; }
  void begin_all_reduce(std::span<float> part, ReduceKind) override { begun_.push_back(part); }
  void finish_all_reduce() override {
    for (const std::span<float> part : begun_) sum(part);
    begun_.clear();
  }
  void all_reduce(std::span<double> numbers) override { sum(numbers); }
  void broadcast(std::span<float> numbers) override {
    exchange(
        numbers.data(),
        [&](const std::vector<void*>& parts) {
          const float* first = static_cast<const float*>(parts[0]);
          return std::vector<float>(first, first + numbers.size());
        },
        [&](const std::vector<float>& said) { std::ranges::copy(said, numbers.begin()); });
  }
  std::string broadcast(const std::string& text) override {
    std::string said = text;
    exchange(
        &said,
        [](const std::vector<void*>& parts) { return *static_cast<const std::string*>(parts[0]); },
        [&](const std::string& first) { said = first; });
    return said;
  }
  void barrier() override {
    std::array<double, 2> asked{static_cast<double>(own_.signal()),
                                own_.saves_requested() != saves_told_ ? 1.0 : 0.0};
    saves_told_ = own_.saves_requested();
    sum(std::span<double>(asked));
    if (asked[0] > 0 && !agreed_.requested()) agreed_.request(static_cast<int>(asked[0]));
    if (asked[1] > 0) agreed_.request_save();
  }
  const Stop& stop() const override { return agreed_; }
  const Stop& own_stop() const override { return own_; }
  double waited() const override { return 0; }
  void report_failure(const std::string& why) noexcept override {
    const std::lock_guard lock(group_.mutex);
    if (group_.failure.empty()) group_.failure = fmt::format("process {} failed: {}", rank_, why);
    group_.changed.notify_all();
  }

 private:
  void wait_for_all() {
    std::unique_lock lock(group_.mutex);
    const std::uint64_t round = group_.round;
    if (++group_.arrived == group_.count) {
      group_.arrived = 0;
      ++group_.round;
      group_.changed.notify_all();
    }
    group_.changed.wait(lock, [&] { return group_.round != round || !group_.failure.empty(); });
    if (group_.round == round) fail("{}", group_.failure);
  }
  /// Reads what all have put down, and takes the result only when all have read.
  template <typename Read, typename Take>
  void exchange(void* mine, const Read& read, const Take& take) {
    group_.parts[static_cast<std::size_t>(rank_)] = mine;
    wait_for_all();
    const auto result = read(group_.parts);
    wait_for_all();
    take(result);
    wait_for_all();
  }
  template <typename Number>
  void sum(std::span<Number> numbers) {
    exchange(
        numbers.data(),
        [&](const std::vector<void*>& parts) {
          std::vector<Number> total(numbers.size());
          for (const void* part : parts)
            for (std::size_t i = 0; i < total.size(); ++i)
              total[i] += static_cast<const Number*>(part)[i];
          return total;
        },
        [&](const std::vector<Number>& total) { std::ranges::copy(total, numbers.begin()); });
  }

  Group& group_;
  const int rank_;
  const Stop& own_;
  Stop agreed_;
  int saves_told_ = 0;
  std::vector<std::span<float>> begun_;
};

using Work = std::function<void(Ranks&)>;

/// Runs work as each of `count` ranks. Returns what each threw.
inline std::vector<std::string> run_ranks(int count, const Work& work,
                                          std::vector<Stop>* stops = nullptr) {
  std::vector<std::string> errors(static_cast<std::size_t>(count));
  ThreadRanks::Group group(count);
  const Stop never;
  {
    std::vector<std::jthread> threads;
    for (int rank = 0; rank < count; ++rank)
      threads.emplace_back([&, rank] {
        const auto r = static_cast<std::size_t>(rank);
        ThreadRanks ranks(group, rank, stops ? (*stops)[r] : never);
        try {
          work(ranks);
        } catch (const std::exception& error) {
          errors[r] = error.what();
          ranks.report_failure(error.what());
        }
      });
  }
  return errors;
}

inline std::vector<std::string> nothing(int count) {
  return std::vector<std::string>(static_cast<std::size_t>(count));
}

}  // namespace toccata::training
