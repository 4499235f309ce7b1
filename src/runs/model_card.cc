#include "runs/model_card.h"

#include <fmt/format.h>
#include <sstream>

#include "base/text.h"
#include "network/model/layers.h"

namespace toccata::runs {
namespace {

constexpr std::string_view kValidKey = "valid_nats_per_step: ";

// A value inside YAML's double quotes.
std::string yaml_string(std::string_view text) {
  std::string result = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') result += '\\';
    result += static_cast<unsigned char>(c) < 0x20 ? ' ' : c;
  }
  return result + "\"";
}

std::string duration(double seconds) {
  const auto whole = static_cast<long>(seconds + 0.5);
  if (whole < 60) return fmt::format("{} s", whole);
  if (whole < 3600) return fmt::format("{} min {} s", whole / 60, whole % 60);
  return fmt::format("{} h {} min", whole / 3600, whole / 60 % 60);
}

std::string front_matter(const ModelFacts& facts) {
  std::string text = "---\n";
  text += fmt::format("name: {}\n", yaml_string(facts.name));
  text += "library_name: toccata\ntags: [music, midi, biaxial-lstm]\n";
  if (!facts.licence.empty()) text += fmt::format("data_licence: {}\n", yaml_string(facts.licence));
  if (!facts.hash.empty()) text += fmt::format("hash: {}\n", facts.hash);
  if (facts.valid_nats) text += fmt::format("{}{:.6f}\n", kValidKey, *facts.valid_nats);
  if (facts.test_nats) text += fmt::format("test_nats_per_step: {:.6f}\n", *facts.test_nats);
  return text + "---\n";
}

std::string music_read(const network::Config& config) {
  const music::Options& roll = config.roll;
  const char* outside = roll.out_of_range == music::OutOfRange::fold   ? "folded into it by octaves"
                        : roll.out_of_range == music::OutOfRange::drop ? "left out"
                                                                       : "refused";
  return fmt::format(
      "It reads and writes MIDI pitches {} to {} ({} notes; others are {}) on a grid of {} steps "
      "per quarter note, {}, {}, {}.\n",
      roll.low, roll.high, roll.notes(), outside, roll.grid,
      roll.articulation ? "with articulation (held and struck notes differ)"
                        : "without articulation",
      roll.pedal == music::Pedal::extend ? "the sustain pedal lengthening notes" : "without pedal",
      roll.drums ? "drums read as pitches" : "without drums");
}

void add_likelihoods(const ModelFacts& facts, std::string& text) {
  const auto cell = [](const std::optional<double>& value) {
    return value ? fmt::format("{:.4f}", *value) : std::string("not measured");
  };
  text +=
      "\n## How good it is\n\nExact log-likelihood in nats per time step (whole pieces, every "
      "frame counted, "
      "dropout off; higher is better), beside that of each note's marginal frequency:\n\n"
      "| pieces | this model | marginal frequencies |\n|---|---|---|\n";
  if (facts.train_nats) text += fmt::format("| training | {} | |\n", cell(facts.train_nats));
  text += fmt::format("| validation | {} | {} |\n", cell(facts.valid_nats),
                      cell(facts.baseline_valid_nats));
  text +=
      fmt::format("| test | {} | {} |\n", cell(facts.test_nats), cell(facts.baseline_test_nats));
}

}  // namespace

std::string model_card(const ModelFacts& facts) {
  std::string text = front_matter(facts);
  text += fmt::format(
      "# {}\n\nA biaxial LSTM that composes polyphonic music, trained by Toccata.\n\n", facts.name);
  text += fmt::format("LSTM layers and their units: {}. {} parameters.\n",
                      network::layers_text(facts.config), facts.parameters);
  text += music_read(facts.config);
  text += fmt::format("\n    toccata generate {0}\n    toccata evaluate {0} FOLDER\n", facts.name);

  text += "\n## What it learned from\n\n";
  for (const std::string& source : facts.sources) text += fmt::format("- {}\n", source);
  text += fmt::format("\n{} to train on ({}), {} for validation, {} for testing.\n",
                      counted(facts.train_pieces, "piece"), counted(facts.train_steps, "time step"),
                      facts.valid_pieces, facts.test_pieces);
  text += fmt::format("Licence of the music: {}.\n",
                      facts.licence.empty() ? "not stated by whoever trained it" : facts.licence);
  if (!facts.attribution.empty()) text += facts.attribution + "\n";
  if (!facts.base.empty()) text += "\n" + facts.base + "\n";

  text += fmt::format("\n## How it was trained\n\n{}, {:.1f} epochs, {}.\n",
                      counted(facts.batches, "batch"), facts.epochs, duration(facts.seconds));
  if (!facts.recipe.empty()) {
    text += "\n| option | value |\n|---|---|\n";
    for (const auto& [option, value] : facts.recipe)
      text += fmt::format("| {} | {} |\n", option, value);
  }
  add_likelihoods(facts, text);
  if (!facts.notes.empty()) text += "\n## Good and bad at\n";
  for (const std::string& note : facts.notes) text += "\n" + note + "\n";
  return text;
}

std::string base_of_card(const std::string& name, const std::string& card) {
  std::string text = fmt::format("It learned on from the weights of the model {}.", name);
  std::istringstream lines(card);
  for (std::string line; std::getline(lines, line);) {
    const bool speaks = line.starts_with("Licence of") || line.starts_with("It learned on from");
    if (speaks) text += " " + line;
  }
  return text;
}

std::optional<double> valid_nats_of_card(const std::string& card) {
  if (!card.starts_with("---\n")) return std::nullopt;
  const std::string_view front = std::string_view(card).substr(0, card.find("\n---\n", 3));
  const std::size_t found = front.find("\n" + std::string(kValidKey));
  if (found == std::string_view::npos) return std::nullopt;
  const std::string_view rest = front.substr(found + 1 + kValidKey.size());
  return parse_number<double>(rest.substr(0, rest.find_first_of("\r\n ")));
}

}  // namespace toccata::runs
