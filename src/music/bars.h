#pragma once
// The bar lines of a piece.

#include <string>
#include <vector>

namespace toccata::music {

/// A meter that holds from `step` on. Steps need not be whole, since a file's bar lines need not
/// lie on the grid. The first may be negative: a bar may have begun a little before step 0.
struct MeterAt {
  double step = 0;
  int numerator = 4;
  int denominator = 4;
  bool operator==(const MeterAt&) const = default;
};

/// Tolerance in comparing positions in steps, far below the length of any note.
inline constexpr double kSameStep = 1e-6;

/// Meters whose beat is three notes of the denominator: 6/8, 9/8, 12/16…
constexpr bool is_compound(int numerator, int denominator) {
  return denominator >= 8 && numerator >= 6 && numerator % 3 == 0;
}

/// Steps in a bar and in a beat of a meter, on a grid of `grid` steps per quarter note. Both may
/// have fractions: a bar of 3/32 has 1.5 steps on a grid of 4. A beat is one note of the
/// denominator, or three in compound meters.
double bar_length(const MeterAt& meter, int grid);
double beat_length(const MeterAt& meter, int grid);

/// Throws Error if a meter's numbers are not positive or the list is not sorted by step.
void check_meters(const std::vector<MeterAt>& meters);

/// One bar, in steps.
struct Bar {
  double begin = 0, end = 0;
  // Counted from 1; a bar that a new meter cuts short counts as one. A pickup, a first bar shorter
  // than those of the meter after it, is 0.
  long number = 1;
};

/// The bar lines that follow from a list of meters: a bar begins at each MeterAt. `meters` as in
/// Roll: sorted; 4/4 from step 0 before the first.
class Bars {
 public:
  Bars(const std::vector<MeterAt>& meters, int grid);

  /// The bar that holds `step` (>= 0).
  Bar at(double step) const;
  /// The number of the first bar: 1, or 0 where the piece begins with a pickup.
  long first() const { return stretches_.front().bars_before + 1; }
  /// The bar of a number, first() at least; further bars go on in the last meter.
  Bar numbered(long number) const;
  /// Bars from step 0 to `step`, with fractions.
  double count(double step) const;
  /// The meter at `step`.
  MeterAt meter(double step) const;

 private:
  struct Stretch {  // of one meter
    MeterAt meter;
    double length = 0;      // of a bar, in steps
    long bars_before = 0;   // bars begun before it, a pickup not counted; -1 for the pickup itself
    double bars_until = 0;  // bars before it, with fractions
  };
  std::size_t stretch_at(double step) const;
  Bar bar_of(std::size_t stretch, double bars) const;

  std::vector<Stretch> stretches_;
};

/// The bar of a step in words, for messages: "bar 12", "the pickup".
std::string bar_name(const Bars& bars, double step);

}  // namespace toccata::music
