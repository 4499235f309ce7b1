#include "network/model/safetensors.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstring>
#include <limits>

#include "base/error.h"
#include "base/random.h"

namespace toccata::network {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::ThrowsMessage;

/// A file by hand: length, header, data.
Bytes file_of(std::string header, Bytes data) {
  Bytes bytes;
  const std::uint64_t length = header.size();
  for (std::size_t i = 0; i < 8; ++i) bytes.push_back(static_cast<std::uint8_t>(length >> 8 * i));
  bytes.insert(bytes.end(), header.begin(), header.end());
  bytes.insert(bytes.end(), data.begin(), data.end());
  return bytes;
}

bool same(const TensorFile& a, const TensorFile& b) {
  const auto equal = [](const auto& x, const auto& y) {
    return x.first == y.first && x.second.type == y.second.type &&
           x.second.shape == y.second.shape && x.second.bytes == y.second.bytes;
  };
  return a.metadata == b.metadata && std::ranges::equal(a.tensors, b.tensors, equal);
}

TensorFile example() {
  TensorFile file;
  file.metadata = {{"format", "pt"}, {"made by", "a \"test\""}};
  file.tensors["a"] = make_tensor({2, 3}, std::vector<float>{1, 2, 3, 4, 5, 6});
  file.tensors["b.bias"] = make_tensor({3}, std::vector<float>{1, -2, 0.5}, DType::bf16);
  file.tensors["c"] = make_tensor({1}, std::vector<float>{-1.5}, DType::f16);
  file.tensors["count"] = {DType::i64, {}, {5, 0, 0, 0, 0, 0, 0, 0}};
  file.tensors["empty"] = {DType::f64, {4, 0, 2}, {}};
  file.tensors["raw"] = {DType::u8, {5}, {1, 2, 3, 4, 5}};
  return file;
}

TEST(Safetensors, ReadsAFileWrittenByHand) {
  const Bytes data = {0x00, 0x00, 0x80, 0x3F, 0x00, 0x00, 0x00, 0xC0, 0xC0, 0x3F};
  const TensorFile file =
      from_safetensors(file_of(R"({"__metadata__":{"format":"pt"},)"
                               R"("w":{"dtype":"F32","shape":[1,2],"data_offsets":[0,8]},)"
                               R"("v":{"dtype":"BF16","shape":[1],"data_offsets":[8,10]}}   )",
                               data),
                       "x");
  EXPECT_EQ(file.metadata.at("format"), "pt");
  EXPECT_THAT(file.tensors.at("w").shape, ElementsAre(1, 2));
  EXPECT_THAT(to_floats(file.tensors.at("w")), ElementsAre(1.0f, -2.0f));
  EXPECT_THAT(to_floats(file.tensors.at("v")), ElementsAre(1.5f));
}

TEST(Safetensors, WritesTheBytesThatTheFormatAsksFor) {
  TensorFile file;
  file.tensors["w"] = make_tensor({2}, std::vector<float>{1, -2});
  std::string header = R"({"w":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}})";
  while (header.size() % 8 != 0) header += ' ';
  EXPECT_EQ(to_safetensors(file), file_of(header, {0, 0, 0x80, 0x3F, 0, 0, 0, 0xC0}));
}

TEST(Safetensors, ComesBackWhole) {
  EXPECT_TRUE(same(from_safetensors(to_safetensors(example()), "x"), example()));
  EXPECT_TRUE(same(from_safetensors(to_safetensors({}), "x"), {}));
}

TEST(Safetensors, RefusesEachMalformation) {
  const Bytes four = {0, 0, 0, 0};
  const auto refused = [](const Bytes& bytes, const char* reason) {
    EXPECT_THAT(
        [&] { from_safetensors(bytes, "m.safetensors"); },
        ThrowsMessage<Error>(::testing::AllOf(HasSubstr("m.safetensors"), HasSubstr(reason))));
  };
  const auto entry = [&](const char* body, const char* reason) {
    refused(file_of(std::string(R"({"w":)") + body + "}", four), reason);
  };
  refused({}, "too short");
  refused({1, 0, 0}, "too short");
  refused({200, 0, 0, 0, 0, 0, 0, 0, '{', '}'}, "cut short");
  refused({255, 255, 255, 255, 255, 255, 255, 255, '{', '}'}, "cut short");
  refused(file_of(" {}", {}), "does not begin with {");
  refused(file_of("", {}), "does not begin with {");
  refused(file_of("{\"w\":", {}), "not valid JSON");
  refused(file_of("{} {}", {}), "not valid JSON");
  refused(file_of("{\"\xFF\":1}", {}), "not valid JSON");
  refused(file_of("{\"a\":" + std::string(50000, '['), {}), "levels deep");
  refused(file_of(R"({"__metadata__":{"a":1}})", {}), "\"a\" has a wrong type");
  refused(file_of(R"({"__metadata__":[]})", {}), "__metadata__");
  entry("[]", "expected an object");
  entry(R"({"shape":[1],"data_offsets":[0,4]})", "\"dtype\" is missing");
  entry(R"({"dtype":"I7","shape":[1],"data_offsets":[0,4]})", "\"I7\"");
  entry(R"({"dtype":7,"shape":[1],"data_offsets":[0,4]})", "wrong type");
  entry(R"({"dtype":"F32","shape":1,"data_offsets":[0,4]})", "not a list");
  entry(R"({"dtype":"F32","shape":[-1],"data_offsets":[0,4]})", "found -1");
  entry(R"({"dtype":"F32","shape":[1.0],"data_offsets":[0,4]})", "found 1.0");
  entry(R"({"dtype":"F32","shape":[true],"data_offsets":[0,4]})", "true or false");
  entry(R"({"dtype":"F32","shape":[1],"data_offsets":[0,4,8]})", "two numbers");
  entry(R"({"dtype":"F32","shape":[1],"data_offsets":[4,0]})", "4 to 0");
  entry(R"({"dtype":"F32","shape":[2],"data_offsets":[0,4]})", "shape (2)");
  entry(R"({"dtype":"F32","shape":[2],"data_offsets":[0,8]})", "cut short");
  entry(R"({"dtype":"F32","shape":[0],"data_offsets":[0,0]})", "oversized");
  // 2^62 times 2 values of 4 bytes: 0 modulo 2^64.
  entry(R"({"dtype":"F32","shape":[4611686018427387904,4],"data_offsets":[0,0]})", "does not take");
  entry(R"({"dtype":"F32","shape":[18446744073709551615],"data_offsets":[0,4]})", "whole number");
  refused(file_of(R"({"v":{"dtype":"U8","shape":[2],"data_offsets":[0,2]},)"
                  R"("w":{"dtype":"U8","shape":[2],"data_offsets":[1,3]}})",
                  four),
          "overlaps");
  refused(file_of(R"({"v":{"dtype":"U8","shape":[1],"data_offsets":[0,1]},)"
                  R"("w":{"dtype":"U8","shape":[2],"data_offsets":[2,4]}})",
                  four),
          "gap");
  refused(file_of(R"({"w":{"dtype":"U8","shape":[2],"data_offsets":[0,2]},)"
                  R"("w":{"dtype":"U8","shape":[4],"data_offsets":[0,4]}})",
                  four),
          "stands twice");
}

TEST(Safetensors, EveryTruncationIsRefused) {
  const Bytes whole = to_safetensors(example());
  for (std::size_t size = 0; size < whole.size(); ++size)
    EXPECT_THROW(from_safetensors(std::span(whole).first(size), "x"), Error) << size;
}

TEST(Safetensors, EveryBitFlipLoadsAsAFileOfItsOwnOrIsRefused) {
  Bytes bytes = to_safetensors(example());
  std::size_t loaded = 0, refused = 0;
  for (std::size_t bit = 0; bit < 8 * bytes.size(); ++bit) {
    bytes[bit / 8] ^= static_cast<std::uint8_t>(1u << bit % 8);
    try {
      const TensorFile file = from_safetensors(bytes, "x");
      EXPECT_TRUE(same(from_safetensors(to_safetensors(file), "x"), file));
      ++loaded;
    } catch (const Error&) {
      ++refused;
    }
    bytes[bit / 8] ^= static_cast<std::uint8_t>(1u << bit % 8);
  }
  EXPECT_GT(loaded, 100u);   // flips within values and names
  EXPECT_GT(refused, 100u);  // flips within the header
}

TEST(Safetensors, ManyFlipsNeverCrash) {
  const Bytes whole = to_safetensors(example());
  Random random(7, 0);
  for (int trial = 0; trial < 5000; ++trial) {
    Bytes bytes = whole;
    for (std::uint64_t k = 0, count = 1 + random.below(12); k < count; ++k)
      bytes[random.below(bytes.size())] = static_cast<std::uint8_t>(random.next());
    if (random.below(4) == 0) bytes.resize(random.below(bytes.size()));
    try {
      from_safetensors(bytes, "x");
    } catch (const Error&) {
    }
  }
}

TEST(Safetensors, RefusesToWriteWhatItWouldNotRead) {
  TensorFile file;
  file.tensors["w"] = {DType::f32, {2}, {0, 0, 0, 0}};
  EXPECT_THROW(to_safetensors(file), Error);
  file.tensors["w"] = {DType::f32, {-1, -1}, {0, 0, 0, 0}};
  EXPECT_THROW(to_safetensors(file), Error);
  EXPECT_THROW(make_tensor({3}, std::vector<float>{1, 2}), Error);
  EXPECT_THROW(make_tensor({1}, std::vector<float>{1}, DType::i64), Error);
  EXPECT_THROW(to_floats({DType::u8, {1}, {1}}), Error);
}

TEST(FloatFormats, KnownValues) {
  EXPECT_EQ(to_bf16(1.0f), 0x3F80);
  EXPECT_EQ(to_bf16(1.00390625f), 0x3F80);  // halfway between neighbours: to even
  EXPECT_EQ(to_bf16(1.01171875f), 0x3F82);
  EXPECT_EQ(to_bf16(std::numeric_limits<float>::max()), 0x7F80);
  EXPECT_EQ(to_f16(1.0f), 0x3C00);
  EXPECT_EQ(to_f16(65504.0f), 0x7BFF);
  EXPECT_EQ(to_f16(65519.996f), 0x7BFF);
  EXPECT_EQ(to_f16(65520.0f), 0x7C00);
  EXPECT_EQ(to_f16(-0x1p-24f), 0x8001);
  EXPECT_EQ(to_f16(0x1p-25f), 0x0000);
  EXPECT_EQ(to_f16(0x1.8p-24f), 0x0002);
  EXPECT_EQ(to_f16(0x1.FFFp-15f), 0x0400);  // rounds up from the subnormals
  EXPECT_TRUE(std::isnan(from_f16(to_f16(std::nanf("")))));
  EXPECT_TRUE(std::isnan(from_bf16(to_bf16(std::bit_cast<float>(0x7F800001u)))));
}

TEST(FloatFormats, EveryHalfComesBack) {
  for (std::uint32_t bits = 0; bits < 0x10000; ++bits) {
    const auto half = static_cast<std::uint16_t>(bits);
    if (!std::isnan(from_bf16(half))) {
      EXPECT_EQ(to_bf16(from_bf16(half)), half);
    }
    if (!std::isnan(from_f16(half))) {
      EXPECT_EQ(to_f16(from_f16(half)), half);
    }
  }
}

RC_GTEST_PROP(FloatFormats, RoundToTheNearest, (std::uint32_t bits)) {
  const auto value = std::bit_cast<float>(bits);
  RC_PRE(std::isfinite(value));
  for (const bool bf16 : {true, false}) {
    const std::uint16_t half = bf16 ? to_bf16(value) : to_f16(value);
    const auto back = [&](int step) -> double {
      const auto near = static_cast<std::uint16_t>(half + step);
      return bf16 ? from_bf16(near) : from_f16(near);
    };
    if (!std::isfinite(back(0)) || (half & 0x7FFF) == 0) continue;  // at the ends
    const double error = std::fabs(back(0) - value);
    RC_ASSERT(error <= std::fabs(back(-1) - value));
    RC_ASSERT(!std::isfinite(back(1)) || error <= std::fabs(back(1) - value));
  }
}

}  // namespace
}  // namespace toccata::network
