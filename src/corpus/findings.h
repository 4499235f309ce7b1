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

/// The findings on a piece in words, a phrase each; none where there is nothing to tell.
std::vector<std::string> verdicts(const FileReport& file, const music::Options& read_as);

}  // namespace toccata::corpus
