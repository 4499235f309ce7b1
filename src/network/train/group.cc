#include "network/train/group.h"

#include <algorithm>
#include <numeric>

#include "base/error.h"

namespace toccata::network::train {

void Group::add(int sequence, int steps_) {
  first_row.push_back(frames_);
  b.push_back(sequence);
  length.push_back(steps_);
  frames_ += static_cast<std::size_t>(steps_);
}

std::vector<Group> plan_groups(const music::Batch& batch, int windows) {
  std::vector<int> order(batch.sequences);
  std::iota(order.begin(), order.end(), 0);
  std::stable_sort(order.begin(), order.end(),
                   [&](int x, int y) { return batch.lengths[x] > batch.lengths[y]; });
  const std::size_t count = (order.size() + windows - 1) / windows;
  std::vector<Group> groups(count);
  for (std::size_t k = 0; k < order.size(); ++k)
    groups[k * count / order.size()].add(order[k], batch.lengths[order[k]]);
  return groups;
}

void check_batch(const Config& config, const music::Batch& batch) {
  if (batch.notes != config.notes())
    fail("The model looks at {} notes, but the batch holds {}.", config.notes(), batch.notes);
  if (batch.sequences < 1 || batch.steps < 1)
    fail("A batch of {} steps by {} sequences is empty.", batch.steps, batch.sequences);
  const auto sequences = static_cast<std::size_t>(batch.sequences);
  const auto frames = static_cast<std::size_t>(batch.steps) * sequences;
  if (batch.history < config.history())
    fail("The model looks {} frames back, but the batch holds {}.", config.history(),
         batch.history);
  if (!batch.heard.empty() && batch.heard.size() != batch.frames.size())
    fail("A batch's frames as heard are {} cells; its frames are {}.", batch.heard.size(),
         batch.frames.size());
  if (batch.frames.size() != (frames + static_cast<std::size_t>(batch.history) * sequences) *
                                 static_cast<std::size_t>(batch.notes) ||
      batch.bar_phase.size() != frames || batch.beat_phase.size() != frames ||
      batch.step.size() != frames || batch.lengths.size() != sequences ||
      batch.sample.size() != sequences)
    fail("A batch of {} steps by {} sequences has arrays of other sizes.", batch.steps,
         batch.sequences);
  for (const int length : batch.lengths)
    if (length < 1 || length > batch.steps)
      fail("A window's length is {}; it must be 1 to {}.", length, batch.steps);
}

}  // namespace toccata::network::train
