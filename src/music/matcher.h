#pragma once
// Where a piece stood before as it stands now, and what followed there: a function of its past
// frames alone. Music repeats itself, with changes; so the search is tolerant.

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "music/cells.h"

namespace toccata::music {

/// A frame that may come next: one that followed an earlier place like this one.
struct Recollection {
  static constexpr int kTraits = 9;
  int lag = 0;  // Matcher::frame(lag); of several equal frames, the lag most alike
  std::array<double, kTraits> traits{};  // what tells how far to trust it
};

class Matcher {
 public:
  /// Different frames offered at once, at most, and steps back to the earliest that is looked at.
  static constexpr int kOffered = 4, kMostLag = 4096;

  Matcher(const Cells& cells, int notes);

  /// Back to the beginning of a piece.
  void clear();
  /// The next frame of the piece. frame (N)
  void remember(const std::uint8_t* frame);

  /// The likeliest frames that may follow, best first; none where nothing was alike.
  std::span<const Recollection> offered() const { return offered_; }
  /// (N, C): for each note and channel the logit of how often the bit was set after the places most
  /// like this one, where it was a choice.
  std::span<const float> votes() const { return votes_; }
  /// The frame so many steps back (N); 1: the last one remembered, silence before the first.
  const std::uint8_t* frame(int lag) const;

 private:
  struct Bits {
    std::array<std::uint64_t, 4> words{};  // play, then articulate, of 128 notes each
    int count = 0;                         // of bits set
    bool operator==(const Bits&) const = default;
  };
  const Bits& bits(int lag) const { return bits_[place(lag)]; }
  std::size_t place(int lag) const;
  void rate_lags();
  void choose_offered();
  void count_votes();

  Cells cells_;
  int notes_;
  int length_ = 0, newest_ = -1;      // frames kept; where in the rings the last one stands
  std::vector<std::uint8_t> frames_;  // (≤ kMostLag + 1, N), a ring once it is full
  std::vector<Bits> bits_;            // of the same frames
  std::vector<float> likeness_;       // by lag: a running score of how alike the frames were
  struct Lag {
    float likeness;
    int lag;
  };
  std::vector<Lag> best_;  // most alike first
  std::vector<Recollection> offered_;
  std::vector<float> votes_;
  double recent_ = 0;  // how often the first offer came true lately, 0 to 1
};

}  // namespace toccata::music
