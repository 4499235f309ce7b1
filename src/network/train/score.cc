// The head and the loss.

#include <algorithm>

#include "base/plain_math.h"
#include "music/cells.h"
#include "network/train/network.h"

namespace toccata::network::train {

Head Network::head(const Slice& slice, int n, bool with_y) const {
  const LayerShape& top = note_.shape(note_.layers() - 1);
  Head head;
  head.rows = slice.note.rows.count();
  head.units = top.hidden;
  head.channels = config_.channels();
  if (with_y) head.y = slice.y.data();
  head.y_stride = top.unit_stride * kernels_.layout.bytes;
  head.weight = head_weight_.data() + config_.head_of(n) * head.channels * top.unit_stride;
  head.weight_stride = top.unit_stride;
  return head;
}

// Negative log-likelihood of note n in every step of the slice, and its gradient by the logits.
void Network::score(Slice& slice, const music::Batch& batch, const Group& group, int n) {
  const Rows& rows = slice.note.rows;
  const music::Cells cells = config_.cells();
  const int channels = cells.count();
  float* logits = slice.logits.data();
  const int first = config_.head_of(n) * channels;
  kernels_.head_forward(head(slice, n, true), head_bias_.data() + first, logits,
                        static_cast<std::size_t>(channels));
  const std::size_t row = static_cast<std::size_t>(n) * group.frames() + rows.first;
  float* d = dlogits_.data() + row * channels;
  for (int r = 0; r < rows.count(); ++r) {
    const auto [w, t] = rows.places[r];
    double& nats = slice.nats[w];
    const std::uint8_t before = batch.frame(t, group.b[w])[n];
    const std::uint8_t cell = batch.frame(t + 1, group.b[w])[n];
    std::fill_n(d + r * channels, channels, 0.0f);
    cells.for_each_choice(before, cell, [&](int c, bool truth) {
      const double logit = logits[r * channels + c];
      d[r * channels + c] = static_cast<float>(plain::sigmoid(logit) - (truth ? 1 : 0));
      nats += plain::softplus(logit) - (truth ? logit : 0);
    });
  }
  const std::size_t stride = note_.shape(note_.layers() - 1).unit_stride;
  kernels_.head_gradient(head(slice, n, true), d, slice.head_weight.data() + first * stride);
  for (int k = 0; k < rows.count() * channels; ++k) slice.head_bias[first + k % channels] += d[k];
}

std::size_t Network::bytes() const {
  std::size_t sum = time_.bytes() + mix_.bytes() + note_.bytes() + dlogits_.bytes();
  for (const Slice& slice : slices_) {
    sum += slice.time.bytes() + slice.note.bytes();
    for (const AxisSlice& stack : slice.mix.stacks) sum += stack.bytes();
  }
  return sum;
}

}  // namespace toccata::network::train
