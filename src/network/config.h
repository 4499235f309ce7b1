#pragma once
// Config: everything that defines a model but its weights. Written as config.json in every model
// folder.

#include <filesystem>
#include <vector>

#include "base/json.h"
#include "base/words.h"
#include "music/options.h"

namespace toccata::network {

/// Bounds of an echo's lag, in steps: what stands one step back every note sees anyway.
inline constexpr int kLeastLag = 2, kMostLag = 4096;

/// How the input kernel tells the place of a step in its bar.
enum class Beat {
  phase,   // sin and cos of bar phase and of beat phase (default)
  binary,  // the original's four bits of (step + start_step) modulo 16, as -1 or 1 (Johnson 2015,
           // "Beat")
};
constexpr auto words(Beat) {
  return word_list<Beat>({{"phase", Beat::phase}, {"binary", Beat::binary}});
}

/// Whose the linear layer on top of the note axis is.
enum class Heads {
  shared,    // all notes' (default)
  per_note,  // each note has one of its own, as in the original
};
constexpr auto words(Heads) {
  return word_list<Heads>({{"shared", Heads::shared}, {"per-note", Heads::per_note}});
}

struct Config {
  int format_version = 1;
  music::Options roll;  // how music is read; N = roll.notes()
  int window = 25;      // notes around a note that it sees, odd
  Beat beat = Beat::phase;
  int start_step = 0;  // Beat::binary only; the original's time_init
  // Lags of earlier frames that a note sees beside the one before, in steps, ascending: 16 shows
  // what stood a bar of 4/4 earlier on a grid of 4. Music repeats itself; an LSTM of a few hundred
  // units does not remember bars note by note. None: the original.
  std::vector<int> echoes = {};
  int echo_window = 5;  // notes around a note that it sees of each echo, odd
  int lower_notes =
      1;  // notes below a note that the note axis sees of its own step; 1: the original
  bool lower_chord = false;  // whether it sees the notes below by pitch class too, an octave wide
  std::vector<int> time_units = {200, 200};  // LSTM layers along time
  std::vector<int> note_units = {100, 100};  // LSTM layers along the notes
  // Units of each of two layers that carry what the time axis knows of the past along the notes,
  // one upwards, one downwards, before the note axis uses it. 0: none, the original.
  int mix_units = 0;
  Heads heads = Heads::shared;

  int notes() const { return roll.notes(); }  // N
  int channels() const {
    return roll.articulation ? 2 : 1;
  }                      // play, articulate: logits and lower-note inputs a note
  int features() const;  // F: 80 by default, 55 without articulation
  /// What a note sees of the notes below it in its own step: inputs of the note axis beside the
  /// time axis' output.
  int lower_inputs() const { return lower_notes * channels() + (lower_chord ? 12 : 0); }
  /// What it is given of the past: the time axis' output and what was mixed of it.
  int past_inputs() const { return time_units.back() + 2 * mix_units; }
  int head_count() const { return heads == Heads::per_note ? notes() : 1; }
  int head_of(int note) const { return heads == Heads::per_note ? note : 0; }
  /// Frames before a step that its features look at: 1 without echoes.
  int history() const { return echoes.empty() ? 1 : echoes.back() + 1; }
  bool operator==(const Config&) const = default;
};

/// Throws Error (usage) where a field is outside its bounds.
void check(const Config& config);

OrderedJson to_json(const Config& config);
/// Throws Error on a missing key, a wrong type, an unknown format_version or a value out of bounds;
/// `where` names the file.
Config config_from_json(const Json& json, std::string_view where);

}  // namespace toccata::network
