#include "torch/torch_likelihood.h"

#include <ATen/Context.h>
#include <torch/utils.h>

#include <algorithm>
#include <numeric>

#include "base/error.h"
#include "torch/torch_engine.h"
#include "torch/torch_model.h"

namespace toccata::libtorch {
namespace {

constexpr int kSequences = 16;  // pieces side by side
constexpr int kSteps = 128;     // a stretch

/// Steps begin … begin+steps-1 of each piece side by side; past a piece's end, padding.
music::Batch stretch(std::span<const corpus::Piece* const> pieces, int begin, int steps,
                     int history) {
  music::Batch batch;
  const std::size_t sequences = pieces.size();
  batch.resize(steps, static_cast<int>(sequences), pieces.front()->roll.notes(), history);
  for (std::size_t b = 0; b < sequences; ++b) {
    const music::Roll& roll = pieces[b]->roll;
    batch.lengths[b] = std::clamp(roll.steps - begin, 0, steps);
    // frame(t) is the frame before step begin + t.
    for (int t = std::max(1 - history, 1 - begin); t <= batch.lengths[b]; ++t)
      if (begin + t - 1 < roll.steps)
        std::copy_n(roll.frame(begin + t - 1), batch.notes, batch.frame(t, static_cast<int>(b)));
    for (int t = 0; t < batch.lengths[b]; ++t) {
      const std::size_t place = static_cast<std::size_t>(t) * sequences + b;
      const auto step = static_cast<std::size_t>(begin + t);
      batch.bar_phase[place] = roll.bar_phase[step];
      batch.beat_phase[place] = roll.beat_phase[step];
      batch.step[place] = begin + t;
    }
  }
  return batch;
}

/// A likelihood is exact: no TF32 while this lives, whatever training computes in.
class ExactProducts {
 public:
  ExactProducts()
      : products_(at::globalContext().allowTF32CuBLAS()),
        lstms_(at::globalContext().allowTF32CuDNN()) {
    allow(false, false);
  }
  ~ExactProducts() { allow(products_, lstms_); }
  ExactProducts(const ExactProducts&) = delete;
  ExactProducts& operator=(const ExactProducts&) = delete;

 private:
  static void allow(bool products, bool lstms) {
    at::globalContext().setAllowTF32CuBLAS(products);
    at::globalContext().setAllowTF32CuDNN(lstms);
  }
  bool products_, lstms_;
};

}  // namespace

listening::Likelihood torch_likelihood(const network::Model& model,
                                       std::span<const corpus::Piece* const> pieces,
                                       training::Device device, const Stop& stop) {
  const torch::NoGradGuard no_gradient;
  const ExactProducts exact;
  const torch::Device on = torch_device(device);
  TorchModel network(model.config, on);
  const TorchEncoder encoder(model.config, on);
  network.load(torch::tensor(c10::ArrayRef<float>(model.values)));

  // Pieces of like length side by side leave little padding.
  std::vector<std::size_t> order(pieces.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
    return pieces[a]->roll.steps < pieces[b]->roll.steps;
  });
  std::vector<listening::PieceLikelihood> results(pieces.size());
  for (std::size_t first = 0; first < order.size(); first += kSequences) {
    if (stop.requested()) break;
    const std::size_t count = std::min<std::size_t>(kSequences, order.size() - first);
    std::vector<const corpus::Piece*> group;
    for (std::size_t i = 0; i < count; ++i) group.push_back(pieces[order[first + i]]);
    TimeState state;
    torch::Tensor nats = torch::zeros({static_cast<std::int64_t>(count)},
                                      torch::TensorOptions(torch::kFloat64).device(on));
    for (int begin = 0; begin < group.back()->roll.steps; begin += kSteps) {
      const int steps = std::min(kSteps, group.back()->roll.steps - begin);
      const TorchBatch batch = encoder.encode(stretch(group, begin, steps, model.config.history()));
      const torch::Tensor logits = network.logits(batch, 1, nullptr, &state);
      nats += TorchModel::frame_nats(batch, logits).sum(0, false, torch::kFloat64);
    }
    const torch::Tensor local = nats.to(torch::kCPU);
    for (std::size_t i = 0; i < count; ++i)
      results[order[first + i]] = {group[i]->name, group[i]->roll.steps,
                                   local[static_cast<std::int64_t>(i)].item<double>()};
  }
  listening::Likelihood likelihood;
  for (listening::PieceLikelihood& result : results) {
    if (result.steps == 0) continue;
    likelihood.steps += result.steps;
    likelihood.nats += result.nats;
    likelihood.pieces.push_back(std::move(result));
  }
  return likelihood;
}

}  // namespace toccata::libtorch
