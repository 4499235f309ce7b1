#include "network/reference.h"

#include <algorithm>
#include <cmath>
#include <functional>

#include "music/roll.h"
#include "network/dropout.h"
#include "network/input_kernel.h"
#include "network/weights.h"

namespace toccata::network {
namespace {

using Vector = std::vector<double>;
using Sequence = std::vector<Vector>;  // (positions, width)
/// What a unit's output is multiplied by: 0 where dropped, 1/keep_prob where kept.
using Scale = std::function<double(int layer, int position, int unit)>;

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
using Stack = std::vector<Layer>;

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

Stack forward(const std::vector<LstmSlice<const double>>& weights, Sequence x, const Scale& scale) {
  Stack stack(weights.size());
  for (std::size_t k = 0; k < weights.size(); ++k) {
    stack[k].x = k == 0 ? std::move(x) : stack[k - 1].y;
    forward(weights[k], stack[k]);
    stack[k].y = stack[k].h;
    for (std::size_t p = 0; p < stack[k].y.size(); ++p)
      for (int u = 0; u < weights[k].hidden; ++u)
        stack[k].y[p][u] *= scale(static_cast<int>(k), static_cast<int>(p), u);
  }
  return stack;
}

/// dy is the gradient by the last layer's y; returns that by the first layer's x.
Sequence backward(const std::vector<LstmSlice<const double>>& weights,
                  const std::vector<LstmSlice<double>>& gradient, const Stack& stack, Sequence dy,
                  const Scale& scale) {
  for (std::size_t k = weights.size(); k-- > 0;) {
    for (std::size_t p = 0; p < dy.size(); ++p)
      for (int u = 0; u < weights[k].hidden; ++u)
        dy[p][u] *= scale(static_cast<int>(k), static_cast<int>(p), u);
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
      time_.push_back(forward(weights_.time, std::move(inputs[n]), time_scale(n)));
    for (int t = 0; t < length_; ++t) {
      if (config_.mix_units > 0) mix(t);
      Sequence sequence(notes);
      for (int n = 0; n < notes; ++n) {
        sequence[n] = time_[n].back().y[t];
        if (config_.mix_units > 0) {
          const Vector &up = up_[t].back().y[n], &down = down_[t].back().y[notes - 1 - n];
          sequence[n].insert(sequence[n].end(), up.begin(), up.end());
          sequence[n].insert(sequence[n].end(), down.begin(), down.end());
        }
        encode_lower(config_, batch_.frame(t + 1, b_), n, below.data());
        sequence[n].insert(sequence[n].end(), below.begin(), below.end());
      }
      note_.push_back(forward(weights_.note, std::move(sequence), note_scale(t)));
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
    dlogits.assign(logits.size(), 0.0);
    double nats = 0;
    const auto term = [&](std::size_t at, bool truth) {
      nats += softplus(logits[at]) - (truth ? logits[at] : 0);
      dlogits[at] = sigmoid(logits[at]) - (truth ? 1 : 0);
    };
    for (int t = 0; t < length_; ++t)
      for (int n = 0; n < notes; ++n) {
        const std::uint8_t before = batch_.frame(t, b_)[n], cell = batch_.frame(t + 1, b_)[n];
        const std::size_t at = (static_cast<std::size_t>(t) * notes + n) * channels;
        term(at, cell & music::kPlay);
        // Where the note did not sound before, its onset is certain.
        if (channels == 2 && (cell & music::kPlay) && (before & music::kPlay))
          term(at + 1, cell & music::kArticulate);
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
      Sequence dx = backward(weights_.note, into.note, note_[t], std::move(dy), note_scale(t));
      if (config_.mix_units > 0) unmix(t, dx, into);
      for (int n = 0; n < notes; ++n) {
        dx[n].resize(weights_.time.back().hidden);  // the cells of the lower note need none
        dtime[n][t] = std::move(dx[n]);
      }
    }
    for (int n = 0; n < notes; ++n)
      backward(weights_.time, into.time, time_[n], std::move(dtime[n]), time_scale(n));
  }

  std::vector<double> logits;  // (length, N, C)
  int length() const { return length_; }

 private:
  /// The time axis' outputs of step t along the notes, in both directions.
  void mix(int t) {
    const int notes = config_.notes();
    Sequence up(notes), down(notes);
    for (int n = 0; n < notes; ++n) up[n] = down[notes - 1 - n] = time_[n].back().y[t];
    up_.push_back(forward({weights_.mix[0]}, std::move(up), mix_scale(t, 0)));
    down_.push_back(forward({weights_.mix[1]}, std::move(down), mix_scale(t, 1)));
  }
  /// From the gradient by the note axis' inputs (N, …) that by the time axis' outputs, which stand
  /// first in them.
  void unmix(int t, Sequence& dx, const WeightSlices<double>& into) const {
    const int notes = config_.notes(), units = config_.mix_units;
    const int time_units = weights_.time.back().hidden;
    Sequence dup(notes), ddown(notes);
    for (int n = 0; n < notes; ++n) {
      const auto up = dx[n].begin() + time_units, down = up + units;
      dup[n].assign(up, down);
      ddown[notes - 1 - n].assign(down, down + units);
    }
    dup = backward({weights_.mix[0]}, {into.mix[0]}, up_[t], std::move(dup), mix_scale(t, 0));
    ddown = backward({weights_.mix[1]}, {into.mix[1]}, down_[t], std::move(ddown), mix_scale(t, 1));
    for (int n = 0; n < notes; ++n)
      for (int u = 0; u < time_units; ++u) dx[n][u] += dup[n][u] + ddown[notes - 1 - n][u];
  }
  double scale(int layer, int step, int note, int unit) const {
    if (dropout_.keep_prob >= 1) return 1;
    return masks_.kept(layer, step, note, unit) ? 1.0 / dropout_.keep_prob : 0.0;
  }
  Scale time_scale(int note) const {
    return [this, note](int layer, int step, int unit) { return scale(layer, step, note, unit); };
  }
  Scale note_scale(int step) const {
    const int first = static_cast<int>(weights_.time.size());
    return [this, step, first](int layer, int note, int unit) {
      return scale(first + layer, step, note, unit);
    };
  }
  Scale mix_scale(int step, int direction) const {
    const int layer = static_cast<int>(weights_.time.size() + weights_.note.size()) + direction;
    return [this, step, layer](int, int position, int unit) {
      return scale(layer, step, position, unit);
    };
  }

  const Config& config_;
  const music::Batch& batch_;
  int b_, length_;
  Dropout dropout_;
  DropoutMasks masks_;
  WeightSlices<const double> weights_;
  std::vector<Stack> time_;       // (N)
  std::vector<Stack> up_, down_;  // (length), of one layer each; down_'s positions from the top
  std::vector<Stack> note_;       // (length)
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
