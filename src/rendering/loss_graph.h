#pragma once
// How training went: the losses of training and validation over the updates done.

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
  std::optional<double> baseline;   // loss of the marginal frequencies: what a model must beat
  std::string x_label = "batches";
  std::string y_label = "loss, nats per time step";
  double width = 960, height = 540;
  Theme theme = Theme::light;
};

/// The training loss faint as measured and strong as a running mean, the validation loss with its
/// lowest point marked, the baseline dashed. The heights shown are those of validation, baseline
/// and all but the wildest of training; an empty graph says that nothing has been measured yet.
Picture loss_graph(const LossGraph& graph);

/// A running mean: each point's with up to `half` neighbours either side; fewer at the beginning,
/// where losses fall fast (a third of the way back), and at the end.
std::vector<Point> running_mean(const std::vector<Point>& points, std::size_t half);

}  // namespace toccata::rendering
