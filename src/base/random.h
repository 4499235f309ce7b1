#pragma once
// Counter-based random numbers: every draw is a pure function of (seed, stream, counter), so that
// results do not depend on the order in which threads, batches or machines ask. Philox4x32-10:
// Salmon, Moraes, Dror, Shaw, "Parallel random numbers: as easy as 1, 2, 3", SC 2011.

#include <array>
#include <cstdint>
#include <span>
#include <utility>

namespace toccata {

/// The block function: 4 words of counter and 2 of key to 4 random words.
std::array<std::uint32_t, 4> philox4x32(std::array<std::uint32_t, 4> counter,
                                        std::array<std::uint32_t, 2> key);

/// A stream of draws named by (seed, stream). Copying it copies its place; `at` jumps anywhere in
/// constant time.
class Random {
 public:
  Random(std::uint64_t seed, std::uint64_t stream, std::uint64_t place = 0)
      : seed_(seed), stream_(stream), place_(place) {}

  /// The draw at a place of the stream: 64 uniform bits.
  std::uint64_t at(std::uint64_t place) const;
  std::uint64_t next() { return at(place_++); }
  /// Uniform in [0, 1), 53 bits.
  double uniform() { return to_unit(next()); }
  double uniform_at(std::uint64_t place) const { return to_unit(at(place)); }
  /// Uniform in 0 … n-1 without bias (n > 0).
  std::uint64_t below(std::uint64_t n);
  /// Standard normal (Box & Muller 1958); uses two draws.
  double normal();

  std::uint64_t place() const { return place_; }

 private:
  static double to_unit(std::uint64_t bits) { return static_cast<double>(bits >> 11) * 0x1p-53; }
  std::uint64_t seed_, stream_, place_;
};

/// Fisher-Yates.
template <typename T>
void shuffle(std::span<T> items, Random& random) {
  for (std::size_t i = items.size(); i > 1; --i) std::swap(items[i - 1], items[random.below(i)]);
}

}  // namespace toccata
