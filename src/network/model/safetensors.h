#pragma once
// safetensors, the plain tensor file of Hugging Face: 8 bytes of header length (little-endian), a
// JSON header, raw tensors. Specification: github.com/huggingface/safetensors, "Format". Nothing in
// it is executable.

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/files.h"
#include "network/model/float_formats.h"

namespace toccata::network {

struct Tensor {
  DType type = DType::f32;
  std::vector<std::int64_t> shape;
  Bytes bytes;  // little-endian, row-major
};

struct TensorFile {
  std::map<std::string, Tensor> tensors;
  std::map<std::string, std::string> metadata;  // the header's __metadata__
};

/// Bytes of one value.
std::size_t size_of(DType type);
/// The type's name in the header: "F32"…
std::string_view name_of(DType type);
/// "(800, 80)", for messages.
std::string shape_text(std::span<const std::int64_t> shape);

/// Tensors of wide types first, so that every tensor lies aligned; then by name. Throws Error where
/// a tensor's bytes do not match its shape.
Bytes to_safetensors(const TensorFile& file);

/// Throws Error, with `where` and the byte, for every way in which the bytes are not a valid file:
/// header length, JSON, types, overlapping or missing ranges, sizes that do not match shapes, bytes
/// left over.
TensorFile from_safetensors(std::span<const std::uint8_t> bytes, std::string_view where);

/// A file's names, types and shapes, with the same checks; the tensors' bytes are not read and stay
/// empty.
TensorFile read_outline(const std::filesystem::path& path);

/// Throws Error where the number of values is not the shape's, or the type is not f32, bf16 or f16.
Tensor make_tensor(std::vector<std::int64_t> shape, std::span<const float> values,
                   DType type = DType::f32);

/// The values of an f32, bf16 or f16 tensor. Throws Error for other types.
std::vector<float> to_floats(const Tensor& tensor);

}  // namespace toccata::network
