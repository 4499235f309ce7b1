#include "notation/track_builder.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cstdlib>
#include <optional>

#include "base/text.h"
#include "notation/byte_cursor.h"
#include "notation/text_encoding.h"
#include "notation/tidy.h"
#include "notation/track_events.h"

namespace toccata::notation {
namespace {

constexpr std::uint8_t kSustain = 64;
constexpr std::uint8_t kTrackName = 0x03, kLastText = 0x07;
constexpr std::uint8_t kTempo = 0x51, kMeter = 0x58, kKey = 0x59;
constexpr int kLargestDenominatorPower = 8;  // 1/256 notes

bool is_text(std::uint8_t type, std::span<const std::uint8_t> data) {
  return type >= 1 && type <= kLastText && !data.empty();
}

/// Which state of the pedal each channel was told last; what repeats it is no change.
class PedalStates {
 public:
  bool changes(std::uint8_t channel, bool down) {
    auto& state = states_[channel];
    if (state == down) return false;
    state = down;
    return true;
  }

 private:
  std::array<std::optional<bool>, 16> states_;
};

class Counter : public TrackHandler {
 public:
  void note_on(Tick, std::uint8_t, std::uint8_t, std::uint8_t) override { ++notes; }
  void note_off(Tick, std::uint8_t, std::uint8_t, std::uint8_t) override {}
  void controller(Tick, std::uint8_t channel, std::uint8_t number, std::uint8_t value) override {
    if (number == kSustain && states_.changes(channel, value >= 64)) ++pedals;
  }
  void program(Tick, std::uint8_t, std::uint8_t) override { ++programs; }
  void meta(Tick, std::uint8_t type, std::span<const std::uint8_t> data, std::uint64_t) override {
    if (is_text(type, data)) ++texts;
  }

  std::size_t notes = 0, pedals = 0, programs = 0, texts = 0;

 private:
  PedalStates states_;
};

class Builder : public TrackHandler {
 public:
  Builder(Track& track, RepairLog& repairs, NotePairing& pairing, Maps& maps)
      : track_(track), repairs_(repairs), pairing_(pairing), maps_(maps) {}

  void note_on(Tick tick, std::uint8_t channel, std::uint8_t pitch,
               std::uint8_t velocity) override {
    pairing_.on(tick, channel, pitch, velocity);
  }
  void note_off(Tick tick, std::uint8_t channel, std::uint8_t pitch,
                std::uint8_t velocity) override {
    // A stray off ends nothing. Real files are full of them ("all notes off" at the end), and
    // nothing is lost: not a repair.
    pairing_.off(tick, channel, pitch, velocity);
  }
  void controller(Tick tick, std::uint8_t channel, std::uint8_t number,
                  std::uint8_t value) override {
    const bool down = value >= 64;
    if (number == kSustain && states_.changes(channel, down))
      track_.pedals.push_back({tick, channel, down});
  }
  void program(Tick tick, std::uint8_t channel, std::uint8_t program) override {
    track_.programs.push_back({tick, channel, program});
  }
  void meta(Tick tick, std::uint8_t type, std::span<const std::uint8_t> data,
            std::uint64_t byte) override {
    if (is_text(type, data)) return text(tick, type, data);
    if (type == kTempo) return tempo(tick, data, byte);
    if (type == kMeter) return meter(tick, data, byte);
    if (type == kKey) return key(tick, data, byte);
  }

 private:
  void text(Tick tick, std::uint8_t kind, std::span<const std::uint8_t> data) {
    if (kind == kTrackName && track_.name.empty())
      track_.name = to_utf8(data);
    else
      track_.texts.push_back({tick, kind, to_utf8(data)});
  }

  void tempo(Tick tick, std::span<const std::uint8_t> data, std::uint64_t byte) {
    if (data.size() != 3)
      repairs_.add(byte, "a tempo of {}, where 3 are due; {}", counted(data.size(), "byte"),
                   data.size() > 3 ? "the first 3 read" : "left out");
    if (data.size() < 3) return;
    const std::uint32_t value = big_endian(data.first(3));
    if (value == 0) return repairs_.add(byte, "a tempo of 0 microseconds per quarter, left out");
    maps_.tempos.push_back({tick, value});
  }

  void meter(Tick tick, std::span<const std::uint8_t> data, std::uint64_t byte) {
    if (data.size() != 4)
      repairs_.add(byte, "a meter of {}, where 4 are due; {}", counted(data.size(), "byte"),
                   data.size() >= 2 ? "the first 2 read" : "left out");
    if (data.size() < 2) return;
    if (data[0] == 0 || data[1] > kLargestDenominatorPower)
      return repairs_.add(byte, "a meter of {}/2^{}, left out", data[0], data[1]);
    maps_.meters.push_back({tick, data[0], 1 << data[1]});
  }

  void key(Tick tick, std::span<const std::uint8_t> data, std::uint64_t byte) {
    if (data.size() < 2)
      return repairs_.add(byte, "a key signature of {}, where 2 are due; left out",
                          counted(data.size(), "byte"));
    const int sharps = std::bit_cast<std::int8_t>(data[0]);
    if (std::abs(sharps) > 7 || data[1] > 1)
      return repairs_.add(byte, "a key signature of {} sharps in mode {}, left out", sharps,
                          data[1]);
    maps_.keys.push_back({tick, sharps, data[1] == 1});
  }

  Track& track_;
  RepairLog& repairs_;
  NotePairing& pairing_;
  Maps& maps_;
  PedalStates states_;
};

}  // namespace

BuiltTrack build_track(std::span<const std::uint8_t> bytes, const TrackBytes& where,
                       RepairLog& repairs, NotePairing& pairing, Maps& maps) {
  Counter count;
  RepairLog silent(repairs.where(), RepairLog::Mode::silent);
  read_track_events(bytes, where, silent, count);

  BuiltTrack built;
  built.track.pedals.reserve(count.pedals);
  built.track.programs.reserve(count.programs);
  built.track.texts.reserve(count.texts);
  pairing.begin(built.track.notes, count.notes);
  Builder builder(built.track, repairs, pairing, maps);
  const TrackEnd end = read_track_events(bytes, where, repairs, builder);
  const std::size_t open = pairing.close_all(end.tick);
  if (open > 0)
    repairs.add(end.byte, "{} without an end, ended at the end of the track",
                counted(open, "note"));
  sort_notes(built.track.notes);
  built.end = end.tick;
  built.stopped = end.byte;
  built.ended = end.ended;
  return built;
}

}  // namespace toccata::notation
