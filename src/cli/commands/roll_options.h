#pragma once
// How music is read, as options of a command: one line for each field of music::Options.

#include <CLI/CLI.hpp>
#include <string>

#include "cli/shell/option_values.h"
#include "music/options.h"

namespace toccata::cli {

/// Where the beats are, as auto, file or found.
inline CLI::Option* add_beats_from(CLI::App& app, music::Options& options) {
  return one_of<music::BeatsFrom>(
             app.add_option(
                 "--beats", options.beats,
                 "the beats of music as it is played: auto (found where its onsets stand on no "
                 "grid of the file's own), file (its own), or found"))
      ->default_str("auto");
}

inline void add_roll_options(CLI::App& app, music::Options& options) {
  using music::OutOfRange;
  using music::Pedal;
  const auto group = "How music is read";
  app.add_option(
         "--grid", options.grid,
         "steps per quarter note: 4 gives 16ths, 8 gives 32nds; 12 and 24 hold triplets, too")
      ->capture_default_str()
      ->group(group);
  app.add_option("--low", options.low, "lowest MIDI pitch")->capture_default_str()->group(group);
  app.add_option("--high", options.high, "highest MIDI pitch")->capture_default_str()->group(group);
  add_beats_from(app, options)->group(group);
  one_of<OutOfRange>(
      app.add_option(
          "--out-of-range", options.out_of_range,
          "notes outside the range: fold (move them into it by octaves), drop or refuse"))
      ->default_str("fold")
      ->group(group);
  one_of<Pedal>(app.add_option("--pedal", options.pedal,
                               "sustain pedal: off, or extend (notes sound until it comes up)"))
      ->default_str("off")
      ->group(group);
  app.add_flag("--drums", options.drums, "read channel 10 as pitches, too")->group(group);
  app.add_flag("--trim,!--no-trim", options.trim,
               "leave out whole silent bars before the first note and after the last (default)")
      ->group(group);
}

}  // namespace toccata::cli
