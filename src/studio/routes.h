#pragma once
// The studio's routes, one table a part: docs/api.md says what each takes and gives.

#include <optional>
#include <vector>

#include "studio/compositions.h"
#include "studio/models.h"
#include "studio/router.h"
#include "studio/training_runs.h"

namespace toccata::studio {

/// Composing: /api/compositions…
std::vector<Route> compose_routes(Compositions& compositions, Models& models,
                                  const OrderLimits& limits);

/// Music: reading, scoring and rendering what the page sends; the soundfont.
std::vector<Route> music_routes(Models& models, const OrderLimits& limits,
                                std::optional<std::filesystem::path> soundfont);

/// Training: /api/folders, /api/runs…
std::vector<Route> training_routes(TrainingRuns& training);

/// The page itself.
std::vector<Route> page_routes();

}  // namespace toccata::studio
