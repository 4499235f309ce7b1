#pragma once
// What the value of an option may be: words, bounds, files. Each says it in one place, from which
// come the check with its message, the help, the manual page and the shells' completion.

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cctype>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "base/error.h"
#include "base/words.h"

namespace toccata::cli {

/// Names what an option's value is: a FILE, a FOLDER, a PATH (either) or a MODEL is completed by
/// the shells; other words are told as they are.
inline CLI::Option* value_is(CLI::Option* option, const char* kind) {
  return option->type_name(kind);
}

/// One of these words and nothing else, in capitals or not; an enum is given as (word, value)
/// pairs. The help shows `first|second`.
template <typename Value>
CLI::Option* one_of(CLI::Option* option,
                    const std::vector<std::pair<std::string, Value>>& meanings) {
  std::vector<std::string> words, values;
  for (const auto& [word, value] : meanings) {
    words.push_back(word);
    if constexpr (std::is_enum_v<Value>)
      values.push_back(std::to_string(static_cast<std::underlying_type_t<Value>>(value)));
    else
      values.push_back(value);
  }
  option->type_name(fmt::format("{}", fmt::join(words, "|")));
  return option->transform(CLI::Validator(
      [words, values](std::string& text) {
        const auto same = [&](const std::string& word) {
          return std::ranges::equal(text, word, [](unsigned char a, unsigned char b) {
            return std::tolower(a) == std::tolower(b);
          });
        };
        const auto found = std::ranges::find_if(words, same);
        if (found == words.end())
          return fmt::format("expected {}, found \"{}\"", listed(words), text);
        text = values[static_cast<std::size_t>(found - words.begin())];
        return std::string();
      },
      ""));
}
CLI::Option* one_of(CLI::Option* option, const std::vector<std::string>& words);
template <Worded Enum>
CLI::Option* one_of(CLI::Option* option) {
  std::vector<std::pair<std::string, Enum>> meanings;
  for (const auto& [word, value] : kWords<Enum>) meanings.emplace_back(word, value);
  return one_of<Enum>(option, meanings);
}

/// Numbers within bounds, both included. `Number` is the option's own type.
template <typename Number>
CLI::Validator between(Number low, Number high) {
  return CLI::Validator(
      [low, high](std::string& text) {
        Number number{};
        if (!CLI::detail::lexical_cast(text, number) || !(number >= low && number <= high))
          return fmt::format("expected {}{} to {}, found \"{}\"",
                             std::is_integral_v<Number> ? "a whole number from " : "", low, high,
                             text);
        return std::string();
      },
      "");
}

/// Numbers from `low` on.
template <typename Number>
CLI::Validator at_least(Number low) {
  return CLI::Validator(
      [low](std::string& text) {
        Number number{};
        if (!CLI::detail::lexical_cast(text, number) || !(number >= low))
          return fmt::format("expected {} {} or more, found \"{}\"",
                             std::is_integral_v<Number> ? "a whole number," : "a number,", low,
                             text);
        return std::string();
      },
      "");
}

}  // namespace toccata::cli
