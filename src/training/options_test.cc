#include "training/options.h"

#include <gmock/gmock.h>

namespace toccata::training {
namespace {

using testing::HasSubstr;

struct Warnings : Progress {
  std::vector<std::string> texts;
  void warning(std::string_view text) override { texts.emplace_back(text); }
};

TEST(ResolvedPrecision, IsNeverBf16OnAProcessorThatCannotMultiplyIt) {
  TrainOptions options;
  for (const auto asked : {TrainPrecision::automatic, TrainPrecision::bf16}) {
    options.precision = asked;
    EXPECT_EQ(resolved_precision(options, false), TrainPrecision::f32);
  }
  EXPECT_EQ(resolved_precision(options, true), TrainPrecision::bf16);
  // By itself training takes it only where it is faster.
  options.precision = TrainPrecision::automatic;
  EXPECT_EQ(resolved_precision(options, true),
            network::bf16_is_faster() ? TrainPrecision::bf16 : TrainPrecision::f32);
  options.precision = TrainPrecision::f32;
  EXPECT_EQ(resolved_precision(options, true), TrainPrecision::f32);
}

TEST(ResolvedPrecision, OfAGraphicsCardDoesNotHangOnTheProcessor) {
  TrainOptions options;
  options.device = Device::cuda;
  EXPECT_EQ(resolved_precision(options, false), TrainPrecision::tf32);
  options.precision = TrainPrecision::bf16;
  EXPECT_EQ(resolved_precision(options, false), TrainPrecision::bf16);
}

TEST(ResolvedPrecision, WarnsWhoeverAskedForAnother) {
  for (const auto asked : {TrainPrecision::automatic, TrainPrecision::f32, TrainPrecision::bf16})
    for (const bool native : {true, false}) {
      TrainOptions options;
      options.precision = asked;
      Warnings told;
      resolve_precision(options, told, native);
      const bool wanted = asked == TrainPrecision::automatic ? network::bf16_is_faster()
                                                             : asked == TrainPrecision::bf16;
      EXPECT_EQ(options.precision, native && wanted ? TrainPrecision::bf16 : TrainPrecision::f32);
      ASSERT_EQ(told.texts.size(), asked == TrainPrecision::bf16 && !native ? 1u : 0u);
      if (!told.texts.empty()) {
        EXPECT_THAT(told.texts[0], HasSubstr("computes in f32"));
      }
    }
}

}  // namespace
}  // namespace toccata::training
