#include "rendering/loss_graph.h"

#include <gmock/gmock.h>

#include <cmath>
#include <limits>

#include "rendering/png_size.h"

namespace toccata::rendering {
namespace {

using ::testing::HasSubstr;

LossGraph graph() {
  LossGraph made;
  made.title = "piano: loss";
  for (int i = 1; i <= 100; ++i) made.train.push_back({i * 100.0, -5 - 40.0 / i});
  made.valid = {{1000, -9}, {5000, -6.25}, {10000, -7}};
  made.baseline = -9.8;
  return made;
}

std::string svg_of(const LossGraph& graph) {
  const Bytes bytes = to_svg(loss_graph(graph));
  return {bytes.begin(), bytes.end()};
}

TEST(LossGraph, NamesItsAxesItsBestPointAndItsBaseline) {
  const std::string svg = svg_of(graph());
  for (const char* label : {"<title>piano: loss</title>", "batches", "nats per time step",
                            "best -6.250 at 5000 batches", "Marginal frequencies: -9.800"})
    EXPECT_THAT(svg, HasSubstr(label));
}

TEST(LossGraph, HasTheSizeAskedFor) {
  LossGraph small = graph();
  small.width = 600;
  small.height = 400;
  EXPECT_EQ(png_size(to_png(loss_graph(small), 1)), std::pair(600, 400));
}

TEST(LossGraph, IsTheSameBytesEachTimeAndAnotherOneInTheDark) {
  LossGraph dark = graph();
  dark.theme = Theme::dark;
  EXPECT_EQ(to_png(loss_graph(graph())), to_png(loss_graph(graph())));
  EXPECT_NE(to_png(loss_graph(graph())), to_png(loss_graph(dark)));
}

TEST(LossGraph, WithoutPointsSaysSo) {
  LossGraph empty;
  EXPECT_THAT(svg_of(empty), HasSubstr("Training: 0 points. Validation: 0 points."));
  LossGraph with_point;
  with_point.train = {{1, 5}};
  EXPECT_NE(to_png(loss_graph(empty)), to_png(loss_graph(with_point)));
}

TEST(LossGraph, PointsThatAreNoNumbersAreLeftOut) {
  LossGraph broken = graph();
  broken.train.insert(broken.train.begin() + 5, {550, std::nan("")});
  broken.valid.push_back({10000, std::numeric_limits<double>::infinity()});
  EXPECT_EQ(to_svg(loss_graph(broken)), to_svg(loss_graph(graph())));
  LossGraph all_nan;
  all_nan.train = {{1, std::nan("")}};
  all_nan.baseline = std::nan("");
  EXPECT_EQ(to_svg(loss_graph(all_nan)), to_svg(loss_graph(LossGraph{})));
}

TEST(LossGraph, OfOneValueOrOfZerosIsDrawn) {
  LossGraph flat;
  flat.train = {{0, 0}, {0, 0}};
  EXPECT_EQ(png_size(to_png(loss_graph(flat), 1)), std::pair(960, 540));
  flat.baseline = 0;
  flat.valid = {{5, 0}};
  EXPECT_EQ(png_size(to_png(loss_graph(flat), 1)), std::pair(960, 540));
}

TEST(RunningMean, OfALineIsTheLineWhereNeighboursReachBothWays) {
  std::vector<Point> line;
  for (int i = 0; i < 50; ++i) line.push_back({static_cast<double>(i), 2.0 * i});
  const auto means = running_mean(line, 4);
  ASSERT_EQ(means.size(), line.size());
  for (std::size_t i = 0; i < 46; ++i) EXPECT_DOUBLE_EQ(means[i].y, line[i].y) << i;
  EXPECT_DOUBLE_EQ(means[49].y, (98 + 96 + 94 + 92 + 90) / 5.0);
  EXPECT_TRUE(running_mean({}, 3).empty());
}

}  // namespace
}  // namespace toccata::rendering
