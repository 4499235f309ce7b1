#pragma once
// Which note-off ends which note: first in, first out, by channel and pitch within one track.

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "notation/score.h"

namespace toccata::notation {

/// Pairs the notes of one track at a time, in constant time per event, no matter how many notes of
/// one pitch are open.
class NotePairing {
 public:
  NotePairing() { first_.fill(kNone); }

  /// Reserves room for `notes` more notes in `into`, which receives the notes in order of onset.
  void begin(std::vector<Note>& into, std::size_t notes);
  void on(Tick tick, std::uint8_t channel, std::uint8_t pitch, std::uint8_t velocity);
  /// False if no such note is open (a stray off).
  bool off(Tick tick, std::uint8_t channel, std::uint8_t pitch, std::uint8_t velocity);
  /// Ends all open notes at `tick` and returns their number.
  std::size_t close_all(Tick tick);

 private:
  static constexpr std::uint32_t kNone = UINT32_MAX;
  static constexpr std::size_t kQueues = std::size_t{16} * 128;  // channel, pitch

  std::vector<Note>* notes_ = nullptr;
  std::vector<std::uint32_t> next_;            // per note: the next open note of its queue
  std::array<std::uint32_t, kQueues> first_;   // the oldest open note of each queue
  std::array<std::uint32_t, kQueues> last_{};  // the newest, if the queue has one
  std::size_t open_ = 0;
};

}  // namespace toccata::notation
