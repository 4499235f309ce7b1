#include "notation/track_writer.h"

#include "base/error.h"

namespace toccata::notation {
namespace {

constexpr Tick kLongestDelta = (Tick{1} << 28) - 1;
constexpr std::uint8_t kEndOfTrack = 0x2f;

}  // namespace

void append_text(Bytes& to, std::string_view text) {
  // Not insert, whose copy g++ 12 takes for an overflow.
  for (const char c : text) to.push_back(static_cast<std::uint8_t>(c));
}

void append_big_endian(Bytes& to, std::uint64_t value, int bytes) {
  for (int i = bytes; i-- > 0;) to.push_back(static_cast<std::uint8_t>(value >> (8 * i)));
}

TrackWriter::TrackWriter(Bytes& file) : file_(file) {
  append_text(file_, "MTrk");
  length_place_ = file_.size();
  append_big_endian(file_, 0, 4);
}

void TrackWriter::channel_event(Tick tick, std::uint8_t status, std::span<const std::uint8_t> data,
                                bool running) {
  delta_to(tick);
  if (!running || status != status_) file_.push_back(status);
  status_ = status;
  for (const std::uint8_t byte : data) file_.push_back(byte);
}

void TrackWriter::meta(Tick tick, std::uint8_t type, std::span<const std::uint8_t> data) {
  delta_to(tick);
  status_ = 0;
  file_.push_back(0xff);
  file_.push_back(type);
  variable_length(data.size());
  for (const std::uint8_t byte : data) file_.push_back(byte);
}

void TrackWriter::meta(Tick tick, std::uint8_t type, std::string_view data) {
  meta(tick, type, std::span(reinterpret_cast<const std::uint8_t*>(data.data()), data.size()));
}

void TrackWriter::system_exclusive(Tick tick, std::uint8_t status,
                                   std::span<const std::uint8_t> data) {
  delta_to(tick);
  status_ = 0;
  file_.push_back(status);
  variable_length(data.size());
  for (const std::uint8_t byte : data) file_.push_back(byte);
}

void TrackWriter::finish(Tick end) {
  meta(end, kEndOfTrack, std::string_view());
  const std::uint64_t length = file_.size() - length_place_ - 4;
  if (length > UINT32_MAX) fail("a track of {} bytes: a MIDI file holds 2^32-1 at most", length);
  for (int i = 0; i < 4; ++i)
    file_[length_place_ + static_cast<std::size_t>(i)] =
        static_cast<std::uint8_t>(length >> (8 * (3 - i)));
}

void TrackWriter::delta_to(Tick tick) {
  // A longer silence than one delta can hold is bridged by empty texts, which mean nothing.
  while (tick - now_ > kLongestDelta) {
    variable_length(static_cast<std::uint64_t>(kLongestDelta));
    now_ += kLongestDelta;
    status_ = 0;
    for (const int byte : {0xff, 0x01, 0x00}) file_.push_back(static_cast<std::uint8_t>(byte));
  }
  variable_length(static_cast<std::uint64_t>(tick - now_));
  now_ = tick;
}

void TrackWriter::variable_length(std::uint64_t value) {
  int shift = 21;
  while (shift > 0 && value >> shift == 0) shift -= 7;
  for (; shift >= 0; shift -= 7)
    file_.push_back(static_cast<std::uint8_t>((value >> shift & 0x7fU) | (shift > 0 ? 0x80U : 0U)));
}

}  // namespace toccata::notation
