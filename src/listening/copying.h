#pragma once
// How much of a piece stands in a corpus: the longest stretch of consecutive notes that occurs
// there under some transposition.
//
// Notes are taken by onset, then pitch, all voices together. Two stretches are equal if every note
// follows the one before it after the same number of steps and at the same interval in semitones.
// How long notes are held is not compared, so a copy with other articulation is still a copy.

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

#include "corpus/piece.h"
#include "listening/notes.h"
#include "music/bars.h"

namespace toccata::listening {

/// A stretch of a piece that also stands in the corpus.
struct Copy {
  int notes = 0;        // 0 if nothing was found
  double beats = 0;     // quarter notes from its first onset to its last
  int step = 0;         // of its first onset in the piece
  long bar = 1;         // the bar of that step in the piece, counted from 1
  std::string source;   // name of the corpus piece
  int source_step = 0;  // of its first onset there
  long source_bar = 1;
  int transposition = 0;  // semitones from the corpus piece to this one
};

struct Copying {
  Copy most_notes;  // the stretch with the most notes
  Copy most_beats;  // the stretch that lasts longest
};

class CopyIndex {
 public:
  /// `pieces` must outlive this object. Throws Error if there are none, or if their grids differ.
  /// Time and memory are linear in the number of notes.
  explicit CopyIndex(std::span<const corpus::Piece* const> pieces);

  /// A stretch has at least two notes. Among equally long stretches the first in the piece counts.
  /// Throws Error if the Roll is on another grid. Safe from several threads.
  Copying longest(const music::Roll& roll) const;

  /// The first stretch of the piece that lasts longer than `beats` and has at least `fewest_notes`
  /// notes, if there is one. Throws Error if the Roll is on another grid. Safe from several
  /// threads.
  std::optional<Copy> first_longer(const music::Roll& roll, double beats, int fewest_notes) const;

 private:
  struct Range {
    std::size_t begin = 0, end = 0;
  };
  struct Source {
    const corpus::Piece* piece;
    std::size_t first_token;
    std::vector<RollNote> notes;
    music::Bars bars;
  };
  struct Stretch {
    std::size_t begin = 0, tokens = 0, place = 0;
    int steps = -1;  // from its first onset to its last
  };
  void check_grid(const music::Roll& roll) const;
  void each_stretch(const std::vector<RollNote>& notes,
                    const std::function<bool(const Stretch&)>& visit) const;
  std::vector<std::int32_t> tokens_of(const std::vector<RollNote>& notes) const;
  std::size_t match(std::span<const std::int32_t> query, std::size_t& place) const;
  Copy describe(const std::vector<RollNote>& notes, const music::Roll& roll,
                const Stretch& stretch) const;

  int grid_ = 4;
  std::vector<Source> sources_;
  std::unordered_map<std::uint64_t, std::int32_t> symbols_;  // (steps, semitones) to symbol, from 1
  std::vector<std::int32_t> text_;   // all pieces' tokens, a 0 after each piece
  std::vector<std::int32_t> array_;  // suffix array of text_
  std::vector<Range> buckets_;       // the part of array_ of each first symbol
};

}  // namespace toccata::listening
