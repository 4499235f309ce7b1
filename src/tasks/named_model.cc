#include "tasks/named_model.h"

#include "runs/model_name.h"

namespace toccata::tasks {

NamedModel load_named(const std::string& name, const std::string& output) {
  namespace fs = std::filesystem;
  NamedModel named;
  named.folder = runs::find_model(name, {.output = output});
  named.model = network::load_model(named.folder);
  const fs::path folder = fs::absolute(named.folder / "").lexically_normal().parent_path();
  if (folder.parent_path().filename() == "checkpoints") {
    named.run = runs::RunFolder{folder.parent_path().parent_path()};
  } else if (fs::exists(folder / "options.toml")) {
    named.run = runs::RunFolder{folder};
  }
  if (named.run) named.run->path = named.run->path.lexically_proximate(fs::current_path());
  return named;
}

std::optional<listening::Profile> profile_of(const NamedModel& named) {
  auto profile = listening::read_profile(named.folder);
  return !profile && named.run ? listening::read_profile(named.run->path) : profile;
}

composing::Manner manner_of(const NamedModel& named) {
  const std::optional<listening::Profile> profile = profile_of(named);
  return profile ? composing::manner_of(*profile) : composing::Manner{};
}

}  // namespace toccata::tasks
