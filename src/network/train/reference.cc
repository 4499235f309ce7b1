#include "network/train/reference.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <map>

#include "music/cells.h"
#include "network/model/dropout.h"
#include "network/model/input_kernel.h"
#include "network/model/weights.h"

namespace toccata::network {
namespace {

using Vector = std::vector<double>;
using Sequence = std::vector<Vector>;  // (positions, width)
/// What a unit's output is multiplied by: 0 where dropped, 1/keep_prob where kept.
using Scale = std::function<double(int mask, int position, int unit)>;

// Its own, from the standard library: an oracle shares no arithmetic with what it checks.
double sigmoid(double x) {
  return 1 / (1 + std::exp(-x));
}
double softplus(double x) {
  return x > 0 ? x + std::log1p(std::exp(-x)) : std::log1p(std::exp(x));
}

/// One layer over a sequence: what backpropagation needs of each position.
struct Layer {
  Sequence x;           // (L, I)
  Sequence h, c;        // (L, H)
  Sequence i, f, g, o;  // (L, H), after the nonlinearity
  Sequence y;           // (L, H), h after dropout
};
using Layers = std::vector<Layer>;  // of a stack

void forward(const LstmSlice<const double>& weights, Layer& layer) {
  const int inputs = weights.input, units = weights.hidden;
  Vector h(units, 0.0), c(units, 0.0);
  for (const Vector& x : layer.x) {
    Vector gates(4 * units);
    for (int row = 0; row < 4 * units; ++row) {
      double sum = weights.bias_ih[row] + weights.bias_hh[row];
      for (int k = 0; k < inputs; ++k) sum += weights.weight_ih[row * inputs + k] * x[k];
      for (int k = 0; k < units; ++k) sum += weights.weight_hh[row * units + k] * h[k];
      gates[row] = sum;
    }
    Vector i(units), f(units), g(units), o(units);
    for (int u = 0; u < units; ++u) {
      i[u] = sigmoid(gates[u]);
      f[u] = sigmoid(gates[units + u]);
      g[u] = std::tanh(gates[2 * units + u]);
      o[u] = sigmoid(gates[3 * units + u]);
      c[u] = f[u] * c[u] + i[u] * g[u];
      h[u] = o[u] * std::tanh(c[u]);
    }
    layer.i.push_back(i);
    layer.f.push_back(f);
    layer.g.push_back(g);
    layer.o.push_back(o);
    layer.c.push_back(c);
    layer.h.push_back(h);
  }
}

/// dy (L, H) is the loss's gradient by h; returns that by x, (L, I), and adds to the weights'.
Sequence backward(const LstmSlice<const double>& weights, const LstmSlice<double>& gradient,
                  const Layer& layer, const Sequence& dy) {
  const int inputs = weights.input, units = weights.hidden;
  const int length = static_cast<int>(layer.x.size());
  Sequence dx(length, Vector(inputs, 0.0));
  Vector dh(units, 0.0), dc(units, 0.0);
  for (int t = length - 1; t >= 0; --t) {
    Vector dgates(4 * units);
    for (int u = 0; u < units; ++u) {
      const double i = layer.i[t][u], f = layer.f[t][u], g = layer.g[t][u], o = layer.o[t][u];
      const double tanh_c = std::tanh(layer.c[t][u]);
      const double before = t > 0 ? layer.c[t - 1][u] : 0.0;
      const double dh_all = dh[u] + dy[t][u];
      dc[u] += dh_all * o * (1 - tanh_c * tanh_c);
      dgates[u] = dc[u] * g * i * (1 - i);
      dgates[units + u] = dc[u] * before * f * (1 - f);
      dgates[2 * units + u] = dc[u] * i * (1 - g * g);
      dgates[3 * units + u] = dh_all * tanh_c * o * (1 - o);
      dc[u] *= f;
    }
    std::fill(dh.begin(), dh.end(), 0.0);
    for (int row = 0; row < 4 * units; ++row) {
      gradient.bias_ih[row] += dgates[row];
      gradient.bias_hh[row] += dgates[row];
      for (int k = 0; k < inputs; ++k) {
        gradient.weight_ih[row * inputs + k] += dgates[row] * layer.x[t][k];
        dx[t][k] += dgates[row] * weights.weight_ih[row * inputs + k];
      }
      for (int k = 0; k < units; ++k) {
        if (t > 0) gradient.weight_hh[row * units + k] += dgates[row] * layer.h[t - 1][k];
        dh[k] += dgates[row] * weights.weight_hh[row * units + k];
      }
    }
  }
  return dx;
}

Layers forward(const std::vector<LstmSlice<const double>>& weights, Sequence x,
               const Scale& scale) {
  Layers stack(weights.size());
  stack.front().x = std::move(x);
  for (std::size_t k = 0; k < weights.size(); ++k) {
    if (k > 0) stack[k].x = stack[k - 1].y;
    forward(weights[k], stack[k]);
    stack[k].y = stack[k].h;
    for (std::size_t p = 0; p < stack[k].y.size(); ++p)
      for (int u = 0; u < weights[k].hidden; ++u)
        stack[k].y[p][u] *= scale(weights[k].mask, static_cast<int>(p), u);
  }
  return stack;
}

/// dy is the gradient by the last layer's y; returns that by the first layer's x.
Sequence backward(const std::vector<LstmSlice<const double>>& weights,
                  const std::vector<LstmSlice<double>>& gradient, const Layers& stack, Sequence dy,
                  const Scale& scale) {
  for (std::size_t k = weights.size(); k-- > 0;) {
    for (std::size_t p = 0; p < dy.size(); ++p)
      for (int u = 0; u < weights[k].hidden; ++u)
        dy[p][u] *= scale(weights[k].mask, static_cast<int>(p), u);
    dy = backward(weights[k], gradient[k], stack[k], dy);
  }
  return dy;
}

/// The network over one window.
class Window {
 public:
  Window(const Config& config, std::span<const double> values, const music::Batch& batch, int b,
         const Dropout& dropout)
      : config_(config),
        batch_(batch),
        b_(b),
        length_(batch.lengths[static_cast<std::size_t>(b)]),
        dropout_(dropout),
        masks_(dropout, batch.sample[static_cast<std::size_t>(b)]),
        mixes_(mixes(config)),
        weights_(slices(config, values.data())) {}

  void run() {
    const int notes = config_.notes(), features = config_.features(), channels = config_.channels();
    Encoder encoder(config_);
    std::vector<float> below(static_cast<std::size_t>(config_.lower_inputs()));
    std::vector<Sequence> inputs(notes, Sequence(length_));
    std::vector<float> x(static_cast<std::size_t>(notes) * features);
    for (int t = 0; t < length_; ++t) {
      encoder.encode(batch_, t, b_, x.data());
      for (int n = 0; n < notes; ++n)
        inputs[n][t].assign(x.begin() + n * features, x.begin() + (n + 1) * features);
    }
    for (int n = 0; n < notes; ++n)
      time_.push_back(forward(weights_[Stack::time], std::move(inputs[n]), time_scale(n)));
    for (int t = 0; t < length_; ++t) {
      Sequence sequence(notes);
      for (int n = 0; n < notes; ++n) sequence[n] = time_[n].back().y[t];
      for (const Mix& way : mixes_) mix(t, way, sequence);
      for (int n = 0; n < notes; ++n) {
        encode_lower(config_, batch_.frame(t + 1, b_), n, below.data());
        sequence[n].insert(sequence[n].end(), below.begin(), below.end());
      }
      note_.push_back(forward(weights_[Stack::note], std::move(sequence), step_scale(t)));
      for (int n = 0; n < notes; ++n) {
        const Vector& y = note_[t].back().y[n];
        for (int c = 0; c < channels; ++c) {
          const std::size_t row = static_cast<std::size_t>(config_.head_of(n) * channels + c);
          double sum = weights_.head_bias[row];
          for (std::size_t u = 0; u < y.size(); ++u)
            sum += weights_.head_weight[row * y.size() + u] * y[u];
          logits.push_back(sum);
        }
      }
    }
  }

  /// Negative log-likelihood in nats; dlogits (length, N, C) is its gradient.
  double loss(std::vector<double>& dlogits) const {
    const int notes = config_.notes(), channels = config_.channels();
    const music::Cells cells = config_.cells();
    dlogits.assign(logits.size(), 0.0);
    double nats = 0;
    for (int t = 0; t < length_; ++t)
      for (int n = 0; n < notes; ++n) {
        const std::uint8_t before = batch_.frame(t, b_)[n], cell = batch_.frame(t + 1, b_)[n];
        const std::size_t at = (static_cast<std::size_t>(t) * notes + n) * channels;
        cells.for_each_choice(before, cell, [&](int c, bool truth) {
          const double logit = logits[at + static_cast<std::size_t>(c)];
          nats += softplus(logit) - (truth ? logit : 0);
          dlogits[at + static_cast<std::size_t>(c)] = sigmoid(logit) - (truth ? 1 : 0);
        });
      }
    return nats;
  }

  void gradient(const std::vector<double>& dlogits, const WeightSlices<double>& into) const {
    const int notes = config_.notes(), channels = config_.channels();
    std::vector<Sequence> dtime(notes, Sequence(length_));
    for (int t = 0; t < length_; ++t) {
      Sequence dy(notes);
      for (int n = 0; n < notes; ++n) {
        const Vector& y = note_[t].back().y[n];
        dy[n].assign(y.size(), 0.0);
        for (int c = 0; c < channels; ++c) {
          const double d = dlogits[(static_cast<std::size_t>(t) * notes + n) * channels + c];
          const std::size_t row = static_cast<std::size_t>(config_.head_of(n) * channels + c);
          into.head_bias[row] += d;
          for (std::size_t u = 0; u < y.size(); ++u) {
            into.head_weight[row * y.size() + u] += d * y[u];
            dy[n][u] += d * weights_.head_weight[row * y.size() + u];
          }
        }
      }
      Sequence dx = backward(weights_[Stack::note], into[Stack::note], note_[t], std::move(dy),
                             step_scale(t));
      for (int first = time_units(); const Mix& way : mixes_) {
        unmix(t, way, first, dx, into);
        first += config_.*way.units;
      }
      for (int n = 0; n < notes; ++n) {
        dx[n].resize(time_units());  // the cells of the lower note need none
        dtime[n][t] = std::move(dx[n]);
      }
    }
    for (int n = 0; n < notes; ++n)
      backward(weights_[Stack::time], into[Stack::time], time_[n], std::move(dtime[n]),
               time_scale(n));
  }

  std::vector<double> logits;  // (length, N, C)
  int length() const { return length_; }

 private:
  int time_units() const { return weights_[Stack::time].back().hidden; }
  /// Where a mix stack stands on the notes: it begins at the lowest or at the highest.
  int note_at(const Mix& way, int position) const {
    return way.down ? config_.notes() - 1 - position : position;
  }
  /// The outputs of a mix stack over what the time stack gives, behind what stands in `sequence`.
  void mix(int t, const Mix& way, Sequence& sequence) {
    const int notes = config_.notes();
    Sequence x(notes);
    for (int p = 0; p < notes; ++p) x[p] = time_[note_at(way, p)].back().y[t];
    std::vector<Layers>& kept = mix_[way.stack];
    kept.push_back(forward(weights_[way.stack], std::move(x), step_scale(t)));
    for (int p = 0; p < notes; ++p) {
      const Vector& y = kept[t].back().y[p];
      Vector& to = sequence[note_at(way, p)];
      to.insert(to.end(), y.begin(), y.end());
    }
  }
  /// From the gradient by the note stack's inputs (N, …) that by the time stack's outputs, which
  /// stand first in them, as far as it came by way of a mix stack, whose outputs stand from
  /// `first`.
  void unmix(int t, const Mix& way, int first, Sequence& dx,
             const WeightSlices<double>& into) const {
    const int notes = config_.notes(), units = config_.*way.units;
    Sequence dy(notes);
    for (int p = 0; p < notes; ++p) {
      const auto from = dx[note_at(way, p)].begin() + first;
      dy[p].assign(from, from + units);
    }
    dy = backward(weights_[way.stack], into[way.stack], mix_.at(way.stack)[t], std::move(dy),
                  step_scale(t));
    for (int p = 0; p < notes; ++p)
      for (int u = 0; u < time_units(); ++u) dx[note_at(way, p)][u] += dy[p][u];
  }
  double scale(int mask, int step, int note, int unit) const {
    if (dropout_.keep_prob >= 1) return 1;
    return masks_.kept(mask, step, note, unit) ? 1.0 / dropout_.keep_prob : 0.0;
  }
  Scale time_scale(int note) const {
    return [this, note](int mask, int step, int unit) { return scale(mask, step, note, unit); };
  }
  Scale step_scale(int step) const {
    return [this, step](int mask, int position, int unit) {
      return scale(mask, step, position, unit);
    };
  }

  const Config& config_;
  const music::Batch& batch_;
  int b_, length_;
  Dropout dropout_;
  DropoutMasks masks_;
  std::vector<Mix> mixes_;
  WeightSlices<const double> weights_;
  std::vector<Layers> time_;                  // (N)
  std::map<Stack, std::vector<Layers>> mix_;  // (length) each
  std::vector<Layers> note_;                  // (length)
};

/// The weights that an update works with.
std::vector<double> dropped(const Config& config, std::span<const double> values,
                            const Dropout& dropout) {
  const std::vector<float> mask = recurrent_mask(config, dropout);
  std::vector<double> result(values.begin(), values.end());
  for (std::size_t i = 0; i < result.size(); ++i) result[i] *= mask[i];
  return result;
}

}  // namespace

std::vector<double> reference_logits(const Config& config, std::span<const double> values,
                                     const music::Batch& batch, int b, const Dropout& dropout) {
  const std::vector<double> weights = dropped(config, values, dropout);
  Window window(config, weights, batch, b, dropout);
  window.run();
  return std::move(window.logits);
}

Loss reference_loss(const Config& config, std::span<const double> values, const music::Batch& batch,
                    const Dropout& dropout) {
  Loss loss;
  const std::vector<double> weights = dropped(config, values, dropout);
  std::vector<double> dlogits;
  for (int b = 0; b < batch.sequences; ++b) {
    Window window(config, weights, batch, b, dropout);
    window.run();
    loss.nats += window.loss(dlogits);
    loss.frames += window.length();
  }
  return loss;
}

Loss reference_gradient(const Config& config, std::span<const double> values,
                        const music::Batch& batch, const Dropout& dropout,
                        std::span<double> gradient) {
  Loss loss;
  std::fill(gradient.begin(), gradient.end(), 0.0);
  const WeightSlices<double> into = slices(config, gradient.data());
  const std::vector<double> weights = dropped(config, values, dropout);
  std::vector<double> dlogits;
  for (int b = 0; b < batch.sequences; ++b) {
    Window window(config, weights, batch, b, dropout);
    window.run();
    loss.nats += window.loss(dlogits);
    loss.frames += window.length();
    window.gradient(dlogits, into);
  }
  const std::vector<float> mask = recurrent_mask(config, dropout);
  for (std::size_t i = 0; i < gradient.size(); ++i) gradient[i] *= mask[i];
  return loss;
}

}  // namespace toccata::network
