#include "training/shared_engine.h"

#include <torch/utils.h>

#include <array>
#include <utility>

namespace toccata::training {
namespace {

class SharedEngine : public Engine {
 public:
  SharedEngine(std::unique_ptr<Engine> own, Ranks& ranks, ReduceKind reduce)
      : own_(std::move(own)), ranks_(ranks), reduce_(reduce) {}
  const char* name() const override { return own_->name(); }
  BatchLoss gradient(const torch::Tensor& values, const music::Batch& batch,
                     const network::Dropout& dropout, torch::Tensor& gradient,
                     const network::Ready& ready) override {
    const auto sum = [&](std::size_t begin, std::size_t end) {
      ranks_.begin_sum(gradient.narrow(0, static_cast<std::int64_t>(begin),
                                       static_cast<std::int64_t>(end - begin)),
                       reduce_);
    };
    const BatchLoss own = own_->gradient(values, batch, dropout, gradient, sum);
    std::array<double, 2> sums{own.nats.item<double>(), static_cast<double>(own.frames)};
    ranks_.end_sums();
    ranks_.sum(sums);
    if (ready) ready(0, static_cast<std::size_t>(gradient.numel()));
    return {torch::full({}, sums[0], own.nats.options()), static_cast<std::int64_t>(sums[1])};
  }

 private:
  std::unique_ptr<Engine> own_;
  Ranks& ranks_;
  ReduceKind reduce_;
};

}  // namespace

std::unique_ptr<Engine> share_out(std::unique_ptr<Engine> own, Ranks& ranks, ReduceKind reduce) {
  return std::make_unique<SharedEngine>(std::move(own), ranks, reduce);
}

}  // namespace toccata::training
