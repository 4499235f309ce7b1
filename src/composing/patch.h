#pragma once
// A composed piece as a patch to the file that was given: its events with some taken out and others
// put in.

#include <string_view>

#include "base/files.h"
#include "composing/compose.h"

namespace toccata::composing {

/// The bytes of the order's file (patched_file, given.h) with the piece in it.
/// - Notes that were composed anew are taken out, on and off; all other events stay as they are.
/// - A new note goes into the part (a track's channel) that it belongs to: of those that lost notes
///   there, or else sound near, the one whose notes lie nearest in pitch, so that parts keep their
///   order and do not sound more notes at a time than they do elsewhere. Around a melody whose file
///   has no other part, new notes get tracks of their own, "Harmony 1" and so on from the top.
/// - It is as loud as the notes of that part around it (the mean of four), unless the order says.
/// - Where a primer is cut after some bars, all that the file has from there on is taken out; notes
///   that reach over the cut end where the piece has them end, and pedals come up.
/// - A tempo in the order other than the file's multiplies all of its tempos.
/// - `receipt` becomes the first event of the first track with notes, in place of an older one.
Bytes patched(const Composed& piece, const Order& order, std::string_view receipt);

}  // namespace toccata::composing
