#pragma once
// Config: everything that defines a model except its weights. It is config.json in the model's
// folder.

#include <filesystem>
#include <vector>

#include "base/json.h"
#include "base/words.h"
#include "music/cells.h"
#include "music/options.h"
#include "network/model/memory.h"

namespace toccata::network {

/// Bounds of an echo's lag, in steps. (Every note sees the frame one step back anyway.)
inline constexpr int kLeastLag = 2, kMostLag = 4096;

/// The features for the place of a step in its bar.
enum class Beat {
  phase,   // sin and cos of bar phase and of beat phase (default)
  binary,  // four bits of (step + start_step) modulo 16, as -1 or 1; the original's (Johnson 2015)
};
constexpr auto words(Beat) {
  return word_list<Beat>({{"phase", Beat::phase}, {"binary", Beat::binary}});
}

/// The linear layers on top of the note axis.
enum class Heads {
  shared,    // one for all notes (default)
  per_note,  // one for each note, as in the original
};
constexpr auto words(Heads) {
  return word_list<Heads>({{"shared", Heads::shared}, {"per-note", Heads::per_note}});
}

struct Config {
  int format_version = 1;
  music::Options roll;  // how music is read; N = roll.notes()
  int window = 25;      // notes around a note that it sees in the frame before; odd
  Beat beat = Beat::phase;
  int start_step = 0;  // for Beat::binary; the original's time_init
  // Lagged inputs: how many steps before the last frame are the other frames that a note sees,
  // ascending. 16 is a bar of 4/4 on a grid of 4. Music repeats itself, and an LSTM of a few
  // hundred units does not remember bars note by note. Empty in the original.
  std::vector<int> echoes = {};
  int echo_window = 5;  // notes around a note that it sees in each of those frames; odd
  // Notes below a note, in the step itself, that the note axis sees; 1 in the original.
  int lower_notes = 1;
  bool lower_chord = false;                  // whether it also sees all notes below, by pitch class
  std::vector<int> time_units = {200, 200};  // LSTM layers along time
  std::vector<int> note_units = {100, 100};  // LSTM layers along the notes
  // Units of each of two LSTM layers along the notes, one upwards and one downwards, that read the
  // time axis before the note axis does. 0: none, as in the original.
  int mix_units = 0;
  Heads heads = Heads::shared;
  Memory memory = {};  // within the piece, beside the network; empty: none

  int notes() const { return roll.notes(); }  // N
  music::Cells cells() const { return music::Cells(roll.articulation); }
  int channels() const { return cells().count(); }  // C: logits per note, and inputs per lower note
  int features() const;                             // F: 80 by default, 55 without articulation
  /// Inputs of the note axis: the lower notes in the step itself.
  int lower_inputs() const { return lower_notes * channels() + (lower_chord ? 12 : 0); }
  /// Inputs of the note axis: the past, as output by the time axis and by the mixing layers.
  int past_inputs() const;
  int head_count() const { return heads == Heads::per_note ? notes() : 1; }
  int head_of(int note) const { return heads == Heads::per_note ? note : 0; }
  /// Frames before a step that its features depend on: 1 without echoes.
  int history() const { return echoes.empty() ? 1 : echoes.back() + 1; }
  /// The same of all that the model says: Stepper::recall takes so many.
  int recalled() const { return memory ? music::Matcher::kMostLag + 1 : history(); }
  bool operator==(const Config&) const = default;
};

/// Throws Error (usage) where a field is outside its bounds.
void check(const Config& config);

OrderedJson to_json(const Config& config);
/// Throws Error on a missing key, a wrong type, an unknown format_version or a value out of bounds;
/// `where` names the file.
Config config_from_json(const Json& json, std::string_view where);

}  // namespace toccata::network
