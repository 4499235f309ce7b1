#include "training/checkpoint.h"

#include "base/files.h"
#include "runs/checkpoint.h"
#include "training/options_file.h"

namespace toccata::training {
namespace {
namespace fs = std::filesystem;

constexpr const char* kLearner = "learner.safetensors";
constexpr const char* kPosition = "position.json";

template <typename PositionType, typename Visit>
void visit_position(PositionType& p, Visit&& visit) {
  visit("update", p.update);
  visit("stage", p.stage);
  visit("in_stage", p.in_stage);
  visit("place_epoch", p.place.epoch);
  visit("place_batch", p.place.batch);
  visit("epoch", p.epoch);
  visit("seconds", p.seconds);
  visit("best", p.best);
  visit("best_update", p.best_update);
  visit("looked_update", p.looked_update);
  visit("worse_in_a_row", p.worse_in_a_row);
  visit("nats", p.nats);
  visit("frames", p.frames);
  visit("train_nats", p.train_nats);
}

}  // namespace

OrderedJson to_json(const Position& position) {
  OrderedJson json;
  visit_position(position, [&](const char* key, const auto& field) { json[key] = field; });
  return json;
}

Position position_from_json(const Json& json, std::string_view where) {
  Position position;
  visit_position(position, [&](const char* key, auto& field) {
    // Checkpoints of before that field was have none.
    if (std::string_view(key) == "train_nats" && !json.contains(key)) return;
    field = json_get<std::remove_cvref_t<decltype(field)>>(json, key, where);
  });
  return position;
}

fs::path save_checkpoint(const runs::RunFolder& run, const network::Model& model,
                         const network::TensorFile& learner, const Position& position,
                         const TrainOptions& options) {
  const runs::Checkpoint checkpoint =
      runs::write_checkpoint(run, static_cast<long>(position.update), [&](const fs::path& folder) {
        network::save_model(folder, model);
        write_file(folder / kLearner, network::to_safetensors(learner));
        write_file(folder / kPosition, to_json(position).dump(2) + "\n");
        write_file(folder / "options.toml", to_toml(options));
      });
  if (options.keep_checkpoints > 0) runs::tidy_checkpoints(run, options.keep_checkpoints);
  return checkpoint.path;
}

network::TensorFile read_learner(const fs::path& checkpoint) {
  const fs::path file = checkpoint / kLearner;
  return network::from_safetensors(read_file(file), file.string());
}

std::optional<LoadedCheckpoint> load_newest_checkpoint(const runs::RunFolder& run,
                                                       Progress& progress) {
  const auto newest = runs::newest_checkpoint(run, progress);
  if (!newest) return std::nullopt;
  const fs::path position = newest->path / kPosition;
  return LoadedCheckpoint{newest->path, read_learner(newest->path),
                          position_from_json(read_json(position), position.string())};
}

}  // namespace toccata::training
