#pragma once
// What somebody may have meant: the known word that lies nearest to one with a slip in it.

#include <algorithm>
#include <numeric>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace toccata {

/// Letters to insert, leave out, replace or exchange with their neighbour until `a` is `b` (Damerau
/// 1964; each letter touched once).
inline std::size_t edits(std::string_view a, std::string_view b) {
  std::vector<std::size_t> before(b.size() + 1), row(b.size() + 1), older;
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (std::size_t i = 1; i <= a.size(); ++i) {
    older = std::exchange(before, row);
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      row[j] = std::min({before[j] + 1, row[j - 1] + 1, before[j - 1] + (a[i - 1] != b[j - 1])});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
        row[j] = std::min(row[j], older[j - 2] + 1);
    }
  }
  return row.back();
}

/// The known word that begins with `word`, or the one nearest to it; empty where none is near: a
/// third of the letters may be wrong, one at least.
inline std::string closest(std::string_view word, std::span<const std::string> known) {
  if (word.size() >= 3)
    for (const std::string& each : known)
      if (each.starts_with(word)) return each;
  std::string best;
  std::size_t fewest = std::max<std::size_t>(1, word.size() / 3) + 1;
  for (const std::string& each : known)
    if (const std::size_t wrong = edits(word, each); wrong < fewest) {
      fewest = wrong;
      best = each;
    }
  return best;
}

/// "; did you mean chorales?", empty where nothing is near.
inline std::string did_you_mean(std::string_view word, std::span<const std::string> known) {
  const std::string near = closest(word, known);
  return near.empty() ? "" : "; did you mean " + near + "?";
}

}  // namespace toccata
