#pragma once
// The latest frames of each sequence, as far back as the model's features look.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "network/model/config.h"

namespace toccata::network::stepping {

class FrameHistory {
 public:
  /// Of `sequences` sequences, silent.
  FrameHistory(const Config& config, std::size_t sequences)
      : notes_(static_cast<std::size_t>(config.notes())),
        length_(static_cast<std::size_t>(config.history())),
        frames_(sequences * length_ * notes_),
        newest_(sequences, 0) {}

  /// The frame of sequence b so many steps before the step at hand: (N). lag: 1 … Config::history()
  const std::uint8_t* frame(int b, int lag) const { return frames_.data() + place(b, lag); }
  /// frame (N): becomes lag 1.
  void remember(int b, const std::uint8_t* frame) {
    std::size_t& at = newest_[static_cast<std::size_t>(b)];
    at = (at + 1) % length_;
    std::copy_n(frame, notes_, frames_.data() + place(b, 1));
  }
  void clear(int b) { std::fill_n(frames_.data() + ring(b), length_ * notes_, std::uint8_t{0}); }
  void copy(int from, int to) { take_over(*this, from, to); }
  /// Sequence `from` of a history of the same model.
  void take_over(const FrameHistory& other, int from, int to) {
    std::copy_n(other.frames_.data() + ring(from), length_ * notes_, frames_.data() + ring(to));
    newest_[static_cast<std::size_t>(to)] = other.newest_[static_cast<std::size_t>(from)];
  }

 private:
  std::size_t ring(int b) const { return static_cast<std::size_t>(b) * length_ * notes_; }
  std::size_t place(int b, int lag) const {
    const std::size_t newest = newest_[static_cast<std::size_t>(b)];
    return ring(b) + (newest + length_ - static_cast<std::size_t>(lag - 1)) % length_ * notes_;
  }

  std::size_t notes_, length_;        // N, frames kept
  std::vector<std::uint8_t> frames_;  // (B, length, N), a ring for each sequence
  std::vector<std::size_t> newest_;   // (B): where in its ring lag 1 stands
};

}  // namespace toccata::network::stepping
