#include "network/model/weights.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <fstream>
#include <functional>
#include <limits>

#include "base/random.h"
#include "network/model/safetensors.h"
#include "support/temporary_folder.h"

namespace toccata::network {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::ThrowsMessage;

Config small() {
  Config config;
  config.roll.low = 60;
  config.roll.high = 63;
  config.window = 3;
  config.time_units = {5, 4};
  config.note_units = {3};
  return config;
}

Model small_model() {
  Model model{small(), initial_values(small(), 1), ""};
  model.hash = model_hash(model.config, model.values);
  return model;
}

TEST(Weights, AreLaidOutAsTheHeaderSays) {
  const std::vector<Parameter> list = parameters(small());
  std::vector<std::string> names;
  for (const Parameter& p : list) names.push_back(p.name + " " + shape_text(p.shape));
  EXPECT_THAT(names,
              ElementsAre("time_lstm.0.weight_ih_l0 (20, 36)", "time_lstm.0.weight_hh_l0 (20, 5)",
                          "time_lstm.0.bias_ih_l0 (20)", "time_lstm.0.bias_hh_l0 (20)",
                          "time_lstm.1.weight_ih_l0 (16, 5)", "time_lstm.1.weight_hh_l0 (16, 4)",
                          "time_lstm.1.bias_ih_l0 (16)", "time_lstm.1.bias_hh_l0 (16)",
                          "note_lstm.0.weight_ih_l0 (12, 6)", "note_lstm.0.weight_hh_l0 (12, 3)",
                          "note_lstm.0.bias_ih_l0 (12)", "note_lstm.0.bias_hh_l0 (12)",
                          "head.weight (2, 3)", "head.bias (2)"));
  std::size_t offset = 0;
  for (const Parameter& p : list) {
    EXPECT_EQ(p.offset, offset);
    offset += p.size;
  }
  EXPECT_EQ(parameter_count(small()), offset);
}

TEST(Weights, TheLayersThatMixThePastStandBetweenTheAxes) {
  Config config = small();
  config.mix_units = 2;
  const std::vector<Parameter> list = parameters(config);
  std::vector<std::string> names;
  for (std::size_t p = 8; p < 17; ++p)
    names.push_back(list[p].name + " " + shape_text(list[p].shape));
  EXPECT_THAT(names,
              ElementsAre("mix_lstm.up.weight_ih_l0 (8, 4)", "mix_lstm.up.weight_hh_l0 (8, 2)",
                          "mix_lstm.up.bias_ih_l0 (8)", "mix_lstm.up.bias_hh_l0 (8)",
                          "mix_lstm.down.weight_ih_l0 (8, 4)", "mix_lstm.down.weight_hh_l0 (8, 2)",
                          "mix_lstm.down.bias_ih_l0 (8)", "mix_lstm.down.bias_hh_l0 (8)",
                          "note_lstm.0.weight_ih_l0 (12, 10)"));
  const std::vector<float> values = initial_values(config, 5);
  const WeightSlices<const float> weights = slices(config, values.data());
  for (const Mix& mix : kMixes) {
    const LstmSlice<const float>& layer = weights[mix.stack].at(0);
    EXPECT_GT(layer.bias_ih[2], 1 - 1 / std::sqrt(2.0));  // the forget gates', raised
    EXPECT_LT(std::fabs(layer.bias_ih[0]), 1 / std::sqrt(2.0));
  }
}

TEST(Weights, AHeadANoteAddsTheNotesInFront) {
  Config config = small();
  config.heads = Heads::per_note;
  const std::vector<Parameter> list = parameters(config);
  EXPECT_THAT(list[list.size() - 2].shape, ElementsAre(4, 2, 3));
  EXPECT_THAT(list.back().shape, ElementsAre(4, 2));
  EXPECT_EQ(parameter_count(config), parameter_count(small()) + 3 * (2 * 3 + 2));
  const std::vector<float> values = initial_values(config, 5);
  const float* heads = slices(config, values.data()).head_weight;
  for (int row = 1; row < 8; ++row)  // each drawn for itself
    EXPECT_FALSE(std::equal(heads, heads + 3, heads + row * 3)) << row;
}

TEST(Weights, SlicesPointWhereTheParametersAre) {
  for (const Heads heads : {Heads::shared, Heads::per_note}) {
    Config config = small();
    config.heads = heads;
    config.mix_units = 2;
    const std::vector<float> values(parameter_count(config));
    const WeightSlices<const float> weights = slices(config, values.data());
    std::vector<const float*> pointers;
    for (const auto& layers : weights.stacks)
      for (const LstmSlice<const float>& layer : layers)
        for (const float* p : {layer.weight_ih, layer.weight_hh, layer.bias_ih, layer.bias_hh})
          pointers.push_back(p);
    pointers.push_back(weights.head_weight);
    pointers.push_back(weights.head_bias);
    const std::vector<Parameter> list = parameters(config);
    ASSERT_EQ(pointers.size(), list.size());
    for (std::size_t i = 0; i < list.size(); ++i)
      EXPECT_EQ(pointers[i], values.data() + list[i].offset) << list[i].name;
    EXPECT_EQ(weights[Stack::note][0].input, 10);
    EXPECT_EQ(weights[Stack::time][1].hidden, 4);
  }
}

TEST(Weights, InitialValuesAreUniformWithTheForgetGateRaised) {
  Config config;
  config.time_units = {100};
  config.note_units = {64};
  const std::vector<float> values = initial_values(config, 5, 1.0f);
  EXPECT_EQ(values, initial_values(config, 5, 1.0f));
  EXPECT_NE(values, initial_values(config, 6, 1.0f));
  const WeightSlices<const float> weights = slices(config, values.data());
  const auto bounds = [](const float* from, int count) {
    const auto [low, high] = std::minmax_element(from, from + count);
    return std::pair(*low, *high);
  };
  const auto [low, high] = bounds(weights[Stack::time][0].weight_hh, 400 * 100);
  EXPECT_GE(low, -0.1f);
  EXPECT_LT(low, -0.0999f);
  EXPECT_LE(high, 0.1f);
  EXPECT_GT(high, 0.0999f);
  const auto [forget_low, forget_high] = bounds(weights[Stack::time][0].bias_ih + 100, 100);
  EXPECT_GE(forget_low, 0.9f);
  EXPECT_LE(forget_high, 1.1f);
  EXPECT_LE(bounds(weights[Stack::time][0].bias_hh, 400).second, 0.1f);
  EXPECT_LE(bounds(weights.head_weight, 128).second, 0.125f);
  EXPECT_GT(bounds(weights.head_weight, 128).second, 0.11f);
}

TEST(ModelFiles, ComeBackBitForBit) {
  const TemporaryFolder folder;
  const Model model = small_model();
  EXPECT_EQ(save_model(folder.path() / "m", model), model.hash);
  const Model loaded = load_model(folder.path() / "m");
  EXPECT_EQ(loaded.config, model.config);
  EXPECT_EQ(loaded.values, model.values);
  EXPECT_EQ(loaded.hash, model.hash);
}

TEST(ModelFiles, OfAHeadANoteComeBackBitForBit) {
  const TemporaryFolder folder;
  Model model = small_model();
  model.config.heads = Heads::per_note;
  model.values = initial_values(model.config, 1);
  save_model(folder.path() / "m", model);
  const Model loaded = load_model(folder.path() / "m");
  EXPECT_EQ(loaded.config, model.config);
  EXPECT_EQ(loaded.values, model.values);
}

TEST(ModelFiles, StoredNarrowTheyAreTheRoundedModelWithAHashOfItsOwn) {
  const TemporaryFolder folder;
  const Model model = small_model();
  for (const DType type : {DType::bf16, DType::f16}) {
    const std::string hash = save_model(folder.path(), model, type);
    const Model loaded = load_model(folder.path());
    EXPECT_EQ(loaded.hash, hash);
    EXPECT_NE(loaded.hash, model.hash);
    for (std::size_t i = 0; i < model.values.size(); ++i)
      EXPECT_NEAR(loaded.values[i], model.values[i], std::fabs(model.values[i]) / 128);
    EXPECT_EQ(save_model(folder.path(), loaded, DType::f32), hash);
  }
}

/// The message of loading a model whose tensors `change` changed after it was written.
std::string message_after(const std::function<void(TensorFile&)>& change) {
  const TemporaryFolder folder;
  save_model(folder.path(), small_model());
  const std::filesystem::path path = folder.path() / "model.safetensors";
  TensorFile file = from_safetensors(read_file(path), "x");
  change(file);
  write_file(path, to_safetensors(file));
  try {
    load_model(folder.path());
  } catch (const Error& error) {
    return error.what();
  }
  return "loaded";
}

TEST(ModelFiles, ForeignTensorsAreRefusedByName) {
  EXPECT_EQ(message_after([](TensorFile&) {}), "loaded");
  EXPECT_THAT(message_after([](TensorFile& f) { f.tensors.erase("head.bias"); }),
              HasSubstr("\"head.bias\" (2) is missing"));
  EXPECT_THAT(message_after([](TensorFile& f) {
                f.tensors["extra"] = make_tensor({1}, std::vector<float>{0});
              }),
              HasSubstr("\"extra\" (1) belongs to no layer"));
  EXPECT_THAT(message_after([](TensorFile& f) {
                f.tensors["head.bias"] = make_tensor({3}, std::vector<float>{0, 0, 0});
              }),
              AllOf(HasSubstr("asks for shape (2)"), HasSubstr("the file has (3)")));
  EXPECT_THAT(message_after([](TensorFile& f) {
                f.tensors["head.bias"] = {DType::u8, {2}, {0, 0}};
              }),
              HasSubstr("found U8"));
  EXPECT_THAT(message_after([](TensorFile& f) {
                f.tensors["head.bias"] = make_tensor({2}, std::vector<float>{0, std::nanf("")});
              }),
              HasSubstr("\"head.bias\": value 1 of 2 is nan"));
  const auto other_bias = [](TensorFile& f) {
    f.tensors["head.bias"] = make_tensor({2}, std::vector<float>{0, 1});
  };
  EXPECT_THAT(message_after(other_bias), HasSubstr("do not match the hash"));
  EXPECT_EQ(message_after([&](TensorFile& f) {
              other_bias(f);
              f.metadata.clear();
            }),
            "loaded");
}

TEST(ModelFiles, MissingShortAndOversizedFilesAreRefused) {
  const TemporaryFolder folder;
  EXPECT_THAT([&] { load_model(folder.path() / "none"); },
              ThrowsMessage<Error>(HasSubstr("found nothing")));
  EXPECT_THAT([&] { load_model(folder.path()); }, ThrowsMessage<Error>(HasSubstr("config.json")));
  save_model(folder.path(), small_model());
  const std::filesystem::path path = folder.path() / "model.safetensors";
  const Bytes whole = read_file(path);
  write_file(path, std::span(whole).first(whole.size() - 1));
  EXPECT_THAT([&] { load_model(folder.path()); }, ThrowsMessage<Error>(HasSubstr("cut short")));
  Bytes longer = whole;
  longer.push_back(0);
  write_file(path, longer);
  EXPECT_THAT([&] { load_model(folder.path()); }, ThrowsMessage<Error>(HasSubstr("oversized")));
  std::filesystem::remove(path);
  EXPECT_THAT([&] { load_model(folder.path()); },
              ThrowsMessage<Error>(HasSubstr("model.safetensors")));
}

TEST(ModelFiles, ADamagedBitInAnyByteIsFound) {
  const TemporaryFolder folder;
  const Model model = small_model();
  save_model(folder.path(), model);
  const auto header = [](const Bytes& bytes) { return 8 + bytes[0] + 256U * bytes[1]; };
  for (const char* name : {"config.json", "model.safetensors"}) {
    const std::filesystem::path path = folder.path() / name;
    const Bytes whole = read_file(path);
    const auto expect_refused = [&](const Bytes& bytes, std::size_t place) {
      std::ofstream(path, std::ios::binary)
          .write(reinterpret_cast<const char*>(bytes.data()), std::ssize(bytes));
      EXPECT_THROW(load_model(folder.path()), Error) << name << ", byte " << place;
    };
    // A bit of each byte of what says something, and some of the numbers'.
    const std::size_t all = whole[0] == '{' ? whole.size() : header(whole);
    Random random(3, 0);
    for (std::size_t trial = 0; trial < all + 50; ++trial) {
      const std::size_t place = trial < all ? trial : random.below(whole.size());
      Bytes bytes = whole;
      bytes[place] ^= static_cast<std::uint8_t>(1u << random.below(8));
      expect_refused(bytes, place);
    }
    for (int trial = 0; trial < 20; ++trial)
      expect_refused(Bytes(whole.begin(),
                           whole.begin() + static_cast<std::ptrdiff_t>(random.below(whole.size()))),
                     0);
    write_file(path, whole);
  }
  EXPECT_EQ(load_model(folder.path()).values, model.values);
}

TEST(ModelFiles, ValuesThatCannotBeStoredAreRefusedBeforeAnythingIsWritten) {
  const TemporaryFolder folder;
  Model model = small_model();
  model.values[3] = 70000;
  EXPECT_THAT([&] { save_model(folder.path(), model, DType::f16); },
              ThrowsMessage<Error>(HasSubstr("not a finite number")));
  model.values[3] = std::numeric_limits<float>::infinity();
  EXPECT_THROW(save_model(folder.path(), model), Error);
  model.values.pop_back();
  EXPECT_THROW(save_model(folder.path(), model), Error);
  EXPECT_TRUE(std::filesystem::is_empty(folder.path()));
}

}  // namespace
}  // namespace toccata::network
