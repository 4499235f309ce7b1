#include "notation/abc_text.h"

namespace toccata::notation::abc {

std::int64_t LineCursor::number_or(std::int64_t otherwise) {
  constexpr std::int64_t kLargest = 65536;
  if (peek() < '0' || peek() > '9') return otherwise;
  std::int64_t value = 0;
  while (peek() >= '0' && peek() <= '9') {
    value = value * 10 + (next() - '0');
    if (value > kLargest) error("a number over {}", kLargest);
  }
  if (value == 0) error("expected a number from 1 on, found 0");
  return value;
}

}  // namespace toccata::notation::abc
