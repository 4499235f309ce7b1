#pragma once
// Structure-aware mutants: sound MIDI files whose parts are changed, lost, doubled, exchanged and
// lied about, one or many at a time; and what must hold whoever reads one.

#include <string>

#include "hostile/midi_tree.h"

namespace toccata::hostile {

/// Mutant number `number` of the series `seed`.
Bytes midi_mutant(std::uint64_t seed, std::uint64_t number);

/// Flips, cuts, doubles and fills one to four stretches of `bytes`, whatever they are.
Bytes damaged(Bytes bytes, Random& random);

/// Reads `bytes` as a MIDI file: what is refused is refused with an Error that names the file, and
/// what is read can be written, read back strictly and laid on a grid. Returns what is wrong, or
/// "". `read`: set where the file was read.
std::string survive_midi(const Bytes& bytes, bool& read);

}  // namespace toccata::hostile
