#include "training/publish.h"

#include <fmt/ranges.h>

#include "base/files.h"
#include "base/json.h"
#include "runs/model_card.h"
#include "training/option_list.h"

namespace toccata::training {
namespace {

/// Options whose value is not the default, as a reader of the card would type them.
std::vector<std::pair<std::string, std::string>> recipe(const TrainOptions& options) {
  std::vector<std::pair<std::string, std::string>> list;
  std::vector<std::string> defaults;
  const auto text = [](const auto& field) -> std::string {
    using Field = std::remove_cvref_t<decltype(field)>;
    if constexpr (Worded<Field>) {
      return std::string(to_word(field));
    } else if constexpr (std::is_same_v<Field, std::string>) {
      return field;
    } else if constexpr (std::is_same_v<Field, std::vector<int>>) {
      return fmt::format("{}", fmt::join(field, ","));
    } else {
      return fmt::format("{}", field);
    }
  };
  const TrainOptions usual;
  visit_options(usual, [&](const char*, const char*, const auto& field, const char*) {
    defaults.push_back(text(field));
  });
  std::size_t index = 0;
  visit_options(options, [&](const char* group, const char* key, const auto& field, const char*) {
    const std::string value = text(field);
    const bool about_learning = std::string_view(group) != "Run";
    if (value != defaults[index++] && about_learning) list.emplace_back(key, value);
  });
  return list;
}

std::optional<double> likelihood(const std::optional<double>& loss) {
  return loss ? std::optional(-*loss) : std::nullopt;
}

}  // namespace

void publish(const runs::RunFolder& run, const network::Model& model, const TrainOptions& options,
             const TrainingData& data, const Position& position, const Quality& quality) {
  network::save_model(run.path, model);
  runs::ModelFacts facts;
  facts.name = run.name();
  facts.config = model.config;
  facts.parameters = model.values.size();
  facts.hash = model.hash;
  facts.sources = options.paths;
  for (const Stage& stage : options.stages)
    facts.sources.insert(facts.sources.end(), stage.paths.begin(), stage.paths.end());
  facts.train_pieces = std::ssize(data.train);
  facts.valid_pieces = std::ssize(data.valid);
  facts.test_pieces = std::ssize(data.test);
  facts.train_steps = total_steps(data.train);
  facts.recipe = recipe(options);
  facts.batches = position.update;
  facts.epochs = position.epoch;
  facts.seconds = position.seconds;
  if (position.train_nats > 0)
    facts.notes.push_back(
        fmt::format("Last training loss, over windows and with dropout: {:.4f} nats per time step.",
                    -position.train_nats));
  if (!quality.whole)
    facts.notes.push_back(
        "There was no time to judge all held-out pieces: validation and test are of a sample of "
        "them.");
  facts.valid_nats = likelihood(quality.valid);
  facts.test_nats = likelihood(quality.test);
  facts.baseline_valid_nats = likelihood(quality.baseline_valid);
  facts.baseline_test_nats = likelihood(quality.baseline_test);
  write_file(run.card(), runs::model_card(facts));
}

}  // namespace toccata::training
