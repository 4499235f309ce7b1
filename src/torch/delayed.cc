#include "torch/delayed.h"

#include <c10/core/Event.h>
#include <c10/core/impl/VirtualGuardImpl.h>

#include <thread>

namespace toccata::libtorch {

struct Delayed::Copy {
  Figures figures;
  torch::Tensor host;              // (3) f64, pinned where the device is a GPU
  std::optional<c10::Event> done;  // of the copy; nothing on the CPU
};

Delayed::Delayed(torch::Device device, std::size_t behind) : device_(device), behind_(behind) {}
Delayed::~Delayed() = default;

void Delayed::add(std::int64_t update, std::int64_t frames, const torch::Tensor& values) {
  auto copy = std::make_unique<Copy>();
  copy->figures.update = {.update = update, .frames = frames};
  if (device_.is_cuda()) {
    copy->host = torch::empty({3}, torch::TensorOptions(torch::kFloat64).pinned_memory(true));
    copy->host.copy_(values, /*non_blocking=*/true);
    copy->done.emplace(device_.type());
    copy->done->record(c10::impl::VirtualGuardImpl(device_.type()).getStream(device_));
  } else {
    copy->host = values.clone();
  }
  copies_.push_back(std::move(copy));
}

std::optional<Figures> Delayed::next_due() {
  return copies_.size() > behind_ ? next() : std::nullopt;
}

std::optional<Figures> Delayed::next() {
  if (copies_.empty()) return std::nullopt;
  const std::unique_ptr<Copy> copy = std::move(copies_.front());
  copies_.pop_front();
  // LibTorch 1.13's event cannot be waited for by the host; behind_ updates on, it has long been.
  while (copy->done && !copy->done->query()) std::this_thread::yield();
  const double* values = copy->host.data_ptr<double>();
  copy->figures.update.nats = values[0];
  copy->figures.update.gradient_norm = values[1];
  copy->figures.kept = values[2];
  return copy->figures;
}

}  // namespace toccata::libtorch
