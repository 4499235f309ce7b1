#include "listening/likelihood.h"

#include <cmath>

#include "base/error.h"
#include "listening/teacher_forcing.h"

namespace toccata::listening {

Likelihood likelihood(const Models& models, std::span<const corpus::Piece* const> pieces,
                      const LikelihoodOptions& options, Progress& progress, const Stop& stop) {
  const int notes = models.config().notes();
  const music::Cells cells = models.config().cells();
  std::vector<Chunk> chunks;
  for (const corpus::Piece* piece : pieces) {
    check_fits(models.config(), piece->roll, piece->name);
    chunks.push_back({&piece->roll, 0, piece->roll.steps});
  }
  std::vector<double> nats(pieces.size());
  std::vector<int> visited(pieces.size());
  teacher_force(
      models, chunks,
      {.sequences = options.sequences,
       .threads = options.threads,
       .precision = options.precision,
       .instruction_set = options.instruction_set},
      [&](const ForcedFrame& frame) {
        nats[frame.chunk] += cells.nats(frame.previous, frame.truth, frame.logits, notes);
        ++visited[frame.chunk];
      },
      progress, stop);

  Likelihood result;
  for (std::size_t i = 0; i < pieces.size(); ++i) {
    if (visited[i] != pieces[i]->roll.steps) continue;
    result.pieces.push_back({pieces[i]->name, pieces[i]->roll.steps, nats[i]});
    result.steps += pieces[i]->roll.steps;
    result.nats += nats[i];
  }
  return result;
}

namespace {

// How often an outcome came among the occasions for it, with one added frame of each outcome.
struct Coin {
  std::int64_t heads = 1, throws = 2;
  void count(bool head) {
    heads += head ? 1 : 0;
    ++throws;
  }
  double nats(bool head) const {
    const double chance = static_cast<double>(head ? heads : throws - heads);
    return std::log(static_cast<double>(throws)) - std::log(chance);
  }
};

// Calls toss(number of the coin, bit) for every choice that the Roll made: each channel of each
// note has a coin (N, C).
template <typename Toss>
void each_choice(const music::Roll& roll, const Toss& toss) {
  const music::Cells cells(roll.articulation);
  const std::vector<std::uint8_t> silence(static_cast<std::size_t>(roll.notes()));
  for (int t = 0; t < roll.steps; ++t) {
    const std::uint8_t* before = t == 0 ? silence.data() : roll.frame(t - 1);
    const std::uint8_t* frame = roll.frame(t);
    for (int n = 0; n < roll.notes(); ++n)
      cells.for_each_choice(before[n], frame[n], [&](int c, bool bit) {
        toss(static_cast<std::size_t>(n * cells.count() + c), bit);
      });
  }
}

}  // namespace

Likelihood baseline(std::span<const corpus::Piece* const> train,
                    std::span<const corpus::Piece* const> pieces) {
  if (train.empty()) fail("the baseline needs pieces to count notes on, and there are none");
  const music::Roll& first = train.front()->roll;
  const auto check_range = [&](const corpus::Piece& piece) {
    if (piece.roll.low != first.low || piece.roll.high != first.high ||
        piece.roll.articulation != first.articulation) {
      fail("{}: its notes {}..{}{} are not those of {}: {}..{}{}", piece.name, piece.roll.low,
           piece.roll.high, piece.roll.articulation ? "" : " without articulation",
           train.front()->name, first.low, first.high,
           first.articulation ? "" : " without articulation");
    }
  };
  std::vector<Coin> coins(
      static_cast<std::size_t>(first.notes() * music::Cells(first.articulation).count()));
  for (const corpus::Piece* piece : train) {
    check_range(*piece);
    each_choice(piece->roll, [&](std::size_t coin, bool bit) { coins[coin].count(bit); });
  }
  Likelihood result;
  for (const corpus::Piece* piece : pieces) {
    check_range(*piece);
    double nats = 0;
    each_choice(piece->roll, [&](std::size_t coin, bool bit) { nats += coins[coin].nats(bit); });
    result.pieces.push_back({piece->name, piece->roll.steps, nats});
    result.steps += piece->roll.steps;
    result.nats += nats;
  }
  return result;
}

}  // namespace toccata::listening
