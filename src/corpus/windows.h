#pragma once
// Training windows. Each epoch cuts every piece into consecutive windows of at most T steps that
// cover every step of every piece once, shuffles them, and draws batches. Everything is a function
// of (seed, epoch).
//
// A piece of at most T steps is one window: it is learned as it will be evaluated, from its
// beginning with no memory. A longer one begins with a window of 1..T steps, evenly drawn, so that
// the bar phase at which windows begin, and what each step can remember, differ between epochs.
// The windows of an epoch are shuffled, then each run of 4 batches' worth is ordered by length
// before it is shared out to batches, and the batches are shuffled again: windows of one batch come
// from everywhere, and less of it is padding. (Steps that are not padding, batches of 10 x 128: 85
// % of the quarter-note chorales against 64 % without, 93 % of the piano pieces either way.)
// Batches so differ in how many steps they count; where every step is to weigh the same, divide a
// batch's loss by a number that is the same for all.

#include <cstdint>
#include <vector>

#include "corpus/piece.h"
#include "music/batch.h"

namespace toccata::corpus {

struct WindowOptions {
  int steps = 128;     // T
  int sequences = 10;  // B; an epoch's last batch may have fewer
  int transpose = 0;   // K: a piece is moved by -K..K semitones, drawn per piece and epoch (limited
                       // so that no note leaves low..high)
  int history = 1;     // frames of a window's past that go with it (network::Config::history)
  // This share of the notes that sound in the frames before a step goes unheard, drawn cell by
  // cell: the network learns not to lean on any single note ("word dropout": Bowman et al. 2016).
  double unheard = 0;
  std::uint64_t seed = 1;
  // Where a batch is shared out to several who work on it side by side: every `shares`-th of its
  // windows from the `share`-th on, possibly none. Samples keep their numbers.
  int share = 0, shares = 1;
};

class Windows {
 public:
  /// Where the next batch stands; all that a checkpoint needs.
  struct Place {
    std::uint64_t epoch = 0;
    std::uint64_t batch = 0;  // in its epoch
    bool operator==(const Place&) const = default;
  };

  /// `pieces` must outlive this object; all have the same range; those without steps are passed
  /// over. Throws Error where there are none, or where their ranges differ; usage errors where
  /// steps, sequences or transpose are out of bounds.
  Windows(std::vector<const Piece*> pieces, const WindowOptions& options);

  /// The batch at place(); place() moves on. Batch::steps is the length of its longest window.
  /// Batch::sample is epoch * 2^32 + the window's number in its epoch: no number comes twice.
  music::Batch next();
  Place place() const { return place_; }
  /// Throws Error where the epoch has no such batch.
  void seek(Place place);
  std::uint64_t batches_in_epoch(std::uint64_t epoch) const;

 private:
  struct Window {
    std::size_t piece;
    int begin, length, shift;
  };
  struct Span {  // the sounding pitches of a piece, as rows of its frames; none: low > high
    int low, high;
  };
  std::vector<Window> cut(std::uint64_t epoch) const;
  void order(std::vector<Window>& windows, std::uint64_t epoch) const;
  std::size_t batch_count(std::size_t windows) const;
  int draw_shift(std::uint64_t epoch, std::size_t piece) const;
  void copy(const Window& window, int b, music::Batch& batch) const;
  void drop_notes(music::Batch& batch) const;

  std::vector<const Piece*> pieces_;
  std::vector<Span> spans_;
  WindowOptions options_;
  Place place_;
  std::vector<Window> epoch_;  // the windows of place_.epoch in their order
};

}  // namespace toccata::corpus
