#include "network/train/mix.h"

#include <algorithm>
#include <cstring>

namespace toccata::network::train {

Mix::Mix(const Kernels& kernels, const Config& config)
    : kernels_(kernels), mixes_(mixes(config)), time_units_(config.time_units.back()) {
  for (const network::Mix& mix : mixes_)
    stacks_.emplace_back(kernels, layers(config, mix.stack), time_units_);
}

int Mix::place_of(std::size_t k) const {
  int place = time_units_;
  for (std::size_t before = 0; before < k; ++before)
    place += stacks_[before].shape(stacks_[before].layers() - 1).hidden;
  return place;
}

void Mix::pack(const WeightSlices<const float>& weights) {
  for (std::size_t k = 0; k < stacks_.size(); ++k) stacks_[k].pack(weights[mixes_[k].stack]);
}

void Mix::reserve(int notes, std::size_t rows) {
  notes_ = notes;
  rows_ = rows;
  for (Axis& stack : stacks_) stack.reserve(notes, rows);
}

void Mix::reserve(MixSlice& slice, const Rows& rows) const {
  for (std::size_t k = 0; k < stacks_.size(); ++k) {
    slice.stacks[k].rows = rows;
    stacks_[k].reserve(slice.stacks[k]);
  }
  slice.to_note.resize(rows.places.size());
  slice.from_note.resize(rows.places.size());
}

void Mix::forward(MixSlice& slice, const Axis& note, const DropoutMasks* masks,
                  float keep_prob) const {
  for (std::size_t k = 0; k < stacks_.size(); ++k) {
    const Axis& stack = stacks_[k];
    AxisSlice& own = slice.stacks[k];
    const std::size_t first = own.rows.first;
    const int rows = own.rows.count();
    stack.clear_state(first, rows);
    char* base = note.input(note_at(k, 0), first);
    for (int r = 0; r < rows; ++r) slice.to_note[r] = note.input(note_at(k, 0), first + r) - base;
    const std::ptrdiff_t up = note.input(1, first) - note.input(0, first);
    const std::ptrdiff_t step = mixes_[k].down ? -up : up;
    const auto take = [&](int p) {
      for (int r = 0; r < rows; ++r)
        std::memcpy(stack.input(p, first + r), note.input(note_at(k, p), first + r),
                    static_cast<std::size_t>(time_units_) * kernels_.layout.bytes);
    };
    stack.forward(own, {base + place_of(k) * kernels_.layout.bytes, slice.to_note.data(), step},
                  masks, keep_prob, take, [](int) {});
  }
}

void Mix::backward(MixSlice& slice, const Axis& note, const DropoutMasks* masks, float keep_prob) {
  if (stacks_.empty()) return;
  const Rows& rows = slice.stacks[0].rows;
  const std::size_t stride = note.input_gradient_stride();
  const auto step = static_cast<std::ptrdiff_t>(rows_ * stride);
  float* gradient = note.input_gradient() + rows.first * stride;  // of the slice's rows, (N, R, …)
  for (int r = 0; r < rows.count(); ++r) slice.from_note[r] = r * stride;
  for (std::size_t k = 0; k < stacks_.size(); ++k) {
    const int first = note_at(k, 0);
    stacks_[k].backward(
        slice.stacks[k],
        {gradient + first * step + place_of(k), slice.from_note.data(), first == 0 ? step : -step},
        masks, keep_prob, [](int) {});
  }
  std::vector<float> sum(static_cast<std::size_t>(time_units_));
  for (int n = 0; n < notes_; ++n)
    for (int r = 0; r < rows.count(); ++r) {
      std::ranges::fill(sum, 0.0f);
      for (std::size_t k = 0; k < stacks_.size(); ++k) {
        const float* from = stacks_[k].input_gradient() + (note_at(k, n) * rows_ + rows.first + r) *
                                                              stacks_[k].input_gradient_stride();
        for (int u = 0; u < time_units_; ++u) sum[u] += from[u];
      }
      float* to = gradient + n * step + r * stride;
      for (int u = 0; u < time_units_; ++u) to[u] += sum[u];
    }
}

void Mix::collect(const MixSlice& slice, const WeightSlices<float>& into) const {
  for (std::size_t k = 0; k < stacks_.size(); ++k)
    stacks_[k].collect(slice.stacks[k], into[mixes_[k].stack]);
}

std::size_t Mix::bytes() const {
  std::size_t sum = 0;
  for (const Axis& stack : stacks_) sum += stack.bytes();
  return sum;
}

std::size_t Mix::bytes_per_row() const {
  std::size_t sum = 0;
  for (const Axis& stack : stacks_) sum += stack.bytes_per_row();
  return sum;
}

}  // namespace toccata::network::train
