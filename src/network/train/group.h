#pragma once
// Which windows of a batch are worked on side by side.

#include <cstddef>
#include <vector>

#include "music/batch.h"
#include "network/model/config.h"

namespace toccata::network::train {

/// Windows worked on together, longest first.
struct Group {
  std::vector<int> b;                  // of the batch
  std::vector<int> length;             // steps that count, none zero
  std::vector<std::size_t> first_row;  // of each window on the note axis

  void add(int sequence, int steps);
  int windows() const { return static_cast<int>(b.size()); }
  int steps() const { return length.empty() ? 0 : length[0]; }
  std::size_t frames() const { return frames_; }

 private:
  std::size_t frames_ = 0;
};

/// The batch's windows in groups of about `windows`.
std::vector<Group> plan_groups(const music::Batch& batch, int windows);

/// Throws Error where the batch's arrays do not fit each other or the model.
void check_batch(const Config& config, const music::Batch& batch);

}  // namespace toccata::network::train
