#pragma once
// The model's memory within the piece (network/model/memory.h), note by note: each logit of the
// network becomes that of a mixture over whole frames. The mixture's weights are corrected by
// Bayes' rule after each note, so that the product over the notes is the mixture's probability.

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "music/matcher.h"
#include "network/model/config.h"

namespace toccata::network::stepping {

class Recall {
 public:
  /// Of B sequences and as many rows as there are versions of them together. Does nothing where the
  /// config has no memory.
  Recall(const Config& config, std::size_t sequences, std::size_t rows);

  /// How far it is heard from the next step on: 0 not at all, so that the logits are the network's
  /// own; 1 as learned, and how Recall begins.
  void set_strength(double strength);

  void clear(int b);
  /// The next frame of sequence b's past. frame (N)
  void remember(int b, const std::uint8_t* frame);
  void copy(int from, int to) { take_over(*this, from, to); }
  /// Sequence `from` of another of the same model.
  void take_over(const Recall& other, int from, int to);

  /// Begins the notes of a step, with `versions` rows for each sequence.
  void begin(int versions);
  void copy_rows(std::size_t from, std::size_t to, std::size_t count);
  /// Note n (0 … N-1, in order) of a row: logits (C), the network's on entry. below: the cell of
  /// note n-1; null for note 0. Rows may be worked on by several threads.
  void mix(std::size_t row, int n, const std::uint8_t* below, float* logits);

 private:
  struct Chance {
    double yes, no;
  };
  /// The parts of a mixture: the network, then each offer by each copyist.
  struct Row {
    std::vector<double> weights;  // sum to 1
    // What may be said of the note's bits: by the network, and by each copyist of a bit that is not
    // set, or set, in the offer.
    Chance said[music::kMostChannels][1 + 2 * Memory::kMostCopyists];
  };
  void hear(Row& row, std::span<const music::Recollection> offered, int n, std::uint8_t previous,
            std::uint8_t cell) const;
  static Chance chance(double logit);
  /// Index into Row::said[channel] of part e.
  std::size_t saying(std::span<const music::Recollection> offered, std::size_t e, int channel,
                     int n) const {
    const std::size_t copyists = memory_.copyists.size();
    if (e == 0) return 0;
    return 1 + 2 * ((e - 1) % copyists) + offered[(e - 1) / copyists].frame.is_set(channel, n);
  }

  Memory learned_, memory_;  // memory_: at the strength asked for
  bool is_heard_ = true;
  music::Cells cells_;
  std::vector<music::Matcher> matchers_;   // (B)
  std::vector<music::FrameBits> offered_;  // (B): the bits set in any offer
  std::vector<Row> rows_;                  // (B, V)
  int versions_ = 1;
  // By channel, copyist, bit there and bit before: what those say who do not ask the network.
  Chance repeated_[music::kMostChannels][Memory::kMostCopyists][2][2];
};

}  // namespace toccata::network::stepping
