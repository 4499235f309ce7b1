#pragma once
// The README.md of a model folder: what the model is, what it learned from, how good it is.

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "network/model/config.h"

namespace toccata::runs {

struct ModelFacts {
  std::string name;
  network::Config config;
  std::size_t parameters = 0;
  std::string hash;  // network::Model::hash
  // What it learned from.
  std::vector<std::string> sources;  // the PATHs of train, or the names of corpora
  std::string licence;               // of the data; empty if not known
  std::string attribution;
  std::string
      base;  // the model that it learned on from, and what its card says of licences; empty: none
  std::int64_t train_pieces = 0, valid_pieces = 0, test_pieces = 0;
  std::int64_t train_steps = 0;
  // How it was trained: (option, value), in the order of the card.
  std::vector<std::pair<std::string, std::string>> recipe;
  std::int64_t batches = 0;
  double epochs = 0;
  double seconds = 0;
  // How good: log-likelihood in nats per time step (negative, higher is better).
  std::optional<double> train_nats, valid_nats, test_nats;
  std::optional<double> baseline_valid_nats, baseline_test_nats;  // marginal frequencies
  std::vector<std::string> notes;  // paragraphs on what it is good and bad at
};

/// The card as Markdown. The same facts give the same text.
std::string model_card(const ModelFacts& facts);

/// Of a model that learned on from the model `name` with the text `card`: ModelFacts::base. It
/// names that model, and holds each line of its card that speaks of a licence.
std::string base_of_card(const std::string& name, const std::string& card);

/// "valid_nats_per_step" as model_card wrote it, read back from the text of a README.md; nullopt if
/// it has none.
std::optional<double> valid_nats_of_card(const std::string& card);

}  // namespace toccata::runs
