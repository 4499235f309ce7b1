#include <fmt/format.h>

#include "cli/shell/about.h"
#include "training/devices.h"

namespace toccata::cli {

std::string about_train() {
  std::string text = fmt::format("{}\n{}", training::torch_text(), processor_text());
  for (const std::string& card : graphics_texts()) text += "\n" + card;
  return text + fmt::format("\ndevices to train on: {}", fmt::join(training::devices(), ", "));
}

}  // namespace toccata::cli
