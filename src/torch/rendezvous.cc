#include "torch/rendezvous.h"

#include <fmt/ranges.h>
#include <unistd.h>

#include <algorithm>
#include <future>
#include <thread>
#include <torch/csrc/distributed/c10d/PrefixStore.hpp>
#include <torch/csrc/distributed/c10d/TCPStore.hpp>
#include <vector>

#include "base/error.h"

namespace toccata::libtorch {
namespace {

using namespace std::chrono_literals;
// How long an answer of the store may take, how often it is asked, and how long those who are well
// may take to answer the roll: they may be in the middle of a step.
constexpr auto kAnswer = 5s;
constexpr auto kPause = 50ms;
constexpr auto kRollCall = 10s;
constexpr auto kLastComer = 1500ms;

constexpr const char* kFailure = "failure";

std::vector<std::uint8_t> bytes_of(const std::string& text) {
  return {text.begin(), text.end()};
}

/// work() in a thread of its own, which is left behind where it does not come to an end in time: a
/// cut cable shows itself by silence alone.
template <typename Result>
Result within(std::chrono::milliseconds limit, std::function<Result()> work) {
  std::packaged_task<Result()> task(std::move(work));
  std::future<Result> result = task.get_future();
  std::thread(std::move(task)).detach();
  if (result.wait_for(limit) != std::future_status::ready)
    throw std::runtime_error("no answer in time");
  return result.get();
}

std::string host_name() {
  char name[256] = {};
  ::gethostname(name, sizeof name - 1);
  return name;
}

std::string key_of(const char* what, int rank) {
  return fmt::format("{}/{}", what, rank);
}

}  // namespace

Rendezvous::Rendezvous(const training::Launch& launch, double timeout)
    : launch_(launch), hosts_(static_cast<std::size_t>(launch.ranks)) {
  const auto limit = std::chrono::milliseconds(static_cast<std::int64_t>(timeout * 1000));
  c10d::TCPStoreOptions options;
  options.port = static_cast<std::uint16_t>(launch.port);
  options.isServer = launch.rank == 0 && !launch.store_is_served;
  options.waitWorkers = false;
  // Below some seconds LibTorch would not try twice.
  options.timeout = std::max<Duration>(limit, 5s);
  try {
    store_ = c10::make_intrusive<c10d::PrefixStore>(
        "toccata/" + launch.attempt, within<c10::intrusive_ptr<c10d::Store>>(limit + 10s, [=] {
          return c10::make_intrusive<c10d::TCPStore>(launch.address, options);
        }));
  } catch (const std::exception& error) {
    const std::string why = error.what();
    fail("process {} of {} cannot {} {}:{} within {:g} s: {}", launch.rank, launch.ranks,
         options.isServer ? "wait for the others at" : "reach process 0 at", launch.address,
         launch.port, timeout, why.substr(0, why.find('\n')));
  }
  wait_for_all(timeout);
}

void Rendezvous::wait_for_all(double timeout) {
  const auto end = Clock::now() + std::chrono::duration<double>(timeout);
  put(key_of("host", launch_.rank), fmt::format("{}, pid {}", host_name(), ::getpid()), kAnswer);
  std::vector<int> missing;
  for (;;) {
    missing.clear();
    for (int rank = 0; rank < launch_.ranks; ++rank) {
      std::string& host = hosts_[static_cast<std::size_t>(rank)];
      try {
        if (host.empty()) host = get(key_of("host", rank), kAnswer).value_or("");
      } catch (const std::exception&) {
        fail("{}", gone());
      }
      if (host.empty()) missing.push_back(rank);
    }
    if (missing.empty()) return;
    if (Clock::now() > end)
      fail("waited {:g} s at {}:{}, and of {} processes these did not come: {}", timeout,
           launch_.address, launch_.port, launch_.ranks, fmt::join(missing, ", "));
    std::this_thread::sleep_for(kPause);
  }
}

bool Rendezvous::put(const std::string& key, const std::string& value, Duration limit) const {
  try {
    return within<bool>(limit, [store = store_, key, value] {
      store->set(key, bytes_of(value));
      return true;
    });
  } catch (const std::exception&) {
    return false;
  }
}

std::optional<std::string> Rendezvous::get(const std::string& key, Duration limit) const {
  return within<std::optional<std::string>>(
      limit, [store = store_, key]() -> std::optional<std::string> {
        if (!store->check({key})) return std::nullopt;
        const std::vector<std::uint8_t> value = store->get(key);
        return std::string(value.begin(), value.end());
      });
}

void Rendezvous::report_failure(const std::string& why) noexcept {
  try {
    put(key_of("why", launch_.rank), why, kAnswer);
    answer();
    leave(std::vector<bool>(static_cast<std::size_t>(launch_.ranks), true), Clock::now());
  } catch (...) {  // not even a thread can be had: the others will find out
  }
}

void Rendezvous::answer() const {
  put(key_of("present", launch_.rank), "1", kAnswer);
  put(kFailure, "1", kAnswer);
}

bool Rendezvous::failure_reported() const {
  try {
    return get(kFailure, kAnswer).has_value();
  } catch (const std::exception&) {
    return true;
  }
}

std::string Rendezvous::named(int rank) const {
  return fmt::format("process {} ({})", rank, hosts_[static_cast<std::size_t>(rank)]);
}

std::string Rendezvous::gone() const {
  return fmt::format("{} at {}:{} is gone or cannot be reached",
                     launch_.store_is_served ? std::string("the launcher's agent") : named(0),
                     launch_.address, launch_.port);
}

/// Who serves the store stays until the others have called the roll, too.
void Rendezvous::leave(const std::vector<bool>& present, Clock::time_point begun) const {
  put(key_of("done", launch_.rank), "1", kAnswer);
  if (launch_.rank != 0 || launch_.store_is_served) return;
  for (int rank = 1; rank < launch_.ranks; ++rank)
    while (present[static_cast<std::size_t>(rank)] && Clock::now() - begun < kRollCall + kAnswer) {
      try {
        if (get(key_of("done", rank), kAnswer)) break;
      } catch (const std::exception&) {
        return;
      }
      std::this_thread::sleep_for(kPause);
    }
}

std::string Rendezvous::roll_call() {
  answer();
  const auto begun = Clock::now();
  std::vector<bool> present(static_cast<std::size_t>(launch_.ranks));
  std::vector<std::string> said, missing;
  auto last_came = begun;
  try {
    for (;;) {
      missing.clear();
      for (int rank = 0; rank < launch_.ranks; ++rank) {
        const auto r = static_cast<std::size_t>(rank);
        if (!present[r] && get(key_of("present", rank), kAnswer)) {
          present[r] = true;
          last_came = Clock::now();
          if (const auto why = get(key_of("why", rank), kAnswer))
            said.push_back(named(rank) + " failed: " + *why);
        }
        if (!present[r]) missing.push_back(named(rank));
      }
      // All but one are here: the one is given a moment, not the whole time.
      if (missing.empty() || !said.empty()) break;
      if (missing.size() == 1 && Clock::now() - last_came > kLastComer) break;
      if (Clock::now() - begun > kRollCall) break;
      std::this_thread::sleep_for(kPause);
    }
  } catch (const std::exception&) {
    return gone();
  }
  leave(present, begun);
  if (!said.empty()) return fmt::format("{}", fmt::join(said, "; "));
  if (missing.empty()) return "all processes are well, but the network between some of them is not";
  return fmt::format("{} ended, hangs or cannot be reached", fmt::join(missing, ", "));
}

}  // namespace toccata::libtorch
