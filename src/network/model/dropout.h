#pragma once
// Dropout after the layers and on the recurrent weights. Which values a mask keeps is a pure
// function of names, so that the fast pass, the reference and any oracle agree, however the work is
// shared out:
//
//   window  = philox4x32({update, sample}, seed)            64 bits of it, once per window and
//   update row     = philox4x32({step, note, layer, 0}, window)    64 bits of it, once per row of
//   units kept    = mix(row, unit) < keep_prob * 2^32             a few integer operations per unit
//
// mix is a 32-bit finaliser (two multiplications and three shifts; constants from C. Wellons,
// "Prospecting for hash functions", 2018), keyed by the row before and inside. Layers count from 0
// through the time layers, the note layers, then mix_lstm.up and mix_lstm.down, whose notes count
// from the top; step counts from the window's beginning.

#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "base/random.h"
#include "network/model/config.h"

namespace toccata::network {

/// Dropout after every LSTM layer, scaled by 1/keep_prob (Srivastava et al. 2014; Zaremba et al.
/// 2014). A mask depends on (seed, update, the window's global sample number, layer, step, note,
/// unit) alone.
struct Dropout {
  float keep_prob = 1.0f;
  std::uint64_t seed = 0;
  std::uint64_t update = 0;
  // Below 1: dropout on the recurrent path besides, see recurrent_mask.
  float recurrent_keep_prob = 1.0f;
};

/// The masks of one row of units (one layer, step and note).
struct DropoutRow {
  std::uint32_t first = 0, second = 0;

  std::uint32_t mix(std::uint32_t unit) const {
    std::uint32_t x = first ^ (unit * 0x9E3779B9u);
    x ^= x >> 16;
    x *= 0x7FEB352Du;
    x ^= second;
    x ^= x >> 15;
    x *= 0x846CA68Bu;
    return x ^ (x >> 16);
  }
};

/// The masks of one window in one update.
class DropoutMasks {
 public:
  DropoutMasks(const Dropout& dropout, std::uint64_t sample) {
    const auto words =
        philox4x32({low(dropout.update), high(dropout.update), low(sample), high(sample)},
                   {low(dropout.seed), high(dropout.seed)});
    key_ = {words[0], words[1]};
    threshold_ = keep_threshold(dropout.keep_prob);
  }

  DropoutRow row(int layer, int step, int note) const {
    const auto words =
        philox4x32({static_cast<std::uint32_t>(step), static_cast<std::uint32_t>(note),
                    static_cast<std::uint32_t>(layer), 0},
                   key_);
    return {words[0], words[1]};
  }
  bool kept(int layer, int step, int note, int unit) const {
    return row(layer, step, note).mix(static_cast<std::uint32_t>(unit)) < threshold_;
  }

  /// A unit is kept where its mix is below this. keep_prob 1 means no dropout: ask nothing then.
  static std::uint32_t keep_threshold(float keep_prob) {
    const double scaled = static_cast<double>(keep_prob) * 0x1p32;
    return scaled >= 0x1p32 - 1 ? 0xFFFFFFFFu : static_cast<std::uint32_t>(scaled);
  }

 private:
  static std::uint32_t low(std::uint64_t x) { return static_cast<std::uint32_t>(x); }
  static std::uint32_t high(std::uint64_t x) { return static_cast<std::uint32_t>(x >> 32); }
  std::array<std::uint32_t, 2> key_{};
  std::uint32_t threshold_ = 0;
};

/// Dropout on the recurrent path, as weight dropping: DropConnect (Wan et al. 2013) on weight_hh of
/// every LSTM layer (Merity, Keskar & Socher, "Regularizing and Optimizing LSTM Language Models",
/// 2018). One mask per update, the same for all windows, steps and notes: an LSTM with other
/// weights, so that the layers need not know of it.
///
/// An update multiplies each parameter by this before it uses it, and the parameter's gradient
/// afterwards: in each LSTM layer's weight_hh 0 where dropped and 1/recurrent_keep_prob where kept,
/// 1 in all else. It depends on (dropout.seed, dropout.update, layer, index in weight_hh) alone.
///   mask: (parameter_count(config)), written whole
void recurrent_mask(const Config& config, const Dropout& dropout, std::span<float> mask);
std::vector<float> recurrent_mask(const Config& config, const Dropout& dropout);

}  // namespace toccata::network
