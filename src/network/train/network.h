#pragma once
// The whole network in training, over one group of windows at a time, as stages. Threads run a
// stage side by side, each on its slice; the caller waits for all of them before the next stage.
//
// On the time axis a slice is some notes of every window. On the note axis and in the mixing layers
// it is some steps. Slices share no rows, but each thread reads what the other axis computed.

#include <span>
#include <vector>

#include "network/model/input_kernel.h"
#include "network/train/axis.h"
#include "network/train/group.h"
#include "network/train/mix.h"

namespace toccata::network::train {

/// One thread's part.
struct Slice {
  explicit Slice(const Config& config)
      : encoder(config), lower(static_cast<std::size_t>(config.lower_inputs())) {}
  AxisSlice time, note;
  MixSlice mix;
  Encoder encoder;
  std::vector<float> features;                  // (N, F)
  std::vector<float> lower;                     // (lower_inputs)
  Buffer<char> y;                               // (note rows, H) values: the top layer's output
  Buffer<float> dy;                             // (note rows, unit_stride)
  Buffer<float> logits;                         // (note rows, C)
  std::vector<std::size_t> y_rows;              // row table of y, then of dy
  std::vector<std::size_t> to_note, from_note;  // of the time axis' output and its gradient
  Buffer<float> head_weight;                    // (head_count, C, unit_stride), gradient
  std::vector<double> head_bias;                // (head_count, C), gradient
  std::vector<double> nats;                     // of each window of the group
};

class Network {
 public:
  Network(const Config& config, const Kernels& kernels, int slices);

  /// Packs the weights and sets the slices' gradients to zero.
  void begin(std::span<const float> values);
  /// Makes room for a group and shares it out.
  void prepare(const music::Batch& batch, const Group& group, const Dropout& dropout);
  /// Sets the time axis' state before the group's first step to zero.
  void clear_state(const Group& group) { time_.clear_state(0, group.windows() * config_.notes()); }

  // The stages, in their order, each over every slice before the next.
  void encode(int slice, const music::Batch& batch, const Group& group);
  void time_forward(int slice, const Group& group);
  void note_forward(int slice, const music::Batch& batch, const Group& group);
  void note_backward(int slice, const Group& group);
  void time_backward(int slice, const Group& group);

  // Add up the slices' gradients in their order: the same slices, the same bits. The time axis'
  // part of the flat buffer ends where that of the mix, the note axis and the head begins.
  void collect_time(std::span<float> gradient) const;
  void collect_notes(std::span<float> gradient) const;
  std::size_t notes_from() const;

  const std::vector<Slice>& slices() const { return slices_; }
  /// Kept for the backward pass, bytes per note-step.
  std::size_t bytes_per_note_step() const {
    return time_.bytes_per_row() + mix_.bytes_per_row() + note_.bytes_per_row();
  }
  std::size_t bytes() const;

 private:
  void score(Slice& slice, const music::Batch& batch, const Group& group, int n);
  /// The head of note n over a slice's rows.
  Head head(const Slice& slice, int n, bool with_y) const;
  const DropoutMasks* masks() const { return keep_prob_ < 1 ? masks_.data() : nullptr; }

  Config config_;
  const Kernels& kernels_;
  Axis time_, note_;
  Mix mix_;
  std::vector<Slice> slices_;
  Buffer<float> head_weight_;        // (head_count, C, unit_stride)
  std::vector<float> head_bias_;     // (head_count, C)
  Buffer<float> dlogits_;            // (N, note rows, C)
  std::vector<DropoutMasks> masks_;  // of the group's windows
  float keep_prob_ = 1;
};

}  // namespace toccata::network::train
