#pragma once
// The likelihoods of many random batches, `evaluate --trials`, as a histogram.

#include <string>
#include <vector>

#include "rendering/picture.h"

namespace toccata::rendering {

struct TrialsPlot {
  std::string title;
  std::vector<double> values;  // log-likelihoods in nats per time step, the higher the better;
                               // those that are not finite are left out, and told of
  std::string x_label = "log-likelihood, nats per time step";
  double width = 960, height = 480;
  Theme theme = Theme::light;
};

struct TrialsSummary {
  double best = 0, median = 0, mean = 0;
  std::size_t count = 0;
};

/// Of the finite values; all zero where there are none.
TrialsSummary summarise(const std::vector<double>& values);

/// Best, median and mean are marked; each trial is a dot below the bars.
Picture trials_plot(const TrialsPlot& plot);

}  // namespace toccata::rendering
