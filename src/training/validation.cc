#include "training/validation.h"

#include <algorithm>

#include "base/progress.h"
#include "listening/likelihood.h"
#include "training/torch_likelihood.h"

namespace toccata::training {

Pieces validation_sample(const Pieces& valid, int validate_every, int batch_size, int time_steps) {
  const double learned =
      static_cast<double>(validate_every) * static_cast<double>(batch_size) * time_steps;
  const double most = kValidationShare / kValidationCost * learned;  // frames
  if (static_cast<double>(total_steps(valid)) <= most) return valid;
  Pieces sample = valid;
  std::sort(sample.begin(), sample.end(), [](const corpus::Piece* a, const corpus::Piece* b) {
    return std::tie(a->hash, a->name) < std::tie(b->hash, b->name);
  });
  std::size_t count = 0;
  double frames = 0;
  while (count < sample.size() && frames + sample[count]->roll.steps <= most)
    frames += sample[count++]->roll.steps;
  sample.resize(std::max<std::size_t>(count, 1));
  return sample;
}

std::optional<double> validate(const network::Model& model, const Pieces& pieces,
                               const TrainOptions& options, const Stop& stop) {
  if (pieces.empty()) return std::nullopt;
  Progress silent;
  const listening::Likelihood result =
      options.device == Device::cuda
          ? torch_likelihood(model, pieces, options.device, stop)
          : listening::likelihood(model, pieces, {.sequences = 16, .threads = options.threads},
                                  silent, stop);
  if (stop.requested()) return std::nullopt;
  return -result.per_step();
}

}  // namespace toccata::training
