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
  for (const auto asked : {PrecisionKind::automatic, PrecisionKind::bf16}) {
    options.precision = asked;
    EXPECT_EQ(resolved_precision(options, true), PrecisionKind::bf16);
    EXPECT_EQ(resolved_precision(options, false), PrecisionKind::f32);
  }
  options.precision = PrecisionKind::f32;
  EXPECT_EQ(resolved_precision(options, true), PrecisionKind::f32);
}

TEST(ResolvedPrecision, OfAGraphicsCardDoesNotHangOnTheProcessor) {
  TrainOptions options;
  options.device = Device::cuda;
  EXPECT_EQ(resolved_precision(options, false), PrecisionKind::tf32);
  options.precision = PrecisionKind::bf16;
  EXPECT_EQ(resolved_precision(options, false), PrecisionKind::bf16);
}

TEST(ResolvedPrecision, WarnsWhoeverAskedForAnother) {
  for (const auto asked : {PrecisionKind::automatic, PrecisionKind::f32, PrecisionKind::bf16})
    for (const bool native : {true, false}) {
      TrainOptions options;
      options.precision = asked;
      Warnings told;
      resolve_precision(options, told, native);
      EXPECT_EQ(options.precision,
                native && asked != PrecisionKind::f32 ? PrecisionKind::bf16 : PrecisionKind::f32);
      ASSERT_EQ(told.texts.size(), asked == PrecisionKind::bf16 && !native ? 1u : 0u);
      if (!told.texts.empty()) {
        EXPECT_THAT(told.texts[0], HasSubstr("computes in f32"));
      }
    }
}

}  // namespace
}  // namespace toccata::training
