#pragma once
// A model's two files, looked at without being loaded.

#include <filesystem>

#include "network/model/config.h"

namespace toccata::network {

/// The config of a model folder whose files are whole, as far as that shows without reading the
/// values: sizes, names, shapes and types. Throws what load_model throws of these.
Config check_model_files(const std::filesystem::path& folder);

}  // namespace toccata::network
