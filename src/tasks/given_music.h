#pragma once
// Music that is given, read as a model hears it: files that an order names, and bytes that were
// sent.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/progress.h"
#include "base/stop.h"
#include "composing/order.h"
#include "corpus/import.h"
#include "network/config.h"
#include "notation/score.h"

namespace toccata::tasks {

/// The pieces of `paths` as the model reads them; nothing is dropped in silence: a pitch outside
/// its range is refused unless its Config folds, and files that are left out are warned of.
corpus::Corpus read_for(const network::Config& config, const std::vector<std::string>& paths,
                        int min_steps, Progress& progress, const Stop& stop);

/// What a file is read for.
struct ReadAs {
  // As music that stays (infill, melody, chords): bars count from the file's first, and no note is
  // moved into the range. Otherwise as music that the model learns from and goes on from.
  bool given = false;
  int track = 0;  // one track alone, counted from 1 among those with notes; 0: all
};
music::Options options_for(music::Options model, const ReadAs& as);
/// Leaves one track in the score. Throws Error (usage) where it has fewer with notes.
void keep_track(notation::Score& score, int track, std::string_view name);

/// The first `bars` bars of a piece; all of it where 0 or more than it has.
music::Roll first_bars(const music::Roll& roll, int bars);

/// The tempo that a MIDI or ABC file begins with, in quarter notes per minute; none where it is
/// neither or says nothing.
std::optional<double> tempo_of(const std::string& path);

/// Reads the files that the order names, where their music is not there yet, and fills in their
/// hashes where there are none, and the tempo where none is asked for. Throws Error.
void read_given(composing::Order& order, const network::Config& config, Progress& progress,
                const Stop& stop);

/// `text` as the order's chords: chord names, a text file with such, or a file of music whose
/// sounding notes they are. Throws Error (usage).
void take_chords(composing::Order& order, const std::string& text);

}  // namespace toccata::tasks
