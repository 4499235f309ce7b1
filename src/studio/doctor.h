#pragma once
// What is found in music before a model learns from it, for the page.

#include <string>

#include "base/json.h"
#include "base/stop.h"

namespace toccata::studio {

/// Reads the folder as `toccata train` does: corpus/report.h as JSON, with at most the first
/// thousand files. Throws Error (usage) where there is no music in it.
OrderedJson examine(const std::string& folder, const Stop& stop);

}  // namespace toccata::studio
