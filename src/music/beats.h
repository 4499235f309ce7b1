#pragma once
// Finds the beat of music as it is played: beats, bars and downbeats.

#include <string>
#include <vector>

#include "base/words.h"
#include "music/beat.h"
#include "notation/score.h"

namespace toccata::music {

enum class BeatKind {
  as_written,  // the onsets stand on the file's own beats, or nothing better was found
  shifted,     // the file's tempo is right, and its beats lie elsewhere
  steady,      // the tempo is steady, but not the one that the file says
  free,        // played freely: each beat has its own length
};
constexpr auto words(BeatKind) {
  return word_list<BeatKind>({{"as written", BeatKind::as_written},
                              {"shifted", BeatKind::shifted},
                              {"steady", BeatKind::steady},
                              {"free", BeatKind::free}});
}

struct FoundBeats {
  BeatKind kind = BeatKind::as_written;
  std::vector<Beat>
      beats;            // from the first onset's to the last one's; few at least where notes are
  int meter = 4;        // beats per bar, of most bars
  int subdivision = 4;  // of a beat: 3 or 4
  double tempo = 0;     // beats per minute: the median
  double slowest = 0, fastest = 0;  // the 5th and 95th percentile of it
  double confidence = 0;            // 0..1: how far the onsets bear the beats out
  double off = 0;                   // how far onsets lie from the beat's 3rds or 4ths: mean seconds
  notation::Tick shift =
      0;  // of BeatKind::shifted: from the file's beat to the nearest onsets' one
};

/// 1. Where the onsets keep to a division of the file's own beat (circular mean: Fisher,
///    "Statistical analysis of circular data", 1993, section 2.3) and stand on it, the file is
///    believed. Where they are shifted by a constant, each beat that this allows is tried.
/// 2. Otherwise a hidden Markov model is decoded whose state is the place in the bar and the tempo:
///    the bar pointer (Whiteley, Cemgil & Godsill, ISMIR 2006) with a tempo that changes at beats
///    (Krebs, Böck & Widmer, ISMIR 2015). Onsets are points of a Poisson process whose rate depends
///    on that place; onset_evidence.h says what each looks like.
/// 3. Where those beats are even, they become a steady tempo.
/// Where there are fewer than 16 onsets, or the model explains them no better than chance does, the
/// file's own beats are returned. Throws nothing.
FoundBeats find_beats(const notation::Score& score, const BeatHints& hints = {});

}  // namespace toccata::music
