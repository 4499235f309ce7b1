#include "corpus/windows.h"

#include <algorithm>
#include <cstring>

#include "base/error.h"
#include "base/random.h"

namespace toccata::corpus {
namespace {

// Batches' worth of windows that are ordered by length together.
constexpr std::size_t kPool = 4;

// What a stream of random numbers is for. The seed is shared with other rooms: theirs are not ours.
enum class Use : std::uint64_t { cut, shift, shuffle, batches };
constexpr std::uint64_t kUnheard = 0x756e68656172645fULL;
constexpr std::uint64_t kOurs = 0x77696e646f77735fULL;

Random stream(std::uint64_t seed, std::uint64_t epoch, Use use) {
  return Random(seed ^ kOurs, epoch * 4 + static_cast<std::uint64_t>(use));
}

// Uniform in low..high, from one draw named by `place`: pieces do not disturb each other's draws.
int between(const Random& random, std::uint64_t place, int low, int high) {
  return low + static_cast<int>(random.uniform_at(place) * (high - low + 1));
}

}  // namespace

Windows::Windows(std::vector<const Piece*> pieces, const WindowOptions& options)
    : options_(options) {
  if (options.steps < 1) fail_usage("time steps: expected at least 1, found {}", options.steps);
  if (options.sequences < 1)
    fail_usage("batch size: expected at least 1, found {}", options.sequences);
  if (options.history < 1) fail_usage("history: expected at least 1, found {}", options.history);
  if (!(options.input_dropout >= 0 && options.input_dropout < 1))
    fail_usage("input dropout: expected 0 to below 1, found {}", options.input_dropout);
  if (options.transpose < 0 || options.transpose > 127)
    fail_usage("transpose: expected 0 to 127 semitones, found {}", options.transpose);
  if (options.share < 0 || options.share >= options.shares)
    fail_usage("share: expected 0 to {}, found {}", options.shares - 1, options.share);
  for (const Piece* piece : pieces) {
    const music::Roll& roll = piece->roll;
    const music::Roll& first = pieces.front()->roll;
    if (roll.low != first.low || roll.high != first.high)
      fail("{}: expected the range {}..{} as in {}, found {}..{}", piece->name, first.low,
           first.high, pieces.front()->name, roll.low, roll.high);
    if (roll.steps == 0) continue;
    Span span{roll.notes(), -1};
    if (piece->packed) span = {piece->packed->lowest, piece->packed->highest};
    for (int t = piece->packed ? roll.steps : 0; t < roll.steps; ++t) {
      const std::uint8_t* frame = roll.frame(t);
      for (int n = 0; n < span.low; ++n)
        if (frame[n]) span.low = n;
      for (int n = roll.notes() - 1; n > span.high; --n)
        if (frame[n]) span.high = n;
    }
    pieces_.push_back(piece);
    spans_.push_back(span);
  }
  if (pieces_.empty()) fail("no piece to learn from: expected one at least with one step or more");
  seek({});
}

int Windows::draw_shift(std::uint64_t epoch, std::size_t piece) const {
  const Span span = spans_[piece];
  if (span.low > span.high) return 0;  // silence
  const int down = std::min(options_.transpose, span.low);
  const int up = std::min(options_.transpose, pieces_[piece]->roll.notes() - 1 - span.high);
  return between(stream(options_.seed, epoch, Use::shift), piece, -down, up);
}

std::vector<Windows::Window> Windows::cut(std::uint64_t epoch) const {
  const Random first_lengths = stream(options_.seed, epoch, Use::cut);
  std::vector<Window> windows;
  for (std::size_t p = 0; p < pieces_.size(); ++p) {
    const int steps = pieces_[p]->roll.steps;
    const int shift = draw_shift(epoch, p);
    int length = steps <= options_.steps ? steps : between(first_lengths, p, 1, options_.steps);
    for (int begin = 0; begin < steps; begin += length, length = options_.steps) {
      length = std::min(length, steps - begin);
      windows.push_back({p, begin, length, shift});
    }
  }
  order(windows, epoch);
  return windows;
}

void Windows::order(std::vector<Window>& windows, std::uint64_t epoch) const {
  Random random = stream(options_.seed, epoch, Use::shuffle);
  shuffle(std::span<Window>(windows), random);
  const std::size_t size = static_cast<std::size_t>(options_.sequences);
  for (std::size_t begin = 0; begin < windows.size(); begin += kPool * size) {
    const std::size_t end = std::min(begin + kPool * size, windows.size());
    std::stable_sort(windows.begin() + static_cast<std::ptrdiff_t>(begin),
                     windows.begin() + static_cast<std::ptrdiff_t>(end),
                     [](const Window& a, const Window& b) { return a.length > b.length; });
  }
  // Whole batches change places; the last, where it has fewer windows, stays the last.
  std::vector<std::size_t> batches(windows.size() / size);
  for (std::size_t i = 0; i < batches.size(); ++i) batches[i] = i;
  Random batch_random = stream(options_.seed, epoch, Use::batches);
  shuffle(std::span<std::size_t>(batches), batch_random);
  std::vector<Window> ordered;
  ordered.reserve(windows.size());
  for (const std::size_t batch : batches)
    ordered.insert(ordered.end(), windows.begin() + static_cast<std::ptrdiff_t>(batch * size),
                   windows.begin() + static_cast<std::ptrdiff_t>((batch + 1) * size));
  ordered.insert(ordered.end(),
                 windows.begin() + static_cast<std::ptrdiff_t>(batches.size() * size),
                 windows.end());
  windows = std::move(ordered);
}

std::size_t Windows::batch_count(std::size_t windows) const {
  const std::size_t size = static_cast<std::size_t>(options_.sequences);
  return (windows + size - 1) / size;
}

std::uint64_t Windows::batches_in_epoch(std::uint64_t epoch) const {
  return batch_count(epoch == place_.epoch ? epoch_.size() : cut(epoch).size());
}

void Windows::seek(Place place) {
  std::vector<Window> windows = cut(place.epoch);
  if (place.batch >= batch_count(windows.size()))
    fail(
        "epoch {} has {} batches, but training stopped at batch {}; the music or the options "
        "differ from those of that run",
        place.epoch, batch_count(windows.size()), place.batch);
  epoch_ = std::move(windows);
  place_ = place;
}

void Windows::copy(const Window& window, int b, music::Batch& batch) const {
  music::Roll room;
  const music::Roll& roll = whole_roll(*pieces_[window.piece], room);
  const std::size_t notes = static_cast<std::size_t>(batch.notes);
  // The rows of a frame that stay in range; those that fall off hold no note.
  const std::size_t from = static_cast<std::size_t>(std::max(0, -window.shift));
  const std::size_t to = static_cast<std::size_t>(std::max(0, window.shift));
  const std::size_t count = notes - std::max(from, to);
  for (int t = std::max(1 - batch.history, 1 - window.begin); t <= window.length; ++t)
    std::memcpy(batch.frame(t, b) + to, roll.frame(window.begin + t - 1) + from, count);
  for (int t = 0; t < window.length; ++t) {
    const std::size_t at = static_cast<std::size_t>(t) * static_cast<std::size_t>(batch.sequences) +
                           static_cast<std::size_t>(b);
    const std::size_t step = static_cast<std::size_t>(window.begin + t);
    batch.bar_phase[at] = roll.bar_phase[step];
    batch.beat_phase[at] = roll.beat_phase[step];
    batch.step[at] = static_cast<std::int32_t>(step);
  }
  batch.lengths[static_cast<std::size_t>(b)] = window.length;
}

void Windows::drop_notes(music::Batch& batch) const {
  batch.heard = batch.frames;
  const auto notes = static_cast<std::size_t>(batch.notes);
  const auto sequences = static_cast<std::size_t>(batch.sequences);
  for (std::size_t b = 0; b < sequences; ++b) {
    const Random random(options_.seed ^ kUnheard, batch.sample[b]);
    for (std::size_t row = b; row * notes < batch.heard.size(); row += sequences)
      for (std::size_t n = 0; n < notes; ++n) {
        std::uint8_t& cell = batch.heard[row * notes + n];
        if (cell != 0 && random.uniform_at(row / sequences * notes + n) < options_.input_dropout)
          cell = 0;
      }
  }
}

music::Batch Windows::next() {
  const std::size_t size = static_cast<std::size_t>(options_.sequences);
  const std::size_t begin = static_cast<std::size_t>(place_.batch) * size;
  const std::size_t end = std::min(begin + size, epoch_.size());
  // A pool's windows are ordered by length: every n-th gives equal shares.
  const auto shares = static_cast<std::size_t>(options_.shares);
  std::vector<std::size_t> chosen;
  int steps = 0;
  for (std::size_t i = begin + static_cast<std::size_t>(options_.share); i < end; i += shares) {
    chosen.push_back(i);
    steps = std::max(steps, epoch_[i].length);
  }
  music::Batch batch;
  batch.resize(steps, static_cast<int>(chosen.size()), pieces_.front()->roll.notes(),
               options_.history);
  for (std::size_t b = 0; b < chosen.size(); ++b) {
    copy(epoch_[chosen[b]], static_cast<int>(b), batch);
    batch.sample[b] = (place_.epoch << 32) + chosen[b];
  }
  if (options_.input_dropout > 0) drop_notes(batch);
  if (end == epoch_.size()) {
    seek({place_.epoch + 1, 0});
  } else {
    ++place_.batch;
  }
  return batch;
}

}  // namespace toccata::corpus
