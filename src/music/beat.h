#pragma once
// A beat, and what may be known of beats before they are found.

namespace toccata::music {

struct Beat {
  double seconds = 0;
  double tick = 0;  // of the file, not rounded
  int place = 0;    // in its bar; 0: the downbeat
  int meter = 4;    // beats per bar
};

/// What is known beforehand.
struct BeatHints {
  double tempo = 0;   // beats per minute, about; 0: unknown
  int meter = 0;      // beats per bar, 2 to 4; 0: unknown
  int pickup = -1;    // whole beats from the first onset's beat to the first downbeat; -1: unknown
  bool anew = false;  // the file's own beats are not believed, though onsets stand on them
};

}  // namespace toccata::music
