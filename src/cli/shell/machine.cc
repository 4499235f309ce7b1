#include <fmt/format.h>

#include <filesystem>
#include <fstream>
#include <thread>

#include "cli/shell/about.h"
#include "network/stepper.h"
#include "network/training_pass.h"

namespace toccata::cli {
namespace {
namespace fs = std::filesystem;

// What stands after `key` and a colon in a file such as /proc/cpuinfo; empty where it does not.
std::string value_in(const fs::path& path, const std::string& key) {
  std::ifstream file(path);
  for (std::string line; std::getline(file, line);) {
    const std::size_t colon = line.find(':');
    if (line.starts_with(key) && colon != std::string::npos) {
      const std::size_t begin = line.find_first_not_of(" \t", colon + 1);
      return begin == std::string::npos ? "" : line.substr(begin);
    }
  }
  return "";
}

}  // namespace

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
  const std::string name = value_in("/proc/cpuinfo", "model name");
  return fmt::format(
      "processor: {}, {} threads; composing: {}{}; training: {}", name.empty() ? "unknown" : name,
      std::thread::hardware_concurrency(), to_word(network::instruction_sets().front()),
      network::has_native_bf16() ? ", bf16" : "",
      network::training_arithmetics(network::has_native_bf16() ? network::Precision::bf16
                                                               : network::Precision::f32)
          .front());
}

std::vector<std::string> graphics_texts() {
  std::vector<std::string> texts;
  std::error_code code;
  for (fs::directory_iterator entry("/proc/driver/nvidia/gpus", code), end; !code && entry != end;
       entry.increment(code)) {
    const std::string name = value_in(entry->path() / "information", "Model");
    texts.push_back("graphics card: " + (name.empty() ? "unknown" : name));
  }
  return texts;
}

}  // namespace toccata::cli
