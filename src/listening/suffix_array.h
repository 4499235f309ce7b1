#pragma once
// The suffix array: all suffixes of a text in order. Built by induced sorting in linear time: Nong,
// Zhang, Chan, "Two efficient algorithms for linear time suffix array construction", IEEE
// Transactions on Computers 2011 (SA-IS).

#include <cstdint>
#include <span>
#include <vector>

namespace toccata::listening {

/// The places at which the suffixes of `text` begin, from the smallest suffix to the largest (a
/// suffix that is a prefix of another comes first).
///   text: symbols 0 … alphabet-1
std::vector<std::int32_t> suffix_array(std::span<const std::int32_t> text, std::int32_t alphabet);

}  // namespace toccata::listening
