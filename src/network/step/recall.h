#pragma once
// The model's memory within the piece (network/model/memory.h), note by note: each logit of the
// network becomes that of a mixture over whole frames. The mixture's weights are corrected by
// Bayes' rule after each note, so that the product over the notes is the mixture's probability.

#include <cstddef>
#include <cstdint>
#include <vector>

#include "music/matcher.h"
#include "network/model/config.h"

namespace toccata::network::stepping {

class Recall {
 public:
  /// Of B sequences and as many rows as there are versions of them together. Does nothing where the
  /// config has no memory.
  Recall(const Config& config, std::size_t sequences, std::size_t rows);

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
  struct Voice {                                                 // a part of the mixture
    double weight;                                               // sums to 1 over a row's voices
    double yes[music::kMostChannels], no[music::kMostChannels];  // p of the note's bits
  };
  void hear(std::vector<Voice>& row, std::uint8_t previous, std::uint8_t cell) const;

  Config config_;
  music::Cells cells_;
  std::vector<music::Matcher> matchers_;      // (B)
  std::vector<std::vector<double>> weights_;  // (B): of the voices before the lowest note
  std::vector<std::vector<Voice>> rows_;      // (B, V)
  int versions_ = 1;
};

}  // namespace toccata::network::stepping
