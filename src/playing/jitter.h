#pragma once
// A histogram of times, so that an hour takes no more room than a minute.

#include <algorithm>
#include <array>
#include <cstdint>

namespace toccata::playing {

class Jitter {
 public:
  void add(double seconds) {
    const double bin = std::clamp(seconds / kBin, 0.0, static_cast<double>(kBins - 1));
    ++bins_[static_cast<std::size_t>(bin)];
    ++count_;
    sum_ += seconds;
    most_ = std::max(most_, seconds);
  }
  std::int64_t count() const { return count_; }
  double mean() const { return count_ ? sum_ / static_cast<double>(count_) : 0; }  // seconds
  double most() const { return most_; }
  /// Seconds, to 0.1 ms and up to a second: the upper end of the bin that holds this quantile.
  double quantile(double share) const {
    std::int64_t left = static_cast<std::int64_t>(share * static_cast<double>(count_));
    for (std::size_t bin = 0; bin < kBins; ++bin) {
      left -= bins_[bin];
      if (left < 0) return std::min(kBin * static_cast<double>(bin + 1), most_);
    }
    return most_;
  }

 private:
  static constexpr double kBin = 1e-4;
  static constexpr std::size_t kBins = 10000;
  std::array<std::int64_t, kBins> bins_{};
  std::int64_t count_ = 0;
  double sum_ = 0, most_ = 0;
};

}  // namespace toccata::playing
