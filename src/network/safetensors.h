#pragma once
// safetensors, the plain tensor file of Hugging Face: 8 bytes of header length (little-endian), a
// JSON header, raw tensors. Specification: github.com/huggingface/safetensors, "Format". Nothing in
// it is executable.

#include <cstdint>
#include <filesystem>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "base/files.h"

namespace toccata::network {

enum class DType { f32, bf16, f16, f64, i64, u8 };

struct Tensor {
  DType type = DType::f32;
  std::vector<std::int64_t> shape;
  Bytes bytes;  // little-endian, row-major
};

struct TensorFile {
  std::map<std::string, Tensor> tensors;
  std::map<std::string, std::string> metadata;  // the header's __metadata__
};

Bytes to_safetensors(const TensorFile& file);

/// Throws Error, with `where` and the byte, for every way in which the bytes are not a valid file:
/// header length, JSON, types, overlapping or missing ranges, sizes that do not match shapes, bytes
/// left over.
TensorFile from_safetensors(std::span<const std::uint8_t> bytes, std::string_view where);

Tensor make_tensor(std::vector<std::int64_t> shape, std::span<const float> values,
                   DType type = DType::f32);
/// The values of an f32, bf16 or f16 tensor.
std::vector<float> to_floats(const Tensor& tensor);

}  // namespace toccata::network
