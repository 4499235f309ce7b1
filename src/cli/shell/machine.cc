#include <fmt/format.h>

#include <thread>

#include "base/this_process.h"
#include "cli/shell/about.h"
#include "network/step/stepper.h"
#include "network/train/training_pass.h"

namespace toccata::cli {
std::string features_text(const std::vector<Feature>& features) {
  std::vector<std::string> with, without;
  for (const Feature& feature : features)
    (feature.present ? with : without).push_back(feature.name);
  std::string text = fmt::format("features: {}", with.empty() ? "none" : "");
  text += fmt::format("{}", fmt::join(with, ", "));
  if (!without.empty()) text += fmt::format("; built without {}", fmt::join(without, ", "));
  return text;
}

std::string processor_text() {
  const std::string name = processor_name();
  return fmt::format("processor: {}, {} threads; composing: {}{}; training: {}",
                     name.empty() ? "unknown" : name, std::thread::hardware_concurrency(),
                     to_word(network::instruction_sets().front()),
                     network::has_native_int8() ? ", int8" : "",
                     network::training_arithmetic(network::Precision::automatic));
}

std::vector<std::string> graphics_texts() {
  std::vector<std::string> texts;
  for (const std::string& name : graphics_cards())
    texts.push_back("graphics card: " + (name.empty() ? "unknown" : name));
  return texts;
}

}  // namespace toccata::cli
