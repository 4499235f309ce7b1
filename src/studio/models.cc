#include "studio/models.h"

#include <algorithm>

#include "base/files.h"
#include "network/model/model_files.h"
#include "runs/model_card.h"
#include "tasks/named_model.h"

namespace toccata::studio {
namespace {

namespace fs = std::filesystem;
constexpr std::size_t kMostLoaded = 3;
constexpr std::uint64_t kMostOfCard = std::uint64_t{1} << 20;

void describe(const fs::path& folder, OrderedJson& json) {
  try {
    const network::Config config = network::check_model_files(folder);
    json["grid"] = config.roll.grid;
    json["low"] = config.roll.low;
    json["high"] = config.roll.high;
    json["articulation"] = config.roll.articulation;
    json["time_units"] = config.time_units;
    json["note_units"] = config.note_units;
    json["parameters"] = network::parameter_count(config);
    if (fs::exists(folder / "README.md")) {
      const auto nats = runs::valid_nats_of_card(read_text(folder / "README.md", kMostOfCard));
      if (nats) json["valid_nats"] = *nats;
    }
  } catch (const Error& error) {
    json["problem"] = error.what();
    json["complete"] = false;
  }
}

}  // namespace

OrderedJson Models::list() const {
  OrderedJson models = OrderedJson::array();
  std::vector<runs::KnownModel> all = runs::known_models(places_);
  for (runs::KnownModel& known : all) {
    OrderedJson json;
    json["name"] = known.name;
    json["kind"] = runs::to_word(known.kind);
    json["complete"] = known.complete;
    if (known.complete) describe(known.path, json);
    known.complete = json["complete"];  // a damaged one is not chosen
    models.push_back(std::move(json));
  }
  const std::string usual = runs::default_model(all);
  for (OrderedJson& json : models)
    if (json["name"] == usual) json["default"] = true;
  return models;
}

fs::path Models::folder_of(std::string_view name) const {
  const std::size_t at = std::min(name.find('@'), name.size());
  const std::string_view base = name.substr(0, at);
  const bool checkpoint = at < name.size() && name.find('/', at) == std::string_view::npos;
  for (const runs::KnownModel& known : runs::known_models(places_)) {
    if (known.name != base) continue;
    if (base == name && known.complete) return known.path;
    if (base == name) fail_usage("the run \"{}\" has written no model yet", name);
    if (checkpoint && known.kind == runs::KnownModel::Kind::run) {
      return runs::find_model(name, places_);
    }
  }
  fail_usage("there is no model \"{}\" here; GET /api/models lists them", name.substr(0, 100));
}

std::shared_ptr<const network::Model> Models::get(std::string_view name) {
  const std::lock_guard lock(mutex_);
  const fs::path folder = folder_of(name);
  const auto written = fs::last_write_time(folder / "model.safetensors");
  const auto found = std::find_if(loaded_.begin(), loaded_.end(), [&](const Loaded& loaded) {
    return loaded.folder == folder && loaded.written == written;
  });
  if (found != loaded_.end()) {
    std::rotate(loaded_.begin(), found, found + 1);
  } else {
    auto model = std::make_shared<const network::Model>(network::load_model(folder));
    loaded_.insert(loaded_.begin(), {folder, written, std::move(model)});
    if (loaded_.size() > kMostLoaded) loaded_.pop_back();
  }
  return loaded_.front().model;
}

composing::Manner Models::manner_of(std::string_view name) const {
  return tasks::manner_of(folder_of(name));
}

}  // namespace toccata::studio
