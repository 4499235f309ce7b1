#pragma once
// Training windows. Each epoch cuts every piece, from a random bar phase, into consecutive windows
// of at most T steps that cover every step of every piece once, shuffles them, and draws batches.
// Everything is a function of (seed, epoch).

#include <cstdint>
#include <span>
#include <vector>

#include "corpus/piece.h"
#include "roll/batch.h"

namespace toccata::corpus {

struct WindowOptions {
  int steps = 128;     // T
  int sequences = 10;  // B; an epoch's last batch may have fewer
  int transpose = 0;  // K: each window of an epoch is moved by -K..K semitones, drawn per piece and
                      // epoch (limited so that no note leaves low..high)
  std::uint64_t seed = 1;
};

class Windows {
 public:
  /// Where the next batch stands; all that a checkpoint needs.
  struct Place {
    std::uint64_t epoch = 0;
    std::uint64_t batch = 0;  // in its epoch
    bool operator==(const Place&) const = default;
  };

  /// `pieces` must outlive this object; all have the same range. Throws Error where there are none.
  Windows(std::vector<const Piece*> pieces, const WindowOptions& options);

  roll::Batch next();
  Place place() const { return place_; }
  void seek(Place place);
  std::uint64_t batches_in_epoch(std::uint64_t epoch) const;

 private:
  struct Window {
    std::size_t piece;
    int begin, length, shift;
  };
  std::vector<Window> cut(std::uint64_t epoch) const;

  std::vector<const Piece*> pieces_;
  WindowOptions options_;
  Place place_;
  std::vector<Window> epoch_;  // the windows of place_.epoch in their order
};

}  // namespace toccata::corpus
