#include "cli/shell/about.h"

#include <fmt/format.h>

#include "cli/commands/train_handover.h"
#include "runs/model_name.h"

namespace toccata::cli {

std::string about_toccata() {
  std::string text = features_text({{"pictures", TOCCATA_HAS_PICTURES},
                                    {"sound", TOCCATA_HAS_SOUND},
                                    {"MIDI ports", TOCCATA_HAS_PORTS},
                                    {"studio", TOCCATA_HAS_PAGE}});
  text += "\n" + processor_text();
  const auto train = find_toccata_train();
  for (const std::string& card : graphics_texts())
    text += fmt::format("\n{}{}", card,
                        train ? " (toccata train --version: whether it can be trained on)" : "");
  text += fmt::format("\ntraining: {}", train ? train->string() : "toccata-train is not installed");
  for (const auto& folder : runs::shipped_folders())
    text += fmt::format("\nmodels: {}", folder.string());
  return text;
}

}  // namespace toccata::cli
