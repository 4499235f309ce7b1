#pragma once
// Where a piece stood before as it stands now, and what followed there: a function of its past
// frames alone. Music repeats itself, with changes, and says a thing again higher or lower; so the
// search is tolerant and looks under transposition, too.

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "music/cells.h"

namespace toccata::music {

/// A frame as bits: quick to compare and to shift.
struct FrameBits {
  static constexpr int kWords = 2;  // of 64 notes
  std::array<std::uint64_t, kMostChannels * kWords> words{};

  bool is_set(int channel, int n) const {
    return words[static_cast<std::size_t>(channel * kWords + n / 64)] >> (n % 64) & 1;
  }
  FrameBits& operator|=(const FrameBits& other) {
    for (std::size_t k = 0; k < words.size(); ++k) words[k] |= other.words[k];
    return *this;
  }
  bool operator==(const FrameBits&) const = default;
};

/// A frame that may come next: one that followed an earlier place like this one, moved by as many
/// semitones as the present one is from that place.
struct Recollection {
  static constexpr int kTraits = 11;
  int lag = 0, shift = 0;  // of several equal frames those most alike
  FrameBits frame;
  bool is_moved() const { return shift != 0; }
  std::array<double, kTraits> traits{};  // what tells how far to trust it
};

class Matcher {
 public:
  /// Different frames offered at once, at most, as they were and transposed; semitones up or down;
  /// and steps back to the earliest place that is looked at.
  static constexpr int kOffered = 4, kOfferedMoved = 2, kMostShift = 12, kMostLag = 4096;

  /// Of at most 128 notes.
  Matcher(const Cells& cells, int notes);

  /// Back to the beginning of a piece.
  void clear();
  /// The next frame of the piece. frame (N)
  void remember(const std::uint8_t* frame);

  /// The likeliest frames that may follow, best first, those transposed behind the others; none
  /// where nothing was alike.
  std::span<const Recollection> offered() const { return offered_; }
  /// The frame remembered last; silence before the first.
  const FrameBits& last() const { return heard(1).bits; }
  std::uint8_t last_cell(int n) const;

 private:
  struct Heard {
    FrameBits bits, rooted;     // rooted: shifted so that its lowest note is note 0
    int count = 0, lowest = 0;  // bits set; lowest note, of a silent frame that of the one before
  };
  struct Likeness {   // to the place so many steps back: a running score
    float same = 0;   // of the frames as they were
    float moved = 0;  // of the frames shifted up by `shift`
    int shift = 0;
  };
  struct Lag {
    float likeness;
    int lag, shift;
  };
  const Heard& heard(int lag) const { return heard_[place(lag)]; }
  std::size_t place(int lag) const;
  FrameBits bits_of(const std::uint8_t* frame) const;
  void rate_lags();
  void offer(const Lag& one, std::size_t most);

  Cells cells_;
  int notes_;
  FrameBits range_;                 // every note set
  int length_ = 0, newest_ = 0;     // frames kept; where in the ring the last one stands
  std::vector<Heard> heard_;        // (≤ kMostLag + 1), a ring once it is full
  std::vector<Likeness> likeness_;  // by lag
  std::vector<Lag> same_, moved_;   // most alike first
  std::vector<Recollection> offered_;
  std::array<double, 2> recent_{};  // how often the first offer, same or moved, came true lately
};

}  // namespace toccata::music
