#pragma once
// The model's parameters as one flat buffer, and its files. Tensor names, shapes and gate order (i,
// f, g, o) are torch.nn.LSTM's, one one-layer LSTM a layer: docs/model.md.

#include <array>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "network/model/float_formats.h"
#include "network/model/layers.h"

namespace toccata::network {

struct Parameter {
  std::string name;  // "time_lstm.0.weight_ih_l0"
  std::vector<std::int64_t> shape;
  std::size_t offset = 0;  // into the flat buffer, in floats
  std::size_t size = 0;
};

/// The parameters of a model in their order in the flat buffer: for each of layers(config)
/// weight_ih_l0 (4H, I), weight_hh_l0 (4H, H), bias_ih_l0 (4H), bias_hh_l0 (4H); then head.weight
/// (C, H), head.bias (C), or (N, C, H) and (N, C) where each note has a head. The first note
/// layer's input is the time stack's output, then the mix stacks', then what encode_lower gives: at
/// the least the C cells of the note below.
std::vector<Parameter> parameters(const Config& config);
std::size_t parameter_count(const Config& config);

/// One LSTM layer's slice of the flat buffer.
template <typename Float>
struct LstmSlice {
  int input = 0, hidden = 0;   // I, H
  int mask = 0;                // LayerSpec::mask
  Float* weight_ih = nullptr;  // (4H, I)
  Float* weight_hh = nullptr;  // (4H, H)
  Float* bias_ih = nullptr;    // (4H)
  Float* bias_hh = nullptr;    // (4H)
};

template <typename Float>
struct WeightSlices {
  std::array<std::vector<LstmSlice<Float>>, kStacks.size()> stacks;  // layers from the lowest up
  Float* head_weight = nullptr;                                      // (head_count, C, H)
  Float* head_bias = nullptr;                                        // (head_count, C)

  const std::vector<LstmSlice<Float>>& operator[](Stack stack) const {
    return stacks[static_cast<std::size_t>(stack)];
  }
};

/// Views into a flat buffer of parameter_count(config) values.
WeightSlices<const float> slices(const Config& config, const float* values);
WeightSlices<float> slices(const Config& config, float* values);
WeightSlices<const double> slices(const Config& config, const double* values);
WeightSlices<double> slices(const Config& config, double* values);

struct Model {
  Config config;
  std::vector<float> values;  // (parameter_count(config))
  std::string hash;           // of config and values as stored; names the model in receipts
};

/// torch.nn.LSTM's initialisation, uniform in ±1/sqrt(H), with the forget gate's bias raised by
/// `forget_bias` (Jozefowicz et al. 2015), as a function of the seed alone.
std::vector<float> initial_values(const Config& config, std::uint64_t seed,
                                  float forget_bias = 1.0f);

/// The name of a model: a hash of its config and of its values as floats. The same values give the
/// same name, whichever type they were stored as.
std::string model_hash(const Config& config, std::span<const float> values);

/// model.safetensors and config.json into `folder`, each whole or not at all. Returns the hash of
/// what was stored, which a narrower type makes another model. `type`: f32, bf16 or f16. Throws
/// Error on a value that is not finite or does not fit it.
std::string save_model(const std::filesystem::path& folder, const Model& model,
                       DType type = DType::f32);

/// Throws Error when a file is missing, short, oversized, or holds a tensor of another name, shape
/// or type than config.json asks for (both shapes stand in the message), a value that is not
/// finite, or when the hash written with the model is not that of the values read.
Model load_model(const std::filesystem::path& folder);

}  // namespace toccata::network
