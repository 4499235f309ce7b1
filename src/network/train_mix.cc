#include "network/train_mix.h"

#include <cstring>

namespace toccata::network::train {

Mix::Mix(const Kernels& kernels, int time_units, int units, int first_layer)
    : kernels_(kernels),
      time_units_(time_units),
      units_(units),
      up_(kernels, time_units, time_units, {units}, first_layer),
      down_(kernels, time_units, time_units, {units}, first_layer + 1) {}

void Mix::pack(const std::vector<LstmSlice<const float>>& weights) {
  up_.pack({weights[0]});
  down_.pack({weights[1]});
}

void Mix::reserve(int notes, std::size_t rows) {
  notes_ = notes;
  rows_ = rows;
  up_.reserve(notes, rows);
  down_.reserve(notes, rows);
}

void Mix::reserve(MixSlice& slice, const Rows& rows) const {
  slice.up.rows = slice.down.rows = rows;
  up_.reserve(slice.up);
  down_.reserve(slice.down);
  slice.to_note.resize(rows.places.size());
  slice.from_note.resize(rows.places.size());
}

void Mix::forward(MixSlice& slice, const Axis& note, const DropoutMasks* masks,
                  float keep_prob) const {
  const Rows& rows = slice.up.rows;
  const int top = notes_ - 1;
  const std::size_t time_bytes = static_cast<std::size_t>(time_units_) * kernels_.bytes();
  const std::size_t bytes = static_cast<std::size_t>(units_) * kernels_.bytes();
  up_.clear_state(rows.first, rows.count());
  down_.clear_state(rows.first, rows.count());
  const char* first = note.input(0, rows.first);
  for (int r = 0; r < rows.count(); ++r) slice.to_note[r] = note.input(0, rows.first + r) - first;
  const std::ptrdiff_t step = note.input(1, rows.first) - first;
  const auto take = [&](const Axis& axis, int position, int n) {
    for (int r = 0; r < rows.count(); ++r)
      std::memcpy(axis.input(position, rows.first + r), note.input(n, rows.first + r), time_bytes);
  };
  const auto nothing = [](int) {};
  up_.forward(
      slice.up, {note.input(0, rows.first) + time_bytes, slice.to_note.data(), step}, masks,
      keep_prob, [&](int p) { take(up_, p, p); }, nothing);
  down_.forward(
      slice.down, {note.input(top, rows.first) + time_bytes + bytes, slice.to_note.data(), -step},
      masks, keep_prob, [&](int p) { take(down_, p, top - p); }, nothing);
}

void Mix::backward(MixSlice& slice, const Axis& note, const DropoutMasks* masks, float keep_prob) {
  const Rows& rows = slice.up.rows;
  const int top = notes_ - 1;
  const std::size_t stride = note.input_gradient_stride();
  const auto step = static_cast<std::ptrdiff_t>(rows_ * stride);
  float* gradient = note.input_gradient() + rows.first * stride;  // of the slice's rows, (N, R, …)
  for (int r = 0; r < rows.count(); ++r) slice.from_note[r] = r * stride;
  const auto nothing = [](int) {};
  up_.backward(slice.up, {gradient + time_units_, slice.from_note.data(), step}, masks, keep_prob,
               nothing);
  down_.backward(slice.down,
                 {gradient + top * step + time_units_ + units_, slice.from_note.data(), -step},
                 masks, keep_prob, nothing);

  const std::size_t own_stride = up_.input_gradient_stride();
  for (int n = 0; n < notes_; ++n)
    for (int r = 0; r < rows.count(); ++r) {
      float* to = gradient + n * step + r * stride;
      const float* up = up_.input_gradient() + (n * rows_ + rows.first + r) * own_stride;
      const float* down =
          down_.input_gradient() + ((top - n) * rows_ + rows.first + r) * own_stride;
      for (int u = 0; u < time_units_; ++u) to[u] += up[u] + down[u];
    }
}

void Mix::collect(const MixSlice& slice, const std::vector<LstmSlice<float>>& into) const {
  add_gradient(up_.shape(0), slice.up.gradient[0], into[0]);
  add_gradient(down_.shape(0), slice.down.gradient[0], into[1]);
}

}  // namespace toccata::network::train
