#pragma once
// The cost of a frame under a model's logits, as likelihood, surprise, trials and composing count
// it. (Training has its own in the kernels, and the reference network its own in double.)
//
// A note's play bit always counts. Its articulate bit counts only where the note plays now and
// played in the frame before; elsewhere it equals play and is no choice.

#include <cstdint>

#include "base/plain_math.h"
#include "music/roll.h"

namespace toccata::listening {

/// -log p(bit) in nats, with p(1) = sigmoid(logit), without overflow or cancellation.
inline double bit_nats(double logit, bool bit) {
  return plain::softplus(bit ? -logit : logit);
}

/// True if the articulate bit is a choice: the note is held or struck again.
inline bool articulate_is_open(std::uint8_t previous, std::uint8_t cell) {
  return (previous & music::kPlay) && (cell & music::kPlay);
}

struct NoteNats {
  double play = 0;
  double articulate = 0;
};

/// The cost of one note's cell.
///   logits (C): play, and articulate if channels is 2
inline NoteNats note_nats(std::uint8_t previous, std::uint8_t cell, const float* logits,
                          int channels) {
  NoteNats nats;
  nats.play = bit_nats(logits[0], (cell & music::kPlay) != 0);
  if (channels == 2 && articulate_is_open(previous, cell)) {
    nats.articulate = bit_nats(logits[1], (cell & music::kArticulate) != 0);
  }
  return nats;
}

/// The cost of a whole frame, summed from the lowest note up.
///   previous, truth (N): cells of y(t-1) and y(t);  logits (N, C)
inline double frame_nats(const std::uint8_t* previous, const std::uint8_t* truth,
                         const float* logits, int notes, int channels) {
  double sum = 0;
  for (int n = 0; n < notes; ++n) {
    const NoteNats nats = note_nats(previous[n], truth[n], logits + n * channels, channels);
    sum += nats.play + nats.articulate;
  }
  return sum;
}

}  // namespace toccata::listening
