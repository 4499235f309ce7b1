#include "rendering/trials_plot.h"

#include <gmock/gmock.h>

#include <cmath>

#include "rendering/png_size.h"

namespace toccata::rendering {
namespace {

using ::testing::HasSubstr;

TEST(Trials, AreSummedUpByBestMedianAndMean) {
  const TrialsSummary odd = summarise({-5, -9, -4});
  EXPECT_EQ(odd.best, -4);
  EXPECT_EQ(odd.median, -5);
  EXPECT_EQ(odd.mean, -6);
  EXPECT_EQ(summarise({-1, -2, -3, -8}).median, -2.5);
  EXPECT_EQ(summarise({std::nan(""), -2}).count, 1u);
  EXPECT_EQ(summarise({}).count, 0u);
}

TEST(TrialsPlot, TellsItsFiguresInWords) {
  TrialsPlot plot;
  plot.title = "piano: trials";
  plot.values = {-5, -9, -4, std::nan("")};
  const Bytes bytes = to_svg(trials_plot(plot));
  EXPECT_THAT(std::string(bytes.begin(), bytes.end()),
              HasSubstr("Histogram of 3 trials (1 without a finite value left out): best -4.000, "
                        "median -5.000, mean -6.000"));
}

TEST(TrialsPlot, OfManyOfOneAndOfNoneIsDrawn) {
  TrialsPlot plot;
  EXPECT_EQ(png_size(to_png(trials_plot(plot), 1)), std::pair(960, 480));
  plot.values = {-3};
  EXPECT_EQ(png_size(to_png(trials_plot(plot), 1)), std::pair(960, 480));
  for (int i = 0; i < 1000; ++i) plot.values.push_back(-5 - std::sin(i));
  EXPECT_EQ(png_size(to_png(trials_plot(plot), 1)), std::pair(960, 480));
  EXPECT_EQ(to_png(trials_plot(plot)), to_png(trials_plot(plot)));
}

}  // namespace
}  // namespace toccata::rendering
