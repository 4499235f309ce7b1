#include "torch/c10d_ranks.h"

#include "base/error.h"

#ifndef TOCCATA_HAS_RANKS

namespace toccata::libtorch {

std::unique_ptr<training::Ranks> join(const training::Launch& launch, double, const Stop&) {
  fail_usage(
      "{} processes were started to train together, and this toccata-torch was built for one: it "
      "needs a LibTorch with c10d and Gloo, and Gloo's headers (libgloo-dev)",
      launch.ranks);
}

}  // namespace toccata::libtorch

#else

#include <arpa/inet.h>
#include <netdb.h>
#include <torch/utils.h>

#include <algorithm>
#include <csignal>
#include <deque>
#include <torch/csrc/distributed/c10d/ProcessGroupGloo.hpp>
#ifdef USE_C10D_NCCL
#include <torch/csrc/distributed/c10d/ProcessGroupNCCL.hpp>
#endif

#include "torch/rendezvous.h"

namespace toccata::libtorch {
namespace {

using training::Launch;
using training::ReduceKind;

using namespace std::chrono_literals;
using Duration = std::chrono::milliseconds;
using Clock = std::chrono::steady_clock;

// Between looks at the meeting point while waiting for the others.
constexpr auto kLook = 500ms;
// Elements of a bucket: small enough that the first travels while the last is still being made.
constexpr std::int64_t kBucket = std::int64_t{1} << 18;

/// This machine's own address on the way to `address`, so that the others can find it: not what its
/// name stands for, which is often 127.0.1.1. No packet is sent.
std::string own_address(const std::string& address, int port) {
  addrinfo hints{}, *found = nullptr;
  hints.ai_socktype = SOCK_DGRAM;
  if (::getaddrinfo(address.c_str(), std::to_string(port).c_str(), &hints, &found) != 0)
    fail("{}: no such machine is known; is MASTER_ADDR right?", address);
  std::string own;
  for (const addrinfo* a = found; a && own.empty(); a = a->ai_next) {
    const int socket = ::socket(a->ai_family, SOCK_DGRAM, 0);
    sockaddr_storage here{};
    socklen_t size = sizeof here;
    char text[NI_MAXHOST] = {};
    if (socket >= 0 && ::connect(socket, a->ai_addr, a->ai_addrlen) == 0 &&
        ::getsockname(socket, reinterpret_cast<sockaddr*>(&here), &size) == 0 &&
        ::getnameinfo(reinterpret_cast<sockaddr*>(&here), size, text, sizeof text, nullptr, 0,
                      NI_NUMERICHOST) == 0)
      own = text;
    if (socket >= 0) ::close(socket);
  }
  ::freeaddrinfo(found);
  if (own.empty()) fail("{}: no way to this machine; is the network up?", address);
  return own;
}

class C10dRanks : public TensorRanks {
 public:
  C10dRanks(const Launch& launch, double timeout, const Stop& stop);
  /// After a failure the group is left behind: its threads may wait for someone who never comes.
  ~C10dRanks() override {
    if (!failed_) return;
    (void)group_.release();
    for (Sum& sum : sums_) (void)sum.work.release();
  }

  int rank() const override { return launch_.rank; }
  int count() const override { return launch_.ranks; }
  void begin_all_reduce(std::span<float> part, ReduceKind kind) override {
    begin_all_reduce(tensor_of(part), kind);
  }
  void begin_all_reduce(const torch::Tensor& part, ReduceKind kind) override;
  void finish_all_reduce() override;
  void all_reduce(std::span<double> numbers) override;
  void broadcast(std::span<float> numbers) override { broadcast(tensor_of(numbers)); }
  std::string broadcast(const std::string& text) override;
  void barrier() override;
  const Stop& stop() const override { return agreed_; }
  const Stop& own_stop() const override { return own_; }
  double waited() const override { return waited_; }
  void report_failure(const std::string& why) noexcept override {
    if (!failed_) rendezvous_.report_failure(why);
    failed_ = true;
  }

 private:
  using Work = c10::intrusive_ptr<c10d::Work>;
  static torch::Tensor tensor_of(std::span<float> part) {
    return torch::from_blob(part.data(), {std::ssize(part)}, torch::kFloat32);
  }
  void broadcast(torch::Tensor tensor);  // on the CPU
  struct Sum {
    torch::Tensor part;       // (n) f32
    torch::Tensor sent, got;  // bf16 only: (ranks, share) before and after the exchange
    Work work;
  };
  void begin_exchange(Sum& sum);
  void end_exchanges(std::span<Sum> sums);
  void wait(const Work& work);
  /// Runs what speaks to the others; an exception of LibTorch's becomes an Error that says who.
  template <typename Call>
  auto call(const Call& call) {
    try {
      return call();
    } catch (const Error&) {
      throw;
    } catch (const std::exception& error) {
      lost(error.what());
    }
  }
  [[noreturn]] void lost(std::string what);

  const Launch launch_;
  const double timeout_;  // s
  const Stop& own_;
  Stop agreed_;
  int saves_told_ = 0;  // of own_'s requests to save
  Rendezvous rendezvous_;
#ifdef USE_C10D_NCCL
  c10::intrusive_ptr<c10d::ProcessGroupNCCL> cards_;  // where tensors stand on GPUs
#endif
  c10::intrusive_ptr<c10d::ProcessGroupGloo> group_;
  std::deque<Sum> sums_;  // begun and not ended
  double waited_ = 0;     // s
  bool failed_ = false;
};

C10dRanks::C10dRanks(const Launch& launch, double timeout, const Stop& stop)
    : launch_(launch), timeout_(timeout), own_(stop), rendezvous_(launch, timeout) {
  // A peer that is gone is an error to report, not a signal to die of.
  std::signal(SIGPIPE, SIG_IGN);
  call([&] {
    auto gloo = c10d::ProcessGroupGloo::Options::create(
        Duration(static_cast<std::int64_t>(timeout * 1000)));
    gloo->devices = {
        c10d::ProcessGroupGloo::createDeviceForHostname(own_address(launch.address, launch.port))};
    gloo->threads = 2;
    group_ = c10::make_intrusive<c10d::ProcessGroupGloo>(rendezvous_.store(), launch.rank,
                                                         launch.ranks, gloo);
  });
}

void C10dRanks::begin_all_reduce(const torch::Tensor& part, ReduceKind kind) {
  call([&] {
    for (std::int64_t begin = 0; begin < part.numel(); begin += kBucket) {
      Sum& sum = sums_.emplace_back();
      sum.part = part.narrow(0, begin, std::min(kBucket, part.numel() - begin));
#ifdef USE_C10D_NCCL
      if (part.is_cuda()) {
        if (!cards_)
          cards_ = c10::make_intrusive<c10d::ProcessGroupNCCL>(rendezvous_.store(), launch_.rank,
                                                               launch_.ranks);
        std::vector<torch::Tensor> tensors{sum.part};
        sum.work = cards_->allreduce(tensors);
        continue;
      }
#endif
      if (kind == ReduceKind::bf16) {
        begin_exchange(sum);
        continue;
      }
      if (sum.part.is_cuda()) sum.got = sum.part.to(torch::kCPU);
      std::vector<torch::Tensor> tensors{sum.part.is_cuda() ? sum.got : sum.part};
      sum.work = group_->allreduce(tensors);
    }
  });
}

void C10dRanks::finish_all_reduce() {
  call([&] {
    std::vector<Sum> exchanged;
    while (!sums_.empty()) {
      Sum& sum = sums_.front();
      wait(sum.work);
      if (sum.sent.defined())
        exchanged.push_back(sum);
      else if (sum.got.defined())
        sum.part.copy_(sum.got);
      sums_.pop_front();
    }
    end_exchanges(exchanged);
  });
}

/// Each process gets, from all, the share of the bucket that it adds up.
void C10dRanks::begin_exchange(Sum& sum) {
  const std::int64_t ranks = launch_.ranks, share = (sum.part.numel() + ranks - 1) / ranks;
  sum.sent = torch::zeros({ranks * share}, torch::kBFloat16);
  sum.sent.narrow(0, 0, sum.part.numel()).copy_(sum.part);
  sum.sent = sum.sent.view({ranks, share});
  sum.got = torch::empty_like(sum.sent);
  // Gloo knows no bfloat16, but bytes.
  torch::Tensor from = sum.sent.view(torch::kByte), to = sum.got.view(torch::kByte);
  std::vector<std::int64_t> even;
  sum.work = group_->alltoall_base(to, from, even, even);
}

void C10dRanks::end_exchanges(std::span<Sum> sums) {
  std::vector<torch::Tensor> totals;  // kept until their work is done
  for (Sum& sum : sums) {
    // The same number everywhere: who adds it up rounds it, too.
    torch::Tensor total = sum.got.to(torch::kFloat32).sum(0).to(torch::kBFloat16);
    totals.push_back(total);
    std::vector<torch::Tensor> mine{total.view(torch::kByte)};
    std::vector<std::vector<torch::Tensor>> all(1);
    for (int rank = 0; rank < launch_.ranks; ++rank)
      all[0].push_back(sum.sent[rank].view(torch::kByte));
    sum.work = group_->allgather(all, mine);
  }
  for (Sum& sum : sums) {
    wait(sum.work);
    sum.part.copy_(sum.sent.view({-1}).narrow(0, 0, sum.part.numel()));
  }
}

void C10dRanks::all_reduce(std::span<double> numbers) {
  call([&] {
    const auto size = static_cast<std::int64_t>(numbers.size());
    std::vector<torch::Tensor> tensors{torch::from_blob(numbers.data(), {size}, torch::kFloat64)};
    wait(group_->allreduce(tensors));
  });
}

void C10dRanks::broadcast(torch::Tensor tensor) {
  call([&] {
    std::vector<torch::Tensor> tensors{tensor};
    wait(group_->broadcast(tensors));
  });
}

std::string C10dRanks::broadcast(const std::string& text) {
  const torch::Tensor size = torch::full({1}, static_cast<std::int64_t>(text.size()), torch::kLong);
  broadcast(size);
  std::string received = text;
  received.resize(static_cast<std::size_t>(size.item<std::int64_t>()));
  if (!received.empty())
    broadcast(torch::from_blob(received.data(), {std::ssize(received)}, torch::kByte));
  return received;
}

void C10dRanks::barrier() {
  // The signal, and whether this one was asked to save since the last time. The largest numbers
  // count: where several were asked by different signals, all get the same.
  const int saves = own_.saves_requested();
  torch::Tensor asked = torch::full({2}, own_.signal(), torch::kInt);
  asked[1] = saves != saves_told_;
  saves_told_ = saves;
  call([&] {
    std::vector<torch::Tensor> tensors{asked};
    c10d::AllreduceOptions most;
    most.reduceOp = c10d::ReduceOp::MAX;
    wait(group_->allreduce(tensors, most));
  });
  if (asked[0].item<int>() != 0) agreed_.request(asked[0].item<int>());
  if (asked[1].item<int>() != 0) agreed_.request_save();
}

void C10dRanks::wait(const Work& work) {
  const auto begun = Clock::now();
  const auto seconds = [&] { return std::chrono::duration<double>(Clock::now() - begun).count(); };
  for (;;) {
    try {
      work->wait(kLook);
      waited_ += seconds();
      return;
    } catch (const std::exception&) {
      if (work->isCompleted()) {  // in the meantime, or it failed
        if (work->isSuccess()) return;
        throw;
      }
      if (seconds() > timeout_)
        throw std::runtime_error(fmt::format("no word for {:g} s", timeout_));
    }
    if (rendezvous_.failure_reported())
      throw std::runtime_error("another process reported a failure");
  }
}

void C10dRanks::lost(std::string what) {
  failed_ = true;
  what = what.substr(0, what.find('\n'));
  fail("{} (found by process {} of {}: {})", rendezvous_.roll_call(), launch_.rank, launch_.ranks,
       what);
}

}  // namespace

std::unique_ptr<training::Ranks> join(const Launch& launch, double timeout, const Stop& stop) {
  return std::make_unique<C10dRanks>(launch, timeout, stop);
}

}  // namespace toccata::libtorch

#endif
