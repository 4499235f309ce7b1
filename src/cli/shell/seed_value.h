#pragma once

#include <CLI/CLI.hpp>
#include <string>

namespace toccata::cli {

/// Seeds and pieces' numbers: whole numbers from 0 on. A minus is refused here, since strtoull,
/// which reads the option, would take it around the corner.
inline CLI::Validator seed_value() {
  return CLI::Validator(
      [](std::string& text) {
        std::uint64_t number = 0;
        if (text.find('-') != std::string::npos || !CLI::detail::lexical_cast(text, number))
          return "expected a whole number, 0 or more, found \"" + text + "\"";
        return std::string();
      },
      "");
}

}  // namespace toccata::cli
