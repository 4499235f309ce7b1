#include "notation/note_pairing.h"

namespace toccata::notation {
namespace {

std::size_t queue_of(std::uint8_t channel, std::uint8_t pitch) {
  return std::size_t{channel} * 128 + pitch;
}

}  // namespace

void NotePairing::begin(std::vector<Note>& into, std::size_t notes) {
  notes_ = &into;
  notes_->reserve(notes);
  next_.clear();
  next_.reserve(notes);
}

void NotePairing::on(Tick tick, std::uint8_t channel, std::uint8_t pitch, std::uint8_t velocity) {
  const auto index = static_cast<std::uint32_t>(notes_->size());
  notes_->push_back({.onset = tick,
                     .end = tick,
                     .pitch = pitch,
                     .velocity = velocity,
                     .off_velocity = Note{}.off_velocity,
                     .channel = channel});
  next_.push_back(kNone);
  const std::size_t queue = queue_of(channel, pitch);
  if (first_[queue] == kNone)
    first_[queue] = index;
  else
    next_[last_[queue]] = index;
  last_[queue] = index;
  ++open_;
}

bool NotePairing::off(Tick tick, std::uint8_t channel, std::uint8_t pitch, std::uint8_t velocity) {
  std::uint32_t& first = first_[queue_of(channel, pitch)];
  if (first == kNone) return false;
  Note& note = (*notes_)[first];
  note.end = tick;
  note.off_velocity = velocity;
  first = next_[first];
  --open_;
  return true;
}

std::size_t NotePairing::close_all(Tick tick) {
  const std::size_t closed = open_;
  if (open_ == 0) return 0;
  for (std::uint32_t& first : first_) {
    for (; first != kNone; first = next_[first]) (*notes_)[first].end = tick;
  }
  open_ = 0;
  return closed;
}

}  // namespace toccata::notation
