#pragma once
// A model by its name, and the run that it belongs to.

#include <filesystem>
#include <optional>
#include <string>

#include "composing/manner.h"
#include "listening/profile.h"
#include "network/model/weights.h"
#include "runs/run_folder.h"

namespace toccata::tasks {

struct NamedModel {
  network::Model model;
  std::filesystem::path folder;
  std::optional<runs::RunFolder> run;  // the run that it belongs to; none for other model folders
};

/// The model that `name` means (runs/model_name.h), among the runs in the folder `output` and the
/// shipped ones. Throws Error.
NamedModel load_named(const std::string& name, const std::string& output);

/// What is usual in a model's corpus, as far as the model's folder, or that of its run, keeps it.
std::optional<listening::Profile> profile_of(const std::filesystem::path& model_folder);
/// Empty where nothing is kept.
composing::Manner manner_of(const std::filesystem::path& model_folder);

}  // namespace toccata::tasks
