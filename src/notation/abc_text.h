#pragma once
// A cursor in a line of ABC, and the numbers read there.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <numeric>
#include <string_view>
#include <utility>

#include "base/error.h"

namespace toccata::notation::abc {

/// An exact length. Both parts stay small, since numbers in the text are at most 65536.
struct Fraction {
  std::int64_t top = 1, bottom = 1;

  Fraction operator*(const Fraction& other) const {
    return Fraction{top * other.top, bottom * other.bottom}.reduced();
  }
  Fraction operator+(const Fraction& other) const {
    return Fraction{top * other.bottom + other.top * bottom, bottom * other.bottom}.reduced();
  }
  Fraction reduced() const {
    const std::int64_t divisor = std::gcd(top, bottom);
    return divisor == 0 ? *this : Fraction{top / divisor, bottom / divisor};
  }
  double value() const { return static_cast<double>(top) / static_cast<double>(bottom); }
};

struct Place {
  int line = 1, column = 1;  // from 1
};

/// A cursor in one line, or in a part of it that begins at `first_column`.
class LineCursor {
 public:
  LineCursor(std::string_view text, std::string_view where, int line, int first_column = 1)
      : text_(text), where_(where), line_(line), first_column_(first_column) {}

  bool at_end() const { return place_ >= text_.size(); }
  /// The character `ahead` of the cursor; 0 after the end.
  char peek(std::size_t ahead = 0) const {
    return place_ + ahead < text_.size() ? text_[place_ + ahead] : '\0';
  }
  char next() { return text_[place_++]; }
  bool accept(char wanted) {
    if (peek() != wanted || at_end()) return false;
    ++place_;
    return true;
  }
  void skip_blanks() {
    while (peek() == ' ' || peek() == '\t') ++place_;
  }
  /// The text before the next `mark`, and moves past the mark. Throws Error if there is none.
  std::string_view until(char mark) {
    const std::size_t found = text_.find(mark, place_);
    if (found == std::string_view::npos) error("expected a \"{}\" before the line's end", mark);
    const std::string_view between = text_.substr(place_, found - place_);
    place_ = found + 1;
    return between;
  }
  std::string_view rest() const { return text_.substr(std::min(place_, text_.size())); }
  /// The digits at the cursor as a number from 1 to 65536; `otherwise` if there are none.
  std::int64_t number_or(std::int64_t otherwise);

  Place place() const { return {line_, first_column_ + static_cast<int>(place_)}; }
  std::string_view where() const { return where_; }

  template <typename... Args>
  [[noreturn]] void error(fmt::format_string<Args...> format, Args&&... args) const {
    fail("{}:{}:{}: {}", where_, line_, place().column,
         fmt::format(format, std::forward<Args>(args)...));
  }

 private:
  std::string_view text_, where_;
  std::size_t place_ = 0;
  int line_, first_column_;
};

}  // namespace toccata::notation::abc
