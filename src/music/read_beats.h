#pragma once
// Which beats music is read on: the file's own, or those found in it.

#include "music/beats.h"
#include "music/options.h"

namespace toccata::music {

struct ReadBeats {
  FoundBeats found;   // kind alone where the file's own beats were not doubted
  bool used = false;  // the music is read on them; false: on the file's own
};

/// BeatsFrom::automatic: a file whose onsets stand on its own lines (OwnBeat::written) is read as
/// it is. In another, beats are looked for, and used where onsets bear them out. BeatsFrom::found:
/// they are looked for in any file, and used. The file's own stay where there is little music
/// (beats.h).
ReadBeats beats_to_read(const notation::Score& score, BeatsFrom from);

}  // namespace toccata::music
