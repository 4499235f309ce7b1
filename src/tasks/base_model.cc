#include "tasks/base_model.h"

#include <algorithm>

#include "base/error.h"
#include "base/text.h"
#include "listening/likelihood.h"
#include "music/excerpt.h"
#include "network/model/adapt.h"
#include "runs/model_name.h"
#include "training/restore.h"

namespace toccata::tasks {
namespace {

constexpr std::size_t kPieces = 16;  // heard in order to choose
constexpr int kSteps = 256;          // of each

/// The beginnings of some of the pieces, spread over all.
std::vector<corpus::Piece> sample_of(const training::Pieces& pieces) {
  std::vector<corpus::Piece> sample;
  const std::size_t count = std::min(kPieces, pieces.size());
  for (std::size_t i = 0; i < count; ++i) {
    const corpus::Piece& piece = *pieces[i * pieces.size() / count];
    music::Roll room;
    const music::Roll& roll = corpus::whole_roll(piece, room);
    sample.push_back({piece.name, music::excerpt(roll, 0, std::min(kSteps, roll.steps)), ""});
  }
  return sample;
}

}  // namespace

training::Restored load_base(const std::string& name, const std::string& output) {
  training::Restored base;
  base.folder = runs::find_model(name, {.output = output});
  base.model = network::load_model(base.folder);
  base.adapt = true;
  return base;
}

network::Config config_from(const network::Config& base, const music::Options& roll) {
  network::Config config = base;
  config.memory = {};  // it was fitted to what the network said before
  config.roll = roll;
  return config;
}

void add_echoes(network::Config& config, const std::vector<int>& echoes) {
  config.echoes.insert(config.echoes.end(), echoes.begin(), echoes.end());
  std::ranges::sort(config.echoes);
  config.echoes.erase(std::unique(config.echoes.begin(), config.echoes.end()), config.echoes.end());
}

std::optional<ChosenBase> choose_base(const training::TrainOptions& options,
                                      const training::TrainingData& data, Progress& progress,
                                      const Stop& stop) {
  const std::vector<corpus::Piece> sample = sample_of(data.train);
  std::vector<const corpus::Piece*> pieces;
  for (const corpus::Piece& piece : sample) pieces.push_back(&piece);
  if (pieces.empty()) return std::nullopt;
  Progress silent;
  std::optional<ChosenBase> best;
  const training::InMemory counted(training::to_count_on(data.train));
  double most = listening::baseline(counted.pieces(), pieces).per_step();
  std::string told;
  for (const runs::KnownModel& known : runs::known_models({.output = options.output})) {
    if (known.kind != runs::KnownModel::Kind::shipped || !known.offered()) continue;
    training::Restored base;
    try {
      base = load_base(known.path.string(), options.output);
    } catch (const Error& error) {
      progress.warning(fmt::format("{}; it is not learned on from", error.what()));
      continue;
    }
    network::Model model;
    model.config = config_from(base.model.config, options.model.roll);
    if (!network::can_adapt(base.model.config, model.config)) continue;
    model.values = training::adapted_values(base.model, model.config, data.train);
    const listening::Likelihood found =
        listening::likelihood(model, pieces, {.threads = options.threads}, silent, stop);
    if (stop.requested()) return std::nullopt;
    told += fmt::format("{}{} {:.2f}", told.empty() ? "" : ", ", known.name, found.per_step());
    if (found.per_step() <= most) continue;
    most = found.per_step();
    best = {known.name, std::move(base)};
  }
  if (told.empty()) return std::nullopt;
  progress.message(
      fmt::format("{} (nats per step on some of this music, before learning: {}); {}",
                  best ? fmt::format("Learns on from the model {}", best->name)
                       : "Learns from nothing: no shipped model knows such music",
                  told, best ? "--from none learns from nothing" : "--from NAME would learn on"));
  return best;
}

}  // namespace toccata::tasks
