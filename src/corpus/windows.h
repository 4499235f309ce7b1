#pragma once
// Training windows. Each epoch cuts every piece into consecutive windows of at most T steps that
// cover every step of every piece once, shuffles them, and draws batches. Everything is a function
// of (seed, epoch).
//
// A piece of at most T steps is one window: it is learned as it will be evaluated, from its
// beginning with no memory. A longer piece begins with a window of 1..T steps, uniformly drawn, so
// that the bar phase at which windows begin, and the past that each step can see, differ between
// epochs.
//
// The windows of an epoch are shuffled. Then the windows of each 4 batches are sorted by length and
// dealt out to these batches, and the batches are shuffled again. So the windows of a batch come
// from everywhere, and less of it is padding. (Steps that are not padding, in batches of 10 x 128:
// 85 % of the quarter-note chorales against 64 % without sorting, 93 % of the piano pieces either
// way.) Batches therefore differ in the number of steps that count. To weigh every step the same,
// divide the loss of each batch by the same number.

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
  int history = 1;     // number of frames before the window (network::Config::history)
  // Input dropout: this share of the notes that sound in the frames before a step is hidden, drawn
  // cell by cell, so that the network does not rely on single notes ("word dropout": Bowman et al.
  // 2016).
  double input_dropout = 0;
  std::uint64_t seed = 1;
  // If several processes share a batch: this one gets every `shares`-th of its windows from the
  // `share`-th on, possibly none. Samples keep their numbers.
  int share = 0, shares = 1;
};

class Windows {
 public:
  /// The place of the next batch; a checkpoint needs no more.
  struct Place {
    std::uint64_t epoch = 0;
    std::uint64_t batch = 0;  // in its epoch
    bool operator==(const Place&) const = default;
  };

  /// `pieces` must outlive this object and have the same range; those without steps are skipped.
  /// Throws Error if there are none or their ranges differ; usage errors if steps, sequences or
  /// transpose are out of bounds.
  Windows(std::vector<const Piece*> pieces, const WindowOptions& options);

  /// The batch at place(), and moves place() on. Batch::steps is the length of the longest window.
  /// Batch::sample is epoch * 2^32 + the window's number in its epoch, so no number occurs twice.
  music::Batch next();
  Place place() const { return place_; }
  /// Throws Error if the epoch has no such batch.
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
