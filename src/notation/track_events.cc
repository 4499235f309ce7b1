#include "notation/track_events.h"

#include <algorithm>
#include <array>
#include <optional>
#include <string_view>

#include "base/text.h"
#include "notation/byte_cursor.h"
#include "notation/event_lookahead.h"

namespace toccata::notation {
namespace {

constexpr std::uint8_t kFirstText = 0x01, kLastText = 0x0f;
constexpr std::uint8_t kEndOfTrack = 0x2f;
constexpr std::uint32_t kLargestVariable = (1U << 28) - 1;

class TrackReader {
 public:
  TrackReader(std::span<const std::uint8_t> bytes, const TrackBytes& track, RepairLog& repairs,
              TrackHandler& handler)
      : bytes_(bytes),
        track_(track),
        cursor_(bytes, track.begin, track.limit),
        repairs_(repairs),
        handler_(handler) {}

  TrackEnd read() {
    while (!ended_ && !cut_) {
      if (cursor_.at_end() || (!track_.sure && id_at(bytes_, cursor_.place(), "MTrk"))) {
        repairs_.add(cursor_.place(), "no end-of-track event; the track ends with its last event");
        break;
      }
      read_event();
    }
    return {tick_, cursor_.place(), ended_};
  }

 private:
  void read_event() {
    const std::optional<std::uint32_t> delta = variable_length("delta time");
    if (!delta) return;
    if (cursor_.at_end()) return cut_off("a delta time without an event");
    tick_ += *delta;
    if (cursor_.peek() < 0x80) {
      if (running_ == 0) return skip_stray_data();
      if (passed_meta_) {
        if (!told_meta_)
          repairs_.add(cursor_.place(),
                       "running status across a meta or system exclusive event; kept, as most "
                       "programs do");
        told_meta_ = true;
        passed_meta_ = false;
      }
      return channel_event(running_, true);
    }
    status_event();
  }

  void status_event() {
    const std::uint8_t status = cursor_.next();
    if (status < 0xf0) {
      running_ = status;
      passed_meta_ = false;
      return channel_event(status, false);
    }
    if (status == 0xff) return meta_event();
    if (status == 0xf0 || status == 0xf7) return system_exclusive(status);
    // The other system messages have no place in a file; skipped with the data bytes they carry.
    repairs_.add(cursor_.place() - 1, "a system message {:02X}, which no file may hold; skipped",
                 status);
    static constexpr std::array<std::uint8_t, 16> kDataBytes = {0, 1, 2, 1};
    cursor_.skip(kDataBytes[status & 0x0f]);
    passed_meta_ = true;
  }

  void channel_event(std::uint8_t status, bool running) {
    const std::uint8_t kind = status >> 4;
    const bool one_byte = kind == 0xc || kind == 0xd;
    if (cursor_.left() < (one_byte ? 1U : 2U)) return cut_off("an event cut off");
    const std::uint8_t first = data_byte();
    const std::uint8_t second = one_byte ? std::uint8_t{0} : data_byte();
    handler_.channel_event(tick_, status, first, second, running);
  }

  void meta_event() {
    if (cursor_.at_end()) return cut_off("a meta event cut off");
    const std::uint8_t type = cursor_.next();
    const std::optional<std::uint32_t> length = variable_length("meta event's length");
    if (!length) return;
    const std::uint64_t place = cursor_.place();
    std::uint64_t size = *length;
    if (type >= kFirstText && type <= kLastText) {
      size = believable_text_length(bytes_, place, size, cursor_.end(), running_);
      if (size != *length)
        repairs_.add(place, "a text of {} by its own word, but {} by what follows; so read",
                     counted(*length, "byte"), size);
    }
    if (size > cursor_.left())
      return cut_off("a meta event that reaches past the end of its track");
    handler_.meta(tick_, type, cursor_.take(size), place);
    if (type == kEndOfTrack) ended_ = true;
    if (running_ != 0) passed_meta_ = true;
  }

  void system_exclusive(std::uint8_t status) {
    const std::optional<std::uint32_t> length = variable_length("system exclusive event's length");
    if (!length) return;
    if (*length > cursor_.left())
      return cut_off("a system exclusive event that reaches past the end of its track");
    handler_.system_exclusive(tick_, status, cursor_.take(*length));
    if (running_ != 0) passed_meta_ = true;
  }

  std::uint8_t data_byte() {
    const std::uint8_t byte = cursor_.next();
    if (byte <= 127) return byte;
    repairs_.add(cursor_.place() - 1, "a data byte of {}, where 127 is the most; clipped", byte);
    return 127;
  }

  /// A variable-length quantity: 7 bits a byte, four bytes at most (RP-001). Nothing, and the track
  /// cut, where it does not end.
  std::optional<std::uint32_t> variable_length(std::string_view what) {
    const std::uint64_t start = cursor_.place();
    std::uint64_t value = 0;
    int bytes = 0;
    while (!cursor_.at_end()) {
      const std::uint8_t byte = cursor_.next();
      ++bytes;
      value = std::min<std::uint64_t>(value << 7 | (byte & 0x7fU), std::uint64_t{1} << 40);
      if (byte & 0x80U) continue;
      if (bytes > 4)
        repairs_.add(start, "a {} of {} bytes, where 4 is the most; at most 2^28-1 taken", what,
                     bytes);
      return static_cast<std::uint32_t>(std::min<std::uint64_t>(value, kLargestVariable));
    }
    cut_off(fmt::format("a {} that does not end", what));
    return std::nullopt;
  }

  /// Data bytes before any status byte: passed over up to the next status.
  void skip_stray_data() {
    const std::uint64_t start = cursor_.place();
    while (!cursor_.at_end() && cursor_.peek() < 0x80) cursor_.skip(1);
    repairs_.add(start, "{} data bytes without a status byte, skipped", cursor_.place() - start);
    if (cursor_.at_end()) return cut_off("no event after them");
    status_event();
  }

  void cut_off(std::string_view what) {
    repairs_.add(cursor_.place(), "{}; the track ends here, with all before it kept", what);
    cut_ = true;
  }

  std::span<const std::uint8_t> bytes_;
  const TrackBytes& track_;
  ByteCursor cursor_;
  RepairLog& repairs_;
  TrackHandler& handler_;
  Tick tick_ = 0;
  std::uint8_t running_ = 0;  // the last channel status, 0 before the first
  bool passed_meta_ = false;  // a meta or system event since then
  bool told_meta_ = false;    // that repair is told once a track
  bool ended_ = false, cut_ = false;
};

}  // namespace

void TrackHandler::channel_event(Tick tick, std::uint8_t status, std::uint8_t first,
                                 std::uint8_t second, bool /*running*/) {
  const std::uint8_t channel = status & 0x0f;
  switch (status >> 4) {
    case 0x8:
      return note_off(tick, channel, first, second);
    case 0x9:
      if (second == 0) return note_off(tick, channel, first, Note{}.off_velocity);
      return note_on(tick, channel, first, second);
    case 0xb:
      return controller(tick, channel, first, second);
    case 0xc:
      return program(tick, channel, first);
    default:
      return;  // aftertouch and pitch bend: a Score does not hold them
  }
}

TrackEnd read_track_events(std::span<const std::uint8_t> bytes, const TrackBytes& track,
                           RepairLog& repairs, TrackHandler& handler) {
  return TrackReader(bytes, track, repairs, handler).read();
}

}  // namespace toccata::notation
