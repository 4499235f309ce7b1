#include "cli/shell/option_values.h"

namespace toccata::cli {

CLI::Option* one_of(CLI::Option* option, const std::vector<std::string>& words) {
  std::vector<std::pair<std::string, std::string>> meanings;
  for (const std::string& word : words) meanings.emplace_back(word, word);
  return one_of<std::string>(option, meanings);
}

}  // namespace toccata::cli
