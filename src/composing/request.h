#pragma once
// Request: what a composer asks of a piece. Music that is given and stays, bars that are to be
// filled, and hard limits that no composed note breaks. (What is only to be likelier is Taste.)
// It goes into the receipt as it is; plan.h lays it on a model's grid.

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/json.h"
#include "base/words.h"
#include "music/roll.h"

namespace toccata::composing {

/// A file of music that a request names.
struct GivenFile {
  std::string path;       // as the user gave it
  std::string hash = {};  // music_hash of the Roll as the model heard it
  bool operator==(const GivenFile&) const = default;
};

/// Which notes of the melody's file are given.
enum class Voice {
  top,     // the highest sounding note of each step; nothing is composed above it
  bottom,  // the lowest; nothing is composed below it
  track,   // all of one track; notes are composed on either side
};
constexpr auto words(Voice) {
  return word_list<Voice>(
      {{"top", Voice::top}, {"bottom", Voice::bottom}, {"track", Voice::track}});
}

/// Where a chord track holds.
enum class ChordTones {
  all,    // whatever sounds belongs to the chord
  beats,  // whatever sounds at the beginning of a beat does; between beats any note of the key
};
constexpr auto words(ChordTones) {
  return word_list<ChordTones>({{"all", ChordTones::all}, {"beats", ChordTones::beats}});
}

/// A part of a piece to compose anew.
struct Region {
  int from = 0, to = 0;                          // steps, `to` not included
  int low = 0, high = 127;                       // MIDI pitches, both included
  std::vector<std::pair<int, int>> pinned = {};  // notes in it that stay: onset and pitch
  bool operator==(const Region&) const = default;
};

struct Request {
  // Infill: the piece, and what of it to compose anew: bars ("9-12", "1-2,7-8") or a region. All
  // else stays.
  std::optional<GivenFile> infill = {};
  std::string bars = {};
  std::optional<Region> region = {};
  // Harmonise: these notes stay as they are, the rest is composed around them.
  std::optional<GivenFile> melody = {};
  Voice voice = Voice::top;
  int track = 1;  // Voice::track: counted from 1 among the tracks with notes

  // Hard limits. They hold for what is composed; given notes stay even where they break one.
  std::string key = {};              // "D minor": harmony.h, parse_key
  std::string scale = {};            // "C pentatonic", "C D E G A": parse_scale
  std::string range = {};            // "C3-G5": parse_range
  int most_notes = 0;                // sounding at a time, given ones counted; 0: any number
  int fewest_notes = 0;              // likewise
  std::string longest_silence = {};  // a note value, "1/2"; rounded down to steps
  std::string repeat_gap = {};       // a note value, from an onset to the next of its pitch
  std::string chords = {};           // "C | Am F | G7", over and over: parse_chords
  std::optional<GivenFile> chord_file = {};  // or what sounds in a file, over and over
  ChordTones chord_tones = ChordTones::all;
  std::string ending = {};  // a chord, or "tonic" (of the key): only its notes sound in the last
                            // bars, and over the last beat all of them, its root lowest
  int ending_bars = 1;

  bool operator==(const Request&) const = default;
};

/// The music of the files, as the model hears it. Null where the request names none.
struct RequestMusic {
  const music::Roll* infill = nullptr;
  const music::Roll* melody = nullptr;      // the given notes alone, from the piece's first bar on
  const music::Roll* chord_file = nullptr;  // of any range
};

/// Throws Error (usage) where texts cannot be read or fields contradict each other.
void check(const Request& request);
/// Throws Error where `music` is not what the request names, by hash (receipts), or is missing.
void check_music(const Request& request, const RequestMusic& music);

/// What was asked for and nothing else; an empty object where nothing was.
OrderedJson to_json(const Request& request);
/// Throws Error; `where` names the file.
Request request_from_json(const Json& json, std::string_view where);

}  // namespace toccata::composing
