#include "training/validation.h"

#include <algorithm>

#include "base/progress.h"
#include "listening/excerpt.h"
#include "listening/likelihood.h"
#include "training/clock.h"
#include "training/torch_likelihood.h"

namespace toccata::training {

namespace {

/// Pieces of up to `most` frames together, by their hash; one at least.
Pieces drawn(const Pieces& pieces, double most) {
  Pieces sample = pieces;
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

constexpr int kSequences = 16;  // pieces side by side

}  // namespace

Pieces validation_sample(const Pieces& valid, int validate_every, int batch_size, int time_steps) {
  const double learned =
      static_cast<double>(validate_every) * static_cast<double>(batch_size) * time_steps;
  const double most = kValidationShare / kValidationCost * learned;  // frames
  return static_cast<double>(total_steps(valid)) <= most ? valid : drawn(valid, most);
}

Pieces share_of(const Pieces& pieces, double share) {
  if (share >= 1 || pieces.empty()) return pieces;
  return drawn(pieces, share * static_cast<double>(total_steps(pieces)));
}

double measure_validation(const network::Model& model, const Pieces& pieces,
                          const TrainOptions& options) {
  constexpr int kSteps = 64;
  std::vector<corpus::Piece> beginnings;
  for (const corpus::Piece* piece : pieces) {
    if (beginnings.size() == kSequences) break;
    corpus::Piece& beginning = beginnings.emplace_back();
    beginning.name = piece->name;
    beginning.roll = listening::excerpt(piece->roll, 0, std::min(kSteps, piece->roll.steps));
  }
  Pieces judged;
  for (const corpus::Piece& beginning : beginnings) judged.push_back(&beginning);
  const SteadyClock clock;
  validate(model, judged, options, Stop());
  return judged.empty() ? 0 : clock.seconds() / static_cast<double>(total_steps(judged));
}

std::optional<double> validate(const network::Model& model, const Pieces& pieces,
                               const TrainOptions& options, const Stop& stop) {
  if (pieces.empty()) return std::nullopt;
  Progress silent;
  const listening::Likelihood result =
      options.device == Device::cuda
          ? torch_likelihood(model, pieces, options.device, stop)
          : listening::likelihood(
                model, pieces, {.sequences = kSequences, .threads = options.threads}, silent, stop);
  if (stop.requested()) return std::nullopt;
  return -result.per_step();
}

}  // namespace toccata::training
