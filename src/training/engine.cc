#include "training/engine.h"

#include <array>
#include <utility>

namespace toccata::training {
namespace {

class OwnEngine : public Engine {
 public:
  explicit OwnEngine(const TrainOptions& options)
      : pass_(options.model, {.precision = resolved_precision(options) == TrainPrecision::bf16
                                               ? network::Precision::bf16
                                               : network::Precision::f32,
                              .threads = options.threads}) {}
  const char* name() const override { return "own"; }
  network::Loss gradient(std::span<const float> values, const music::Batch& batch,
                         const network::Dropout& dropout, std::span<float> gradient,
                         const network::Ready& ready) override {
    return pass_.gradient(values, batch, dropout, gradient, ready);
  }

 private:
  network::TrainingPass pass_;
};

class SharedEngine : public Engine {
 public:
  SharedEngine(std::unique_ptr<Engine> own, Ranks& ranks, ReduceKind reduce)
      : own_(std::move(own)), ranks_(ranks), reduce_(reduce) {}
  const char* name() const override { return own_->name(); }
  network::Loss gradient(std::span<const float> values, const music::Batch& batch,
                         const network::Dropout& dropout, std::span<float> gradient,
                         const network::Ready& ready) override {
    const network::Loss own =
        own_->gradient(values, batch, dropout, gradient, [&](std::size_t begin, std::size_t end) {
          ranks_.begin_all_reduce(gradient.subspan(begin, end - begin), reduce_);
        });
    std::array<double, 2> sums{own.nats, static_cast<double>(own.frames)};
    ranks_.finish_all_reduce();
    ranks_.all_reduce(sums);
    if (ready) ready(0, gradient.size());
    return {sums[0], static_cast<std::int64_t>(sums[1])};
  }

 private:
  std::unique_ptr<Engine> own_;
  Ranks& ranks_;
  ReduceKind reduce_;
};

}  // namespace

std::unique_ptr<Engine> make_own_engine(const TrainOptions& options) {
  return std::make_unique<OwnEngine>(options);
}

std::unique_ptr<Engine> share_out(std::unique_ptr<Engine> own, Ranks& ranks, ReduceKind reduce) {
  return std::make_unique<SharedEngine>(std::move(own), ranks, reduce);
}

}  // namespace toccata::training
