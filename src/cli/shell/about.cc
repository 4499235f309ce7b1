#include "cli/shell/about.h"

#include <fmt/format.h>

#include "runs/model_name.h"
#include "training/backend.h"

namespace toccata::cli {

std::string about_toccata() {
  std::string text = features_text({{"pictures", TOCCATA_HAS_PICTURES},
                                    {"sound", TOCCATA_HAS_SOUND},
                                    {"MIDI ports", TOCCATA_HAS_PORTS},
                                    {"studio", TOCCATA_HAS_PAGE}});
  text += fmt::format("\n{}", processor_text());
  const std::vector<std::string> cards = graphics_texts();
  for (const std::string& card : cards) text += fmt::format("\n{}", card);
  const auto torch = training::torch_plugin_path();
  text += "\ntraining on graphics cards and in several processes: ";
  text += torch.empty() ? "toccata-torch is not installed" : torch.string();
  // LibTorch takes a second to load: it is asked only where there is a card.
  if (!torch.empty() && !cards.empty()) {
    const training::TorchPlugin& plugin = training::torch_plugin("--version");
    text += fmt::format("\n{}; devices to train on: {}", plugin.text(),
                        fmt::join(plugin.devices(), ", "));
  }
  for (const auto& folder : runs::shipped_folders())
    text += fmt::format("\nmodels: {}", folder.string());
  return text;
}

}  // namespace toccata::cli
