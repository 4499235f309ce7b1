#pragma once
// Cells: what is drawn of a note in a step. A cell is a few bits (roll.h). Each bit is a channel, a
// conditional Bernoulli distribution with a logit of its own, and this file is where channels are
// stated: how many logits a note has, what a cell costs, how it is drawn, and what other notes see
// of it. Training, reference, stepping, likelihoods, baseline, starting values, sampling and
// LibTorch's tensors walk the list.

#include <array>
#include <cstdint>
#include <string_view>

#include "base/plain_math.h"
#include "music/roll.h"

namespace toccata::music {

/// The bit is a choice where the note's cell a step before has all bits of `before`, and the cell
/// itself, of the channels above this one, all bits of `now`. Elsewhere it equals the bit
/// `follows`, and is 0 where that is 0.
struct Channel {
  std::string_view name;
  std::uint8_t bit;
  std::uint8_t before = 0, now = 0, follows = 0;

  constexpr bool is_set(std::uint8_t cell) const { return (cell & bit) != 0; }
  constexpr bool is_open(std::uint8_t previous, std::uint8_t cell) const {
    return (previous & before) == before && (cell & now) == now;
  }
};

inline constexpr Channel kPlayChannel{.name = "play", .bit = kPlay};
/// A note that sounds on is held or struck again; one that begins is struck, without a choice.
inline constexpr Channel kArticulateChannel{
    .name = "articulate", .bit = kArticulate, .before = kPlay, .now = kPlay, .follows = kPlay};

inline constexpr int kMostChannels = 2;
/// One more than the highest cell.
inline constexpr int kCellValues = 4;

/// -log p(bit) in nats, with p(1) = sigmoid(logit), without overflow or cancellation.
inline double bit_nats(double logit, bool bit) {
  return plain::softplus(bit ? -logit : logit);
}

/// The channels of a Roll's or a model's cells, in the order of their logits.
class Cells {
 public:
  explicit constexpr Cells(bool articulation) {
    add(kPlayChannel);
    if (articulation) add(kArticulateChannel);
  }

  constexpr int count() const { return count_; }  // C
  constexpr const Channel* begin() const { return channels_.data(); }
  constexpr const Channel* end() const { return channels_.data() + count_; }

  /// Calls visit(channel's number, bit) for each bit of `cell` that was a choice.
  template <typename Visit>
  constexpr void for_each_choice(std::uint8_t previous, std::uint8_t cell,
                                 const Visit& visit) const {
    for (int k = 0; k < kMostChannels && k < count_; ++k) {
      const Channel& channel = begin()[k];
      if (channel.is_open(previous, cell)) visit(k, channel.is_set(cell));
    }
  }

  /// The cell that choose(channel's number) -> bool makes after `previous`, asked in the order of
  /// the list and only where there is a choice.
  template <typename Choose>
  constexpr std::uint8_t draw(std::uint8_t previous, const Choose& choose) const {
    unsigned cell = 0;
    for (int k = 0; k < kMostChannels && k < count_; ++k) {
      const Channel& channel = begin()[k];
      const bool set = channel.is_open(previous, static_cast<std::uint8_t>(cell))
                           ? choose(k)
                           : (cell & channel.follows) != 0;
      if (set) cell |= channel.bit;
    }
    return static_cast<std::uint8_t>(cell);
  }

  /// What a cell costs under its logits (C), in nats.
  double nats(std::uint8_t previous, std::uint8_t cell, const float* logits) const {
    double sum = 0;
    for_each_choice(previous, cell,
                    [&](int k, bool bit) { sum += bit_nats(double{logits[k]}, bit); });
    return sum;
  }
  /// The same of a whole frame, summed from the lowest note up.
  ///   previous, frame (N): y(t-1) and y(t);  logits (N, C)
  double nats(const std::uint8_t* previous, const std::uint8_t* frame, const float* logits,
              int notes) const {
    double sum = 0;
    for (int n = 0; n < notes; ++n) sum += nats(previous[n], frame[n], logits + n * count_);
    return sum;
  }

  /// A cell as a network sees it: 0 or 1 for each channel. x (C); returns what stands behind it.
  constexpr float* write(std::uint8_t cell, float* x) const {
    for (const Channel& channel : *this) *x++ = channel.is_set(cell) ? 1.0f : 0.0f;
    return x;
  }

 private:
  constexpr void add(const Channel& channel) {
    channels_[static_cast<std::size_t>(count_++)] = channel;
  }
  std::array<Channel, kMostChannels> channels_{kPlayChannel, kPlayChannel};
  int count_ = 0;
};

}  // namespace toccata::music
