#include "training/validation.h"

#include <algorithm>
#include <array>

#include "base/progress.h"
#include "listening/excerpt.h"
#include "listening/likelihood.h"
#include "training/clock.h"
#include "training/torch_plugin.h"

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

constexpr int kSequences = 16;                    // pieces side by side
constexpr std::int64_t kReadTogether = 32 << 20;  // bytes of cells

/// Every count-th of the pieces from the rank-th on, the longest first: shares of nearly equal
/// work.
Pieces own_share(const Pieces& pieces, const Ranks& ranks) {
  if (ranks.count() == 1) return pieces;
  Pieces ordered = pieces, share;
  std::stable_sort(ordered.begin(), ordered.end(),
                   [](const auto* a, const auto* b) { return a->roll.steps > b->roll.steps; });
  const auto count = static_cast<std::size_t>(ranks.count());
  for (auto i = static_cast<std::size_t>(ranks.rank()); i < ordered.size(); i += count)
    share.push_back(ordered[i]);
  return share;
}

/// Pieces that are in memory together, from `begin` on: one at least. The same for pieces of a
/// pack, so that sums come to the same bits.
std::size_t end_of_part(const Pieces& pieces, std::size_t begin) {
  std::size_t end = begin;
  for (std::int64_t bytes = 0; end < pieces.size(); ++end) {
    const music::Roll& roll = pieces[end]->roll;
    bytes += static_cast<std::int64_t>(roll.steps) * roll.notes();
    if (bytes > kReadTogether && end > begin) break;
  }
  return end;
}

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
  music::Roll room;
  for (const corpus::Piece* piece : pieces) {
    if (beginnings.size() == kSequences) break;
    corpus::Piece& beginning = beginnings.emplace_back();
    beginning.name = piece->name;
    beginning.roll = listening::excerpt(corpus::whole_roll(*piece, room), 0,
                                        std::min(kSteps, piece->roll.steps));
  }
  Pieces judged;
  for (const corpus::Piece& beginning : beginnings) judged.push_back(&beginning);
  const SteadyClock clock;
  const Stop never;
  SingleRank alone(never);
  validate(model, judged, options, alone);
  return judged.empty() ? 0 : clock.seconds() / static_cast<double>(total_steps(judged));
}

std::optional<double> validate(const network::Model& model, const Pieces& pieces,
                               const TrainOptions& options, Ranks& ranks) {
  if (pieces.empty()) return std::nullopt;
  const Pieces share = own_share(pieces, ranks);
  Progress silent;
  double nats = 0, steps = 0;
  // A part at a time: what lies in a pack is read for it.
  for (std::size_t begin = 0, end = 0; begin < share.size(); begin = end) {
    end = end_of_part(share, begin);
    const InMemory part{std::span(share).subspan(begin, end - begin)};
    const listening::Likelihood own =
        options.device == Device::cuda
            ? torch_plugin("--device cuda")
                  .likelihood(model, part.pieces(), options.device, ranks.own_stop())
            : listening::likelihood(model, part.pieces(),
                                    {.sequences = kSequences, .threads = options.threads}, silent,
                                    ranks.own_stop());
    nats += own.nats;
    steps += static_cast<double>(own.steps);
  }
  ranks.barrier();
  if (ranks.stop().requested()) return std::nullopt;
  std::array<double, 2> sums{nats, steps};
  ranks.all_reduce(sums);
  return sums[0] / sums[1];
}

}  // namespace toccata::training
