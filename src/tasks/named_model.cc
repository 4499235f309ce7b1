#include "tasks/named_model.h"

#include "runs/model_name.h"

namespace toccata::tasks {

namespace {

namespace fs = std::filesystem;

/// The folder of the run that a model folder belongs to.
std::optional<fs::path> run_of(const fs::path& model_folder) {
  const fs::path folder = fs::absolute(model_folder / "").lexically_normal().parent_path();
  if (folder.parent_path().filename() == "checkpoints") return folder.parent_path().parent_path();
  if (fs::exists(folder / "options.toml")) return folder;
  return std::nullopt;
}

}  // namespace

NamedModel load_named(const std::string& name, const std::string& output) {
  NamedModel named;
  named.folder = runs::find_model(name, {.output = output});
  named.model = network::load_model(named.folder);
  if (const auto run = run_of(named.folder))
    named.run = runs::RunFolder{run->lexically_proximate(fs::current_path())};
  return named;
}

std::optional<listening::Profile> profile_of(const fs::path& model_folder) {
  if (auto profile = listening::read_profile(model_folder)) return profile;
  const auto run = run_of(model_folder);
  return run ? listening::read_profile(*run) : std::nullopt;
}

composing::Manner manner_of(const fs::path& model_folder) {
  const std::optional<listening::Profile> profile = profile_of(model_folder);
  return profile ? composing::manner_of(*profile) : composing::Manner{};
}

}  // namespace toccata::tasks
