#include "listening/suffix_array.h"

#include <algorithm>

namespace toccata::listening {
namespace {

constexpr std::int32_t kEmpty = -1;

// One level of SA-IS. The end of the text counts as a sentinel below every symbol; it is not in the
// array.
class InducedSort {
 public:
  InducedSort(std::span<const std::int32_t> text, std::int32_t alphabet)
      : text_(text),
        size_(static_cast<std::int32_t>(text.size())),
        counts_(static_cast<std::size_t>(alphabet)),
        is_s_(text.size()),
        array_(text.size(), kEmpty) {
    for (const std::int32_t symbol : text_) ++counts_[static_cast<std::size_t>(symbol)];
    // A suffix is of type S where it is smaller than the one after it. The last is of type L.
    for (std::int32_t i = size_ - 2; i >= 0; --i) {
      is_s_[at(i)] =
          text_[at(i)] < text_[at(i + 1)] || (text_[at(i)] == text_[at(i + 1)] && is_s_[at(i + 1)]);
    }
  }

  std::vector<std::int32_t> run() {
    if (size_ <= 1) return size_ == 1 ? std::vector<std::int32_t>{0} : std::vector<std::int32_t>{};
    std::vector<std::int32_t> lms;  // leftmost S positions, in text order
    for (std::int32_t i = 1; i < size_; ++i) {
      if (is_lms(i)) lms.push_back(i);
    }
    induce(lms);
    if (lms.size() > 1) {
      sort_lms(lms);
      std::fill(array_.begin(), array_.end(), kEmpty);
      induce(lms);
    }
    return std::move(array_);
  }

 private:
  static std::size_t at(std::int32_t i) { return static_cast<std::size_t>(i); }
  bool is_lms(std::int32_t i) const { return i > 0 && is_s_[at(i)] && !is_s_[at(i - 1)]; }

  // The first place of each symbol's bucket, or the place after its last.
  std::vector<std::int32_t> buckets(bool ends) const {
    std::vector<std::int32_t> bounds(counts_.size());
    std::int32_t sum = 0;
    for (std::size_t c = 0; c < counts_.size(); ++c) {
      if (!ends) bounds[c] = sum;
      sum += counts_[c];
      if (ends) bounds[c] = sum;
    }
    return bounds;
  }

  // Places the LMS suffixes in the order given and derives the order of all others from them: exact
  // where theirs is, and good enough to compare LMS substrings where it is only by first symbol.
  void induce(const std::vector<std::int32_t>& lms) {
    std::vector<std::int32_t> bounds = buckets(true);
    for (auto it = lms.rbegin(); it != lms.rend(); ++it) {
      array_[at(--bounds[at(text_[at(*it)])])] = *it;
    }
    bounds = buckets(false);
    const auto place_l = [&](std::int32_t i) {
      if (i >= 0 && !is_s_[at(i)]) array_[at(bounds[at(text_[at(i)])]++)] = i;
    };
    place_l(size_ - 1);  // before the sentinel
    for (std::int32_t k = 0; k < size_; ++k) {
      if (array_[at(k)] > 0) place_l(array_[at(k)] - 1);
    }
    bounds = buckets(true);
    for (std::int32_t k = size_ - 1; k >= 0; --k) {
      const std::int32_t i = array_[at(k)] - 1;
      if (array_[at(k)] > 0 && is_s_[at(i)]) array_[at(--bounds[at(text_[at(i)])])] = i;
    }
  }

  // From each LMS position to the next, both included: are the two substrings equal?
  bool equal_substrings(std::int32_t a, std::int32_t b) const {
    for (std::int32_t k = 0;; ++k) {
      if (a + k == size_ || b + k == size_) return false;
      if (text_[at(a + k)] != text_[at(b + k)] || is_s_[at(a + k)] != is_s_[at(b + k)]) {
        return false;
      }
      if (k > 0 && (is_lms(a + k) || is_lms(b + k))) return is_lms(a + k) && is_lms(b + k);
    }
  }

  // Names the LMS substrings by their order and sorts the LMS suffixes as a shorter text of names.
  void sort_lms(std::vector<std::int32_t>& lms) const {
    std::vector<std::int32_t> name_at(text_.size(), kEmpty);
    std::int32_t names = 0, before = kEmpty;
    for (const std::int32_t i : array_) {
      if (!is_lms(i)) continue;
      if (before != kEmpty && !equal_substrings(before, i)) ++names;
      name_at[at(i)] = names;
      before = i;
    }
    ++names;
    std::vector<std::int32_t> shorter(lms.size());
    for (std::size_t k = 0; k < lms.size(); ++k) shorter[k] = name_at[at(lms[k])];
    std::vector<std::int32_t> order;
    if (names == static_cast<std::int32_t>(lms.size())) {
      order.resize(lms.size());
      for (std::size_t k = 0; k < lms.size(); ++k) {
        order[at(shorter[k])] = static_cast<std::int32_t>(k);
      }
    } else {
      order = InducedSort(shorter, names).run();
    }
    std::vector<std::int32_t> sorted(lms.size());
    for (std::size_t k = 0; k < lms.size(); ++k) sorted[k] = lms[at(order[k])];
    lms = std::move(sorted);
  }

  std::span<const std::int32_t> text_;
  std::int32_t size_;
  std::vector<std::int32_t> counts_;
  std::vector<bool> is_s_;
  std::vector<std::int32_t> array_;
};

}  // namespace

std::vector<std::int32_t> suffix_array(std::span<const std::int32_t> text, std::int32_t alphabet) {
  return InducedSort(text, alphabet).run();
}

}  // namespace toccata::listening
