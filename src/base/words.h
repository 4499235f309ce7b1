#pragma once
// The words for an enum's values, said once, beside the enum:
//   constexpr auto words(Beat) {
//     return word_list<Beat>({{"phase", Beat::phase}, {"binary", Beat::binary}});
//   }
// Command line, configuration files, JSON, help and messages take them from there.

#include <algorithm>
#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

namespace toccata {

template <typename Enum, std::size_t Count>
constexpr auto word_list(const std::pair<std::string_view, Enum> (&list)[Count]) {
  return std::to_array(list);
}

/// An enum that has words.
template <typename Enum>
concept Worded = std::is_enum_v<Enum> && requires {
  words(Enum{});
};

/// Its words and values, in order.
template <Worded Enum>
inline constexpr auto kWords = words(Enum{});

/// Empty for a value that has no word.
template <Worded Enum>
constexpr std::string_view to_word(Enum value) {
  for (const auto& [word, meant] : kWords<Enum>)
    if (meant == value) return word;
  return "";
}

/// None where no value has that word.
template <Worded Enum>
constexpr std::optional<Enum> from_word(std::string_view text) {
  for (const auto& [word, meant] : kWords<Enum>)
    if (word == text) return meant;
  return std::nullopt;
}

template <Worded Enum>
std::vector<std::string> word_texts() {
  std::vector<std::string> texts;
  for (const auto& [word, meant] : kWords<Enum>) texts.emplace_back(word);
  return texts;
}

/// "f32, bf16 or f16".
inline std::string listed(const std::vector<std::string>& texts) {
  std::string all;
  for (std::size_t i = 0; i < texts.size(); ++i)
    all += (i == 0 ? "" : i + 1 == texts.size() ? " or " : ", ") + texts[i];
  return all;
}

}  // namespace toccata
