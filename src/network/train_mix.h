#pragma once
// What the time axis knows of the past, mixed along the notes (Config::mix_units): two LSTM layers
// over the notes of each step, one upwards and one downwards. Like the note axis it is shared out
// by steps, and needs the time axis' output of all their notes.

#include "network/train_axis.h"

namespace toccata::network::train {

/// What one thread holds of it.
struct MixSlice {
  AxisSlice up, down;  // rows: the slice's steps; down's positions from the top
  std::vector<std::size_t> to_note, from_note;  // of what the note axis is given, and its gradient
};

class Mix {
 public:
  /// Layers count from `first_layer` in dropout's masks: up, down.
  Mix(const Kernels& kernels, int time_units, int units, int first_layer);

  void pack(const std::vector<LstmSlice<const float>>& weights);
  /// Makes room for a group: notes and rows of all slices together.
  void reserve(int notes, std::size_t rows);
  /// Takes over the rows of the note axis' slice.
  void reserve(MixSlice& slice, const Rows& rows) const;

  /// Reads the time axis' output where it stands in the note axis' input, and writes both layers'
  /// beside it.
  void forward(MixSlice& slice, const Axis& note, const DropoutMasks* masks, float keep_prob) const;

  /// The backward pass: to the note axis' gradient by the time axis' output it adds what came by
  /// way of both layers.
  void backward(MixSlice& slice, const Axis& note, const DropoutMasks* masks, float keep_prob);

  /// Adds a slice's gradient to the flat buffer's slices.
  void collect(const MixSlice& slice, const std::vector<LstmSlice<float>>& into) const;

  std::size_t bytes() const { return up_.bytes() + down_.bytes(); }
  /// Kept for the backward pass, bytes per note-step.
  std::size_t bytes_per_row() const { return up_.bytes_per_row() + down_.bytes_per_row(); }

 private:
  const Kernels& kernels_;
  int time_units_, units_;
  int notes_ = 0;
  std::size_t rows_ = 0;
  Axis up_, down_;
};

}  // namespace toccata::network::train
