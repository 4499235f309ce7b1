#pragma once
// What the time axis knows of the past, mixed along the notes (kMixes): LSTM layers over the
// notes of each step, upwards and downwards. Like the note axis it is shared out
// by steps, and needs the time axis' output of all their notes.

#include "network/train/axis.h"

namespace toccata::network::train {

/// What one thread holds of it.
struct MixSlice {
  std::array<AxisSlice, kMixes.size()> stacks;  // rows: the slice's steps
  std::vector<std::size_t> to_note, from_note;  // of what the note axis is given, and its gradient
};

class Mix {
 public:
  /// Of a network that mixes nothing: no memory, and nothing is done.
  Mix(const Kernels& kernels, const Config& config);

  void pack(const WeightSlices<const float>& weights);
  /// Makes room for a group: notes and rows of all slices together.
  void reserve(int notes, std::size_t rows);
  /// Takes over the rows of the note axis' slice.
  void reserve(MixSlice& slice, const Rows& rows) const;

  /// Reads the time axis' output where it stands in the note axis' input, and writes each stack's
  /// beside it.
  void forward(MixSlice& slice, const Axis& note, const DropoutMasks* masks, float keep_prob) const;

  /// The backward pass: to the note axis' gradient by the time axis' output it adds what came by
  /// way of the stacks.
  void backward(MixSlice& slice, const Axis& note, const DropoutMasks* masks, float keep_prob);

  /// Adds a slice's gradient to the flat buffer's slices.
  void collect(const MixSlice& slice, const WeightSlices<float>& into) const;

  std::size_t bytes() const;
  /// Kept for the backward pass, bytes per note-step.
  std::size_t bytes_per_row() const;

 private:
  /// The note at a position of a stack, which begins at the lowest or at the highest.
  int note_at(std::size_t k, int position) const {
    return mixes_[k].down ? notes_ - 1 - position : position;
  }
  /// Where a stack's output stands in a row of the note axis' input.
  int place_of(std::size_t k) const;

  const Kernels& kernels_;
  const std::vector<network::Mix> mixes_;
  int time_units_;
  int notes_ = 0;
  std::size_t rows_ = 0;
  std::vector<Axis> stacks_;  // of mixes_
};

}  // namespace toccata::network::train
