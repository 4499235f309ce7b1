#pragma once
// A model's weights for a Config that reads music otherwise: other features, another range, with or
// without articulation. Transfer by function-preserving initialisation (Chen, Goodfellow & Shlens,
// "Net2Net", 2016).

#include <vector>

#include "network/model/weights.h"

namespace toccata::network {

/// The weights (parameter_count(to)) with which `to` says what `from` says: features that both have
/// keep their columns, new ones begin at zero and those that `to` lacks are left out; the place of
/// a note in the range is counted from the other end points. So the logits of channels that both
/// have are the same wherever the notes that only one range holds are silent and no feature is
/// lost, but for the note axis, which hears the silence of notes below. A new channel's logit is 0.
/// Throws Error (usage) where the two have other layers, another grid, encode the place in the bar
/// otherwise, or have a head for each note and other notes.
std::vector<float> adapted(const Model& from, const Config& to);

/// Whether adapted() can do it.
bool can_adapt(const Config& from, const Config& to);

}  // namespace toccata::network
