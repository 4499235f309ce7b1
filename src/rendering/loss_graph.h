#pragma once
// How training went: the log-likelihoods of training and validation over the updates done.

#include <optional>
#include <string>
#include <vector>

#include "rendering/picture.h"

namespace toccata::rendering {

struct Point {
  double x = 0, y = 0;
};

struct LossGraph {
  std::string title;
  std::vector<Point> train, valid;  // by x; points that are not finite are left out
  std::optional<double> baseline;   // of the marginal frequencies: what a model must beat
  std::string x_label = "batches";
  std::string y_label = "nats per time step";
  double width = 960, height = 540;
  Theme theme = Theme::light;
};

/// Log-likelihoods: negative, higher is better. Training's is faint as measured and strong as a
/// running mean, validation's has its highest point marked, the baseline is dashed. The heights
/// shown are those of validation, baseline and all but the wildest of training; an empty graph says
/// that nothing has been measured yet.
Picture loss_graph(const LossGraph& graph);

/// A running mean: each point's with up to `half` neighbours either side; fewer at the beginning,
/// where they rise fast (a third of the way back), and at the end.
std::vector<Point> running_mean(const std::vector<Point>& points, std::size_t half);

}  // namespace toccata::rendering
