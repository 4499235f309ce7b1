#pragma once
// What the doctor finds in a file besides faults, and its verdicts in words: which tracks there
// are, whether a beat can be found, what becomes of several instruments.

#include <string>
#include <vector>

#include "corpus/report.h"
#include "music/options.h"
#include "notation/score.h"

namespace toccata::corpus {

/// The tracks with notes, in order: --voice takes them by name or by their place here, from 1 on.
std::vector<TrackFound> tracks_of(const notation::Score& score);

/// How many instruments there are besides drums: channels and sounds that differ. 1 where all have
/// the same sound, however many tracks.
int instruments_of(const notation::Score& score);

/// Where the beat lies.
struct Beat {
  bool found = true;         // false: onsets lie anywhere between the beats, as when played freely
  notation::Tick shift = 0;  // ticks that all onsets lie after the beat (negative: before it)
};
/// By the circular mean of the onsets' places within 1, 1/2, 1/3… of a quarter note (Fisher,
/// "Statistical analysis of circular data", 1993, section 2.3): its length says whether they keep
/// to that division, its angle by how much they miss it. Of fewer than 16 onsets nothing is said.
Beat find_beat(const notation::Score& score);

/// The findings on a piece in words, a phrase each; none where there is nothing to tell.
std::vector<std::string> verdicts(const FileReport& file, const music::Options& read_as);

}  // namespace toccata::corpus
