#pragma once
// Music that is given, read as a model hears it: files that an order names, and bytes that were
// sent.

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/progress.h"
#include "base/stop.h"
#include "composing/order.h"
#include "corpus/import.h"
#include "network/model/config.h"

namespace toccata::tasks {

/// The pieces of `paths` as the model reads them; nothing is dropped in silence: a pitch outside
/// its range is refused unless its Config folds, and files that are left out are warned of.
corpus::Corpus read_for(const network::Config& config, const std::vector<std::string>& paths,
                        int min_steps, Progress& progress, const Stop& stop);

/// What a file of music is given for. What stays (infill, melody, chords) is read from the file's
/// first bar on; a primer as the model reads what it learns from.
enum class Use { prime, infill, melody, chords };
music::Options options_for(music::Options model, Use use, const composing::Order& order);

/// A file's bytes as the model hears them: fills in music, source and, where it is empty, hash. Of
/// the order its bars, voice, beats and treatment of notes out of range count. MIDI, or ABC
/// notation where the path says .abc. Returns the file's tempo in quarter notes per minute: the one
/// of its found beats, its first, or none. Throws Error where the bytes are no such file, hold
/// several pieces or no notes that are heard.
std::optional<double> hear(composing::GivenFile& file, Use use, const composing::Order& order,
                           const network::Config& config, std::span<const std::uint8_t> bytes);

/// The first `bars` bars of a piece; all of it where 0 or more than it has.
music::Roll first_bars(const music::Roll& roll, int bars);

/// Reads the files that the order names, where their music is not there yet, and fills in their
/// hashes where there are none, and the tempo where none is asked for. Faults of a file that were
/// mended are warned of. Throws Error.
void read_given(composing::Order& order, const network::Config& config, Progress& progress,
                const Stop& stop);

/// `text` as the order's chords: chord names, a text file with such, or a file of music whose
/// sounding notes they are. Throws Error (usage).
void take_chords(composing::Order& order, const std::string& text);

}  // namespace toccata::tasks
