#pragma once
// Our own generator of malformed MIDI files: every kind of fault that we know, by name. Tests, fuzz
// seeds and ./dev torture files draw from it.

#include <span>

#include "hostile/midi_tree.h"

namespace toccata::hostile {

struct Malformed {
  Bytes bytes;
  Bytes meant;  // the sound file whose music must be read out of `bytes`; empty: none can be
};

struct MalformedKind {
  const char* name;
  const char* says;  // in the error's text (where `meant` is empty), or in a repair's
  Malformed (*make)(Random& random);
};

std::span<const MalformedKind> malformed_kinds();

}  // namespace toccata::hostile
