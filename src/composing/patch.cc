#include "composing/patch.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <map>
#include <optional>

#include "base/error.h"
#include "composing/cell_sets.h"
#include "composing/given.h"
#include "composing/parts.h"
#include "composing/receipt.h"
#include "notation/text_encoding.h"

namespace toccata::composing {
namespace {

using music::HeardNote;
using notation::EventFile;
using notation::FileEvent;
using notation::FileNote;
using notation::Note;
using notation::Tick;

constexpr std::uint8_t kMeta = 0xff, kText = 0x01, kTrackName = 0x03, kTempo = 0x51, kMeter = 0x58;
constexpr std::uint8_t kNoteOff = 0x80, kNoteOn = 0x90, kController = 0xb0, kProgram = 0xc0;
constexpr std::uint8_t kFirstPedal = 64, kLastPedal = 69;  // sustain to hold 2
constexpr std::uint32_t kUsualTempo = 500000, kSlowest = 0xffffff;
constexpr double kSameTempo = 0.01;  // quarter notes per minute, which a page rounds to
constexpr int kNearQuarters = 16;    // how far a part may be silent and still be near
constexpr int kMostHarmony = 4;      // tracks

bool is_meta(const FileEvent& event, std::uint8_t type) {
  return event.status == kMeta && event.first == type;
}

std::string_view tempo_text(std::uint32_t tempo, std::array<char, 3>& data) {
  for (unsigned i = 0; i < 3; ++i) data[i] = static_cast<char>(tempo >> (16 - 8 * i) & 0xff);
  return {data.data(), data.size()};
}

// Multiplies all tempos so that `first` comes to `tempo` quarter notes per minute, unless it is
// that already or the file counts frames per second.
void scale_tempos(EventFile& file, std::uint32_t first, double tempo) {
  if (file.division >= 0x8000 || std::abs(60e6 / first - tempo) <= kSameTempo) return;
  const auto value_of = [&](const FileEvent& event) {
    std::uint32_t value = 0;
    for (const std::uint8_t byte : file.data_of(event).first(3)) value = value << 8 | byte;
    return value;
  };
  const auto scaled = [&](std::uint32_t value) {
    const double wanted = std::round(value * (60e6 / tempo / first));
    return static_cast<std::uint32_t>(std::clamp(wanted, 1.0, double{kSlowest}));
  };
  bool begins = false;
  std::array<char, 3> data;
  for (notation::FileTrack& track : file.tracks) {
    for (FileEvent& event : track.events) {
      if (!is_meta(event, kTempo) || event.length < 3 || value_of(event) == 0) continue;
      begins = begins || event.tick == 0;
      event = file.meta(event.tick, kTempo, tempo_text(scaled(value_of(event)), data));
    }
  }
  if (begins) return;
  auto& events = file.tracks.front().events;
  events.insert(events.begin(), file.meta(0, kTempo, tempo_text(scaled(kUsualTempo), data)));
}

// A run of cells of the piece that no given note has: steps and pitch.
struct Run {
  int onset = 0, end = 0, pitch = 0;
  bool held = false;  // sounds on from a given note
};

// What the piece has beside `given`, by onset, then pitch.
std::vector<Run> runs_beside(const music::Roll& piece, const music::Roll& given) {
  std::vector<Run> runs;
  std::vector<std::size_t> open(static_cast<std::size_t>(piece.notes()), 0);  // 1 + index
  for (int t = 0; t < piece.steps; ++t) {
    for (int n = 0; n < piece.notes(); ++n) {
      std::size_t& own = open[static_cast<std::size_t>(n)];
      const std::uint8_t cell = piece.frame(t)[n];
      if (!(cell & music::kPlay) || (given.frame(t)[n] & music::kPlay)) {
        own = 0;
        continue;
      }
      const std::uint8_t before = t > 0 ? piece.frame(t - 1)[n] : std::uint8_t{0};
      const bool held = kind_of(before, cell, piece.articulation) == kHeld;
      if (own == 0 || !held) {
        runs.push_back({t, t, piece.low + n, held});
        own = runs.size();
      }
      runs[own - 1].end = t + 1;
    }
  }
  return runs;
}

class Patch {
 public:
  Patch(const Composed& piece, const Order& order)
      : piece_(piece),
        order_(order),
        source_(*patched_file(order)->source),
        file_(source_.file),
        notes_(source_.notes),
        stays_(staying_notes(order, source_.heard)),
        ticks_per_quarter_(source_.ticks_per_quarter) {
    // Every step needs a tick of its own.
    const double ticks = source_.grid
                             ? std::min<double>(source_.grid->fewest_ticks(), ticks_per_quarter_)
                             : ticks_per_quarter_;
    if (ticks < piece.roll.grid) refine_by(static_cast<int>(std::ceil(piece.roll.grid / ticks)));
    for (const notation::FileTrack& track : file_.tracks)
      removed_.emplace_back(track.events.size(), false);
    added_.resize(file_.tracks.size());
  }

  Bytes make(std::string_view receipt) {
    take_out_notes();
    if (order_.prime && order_.prime_bars > 0) cut();
    put_in_notes();
    if (order_.prime) put_in_meters();
    for (std::size_t t = 0; t < file_.tracks.size(); ++t)
      edit(file_.tracks[t], removed_[t], std::move(added_[t]));
    // A silence at its end belongs to the piece.
    Tick& end = file_.tracks.front().end;
    if (order_.prime) end = std::max(end, tick_of(piece_.roll.steps));
    if (order_.tempo) scale_tempos(file_, source_.tempo, *order_.tempo);
    set_receipt(receipt);
    return write_event_file(file_);
  }

 private:
  void refine_by(int factor) {
    refine(file_, factor);
    ticks_per_quarter_ *= factor;
    for (FileNote& note : notes_) {
      note.note.onset *= factor;
      note.note.end *= factor;
    }
  }

  // Of a step of the piece.
  Tick tick_of(int step) const {
    const std::int64_t on_grid = source_.first_step + step;
    if (!source_.grid) return music::tick_of_step(on_grid, piece_.roll.grid, ticks_per_quarter_);
    const double tick = source_.grid->tick(static_cast<double>(on_grid) / piece_.roll.grid);
    return std::max<Tick>(0, std::llround(tick * ticks_per_quarter_ / source_.ticks_per_quarter));
  }

  void take_out(const FileNote& note) {
    removed_[note.track][note.on] = true;
    if (note.off) removed_[note.track][*note.off] = true;
  }

  void take_out_notes() {
    for (std::size_t i = 0; i < notes_.size(); ++i)
      if (!stays_[i]) take_out(notes_[i]);
  }

  // Where the primer ends, so does all that the file has.
  void cut() {
    const int past = order_.prime->music->steps;
    const Tick end = tick_of(past);
    std::vector<std::vector<bool>> of_notes;
    for (const notation::FileTrack& track : file_.tracks)
      of_notes.emplace_back(track.events.size(), false);
    for (std::size_t i = 0; i < notes_.size(); ++i) {
      FileNote& note = notes_[i];
      of_notes[note.track][note.on] = true;
      if (note.off) of_notes[note.track][*note.off] = true;
      if (!stays_[i] || source_.heard[i].end <= past) continue;
      if (note.off) removed_[note.track][*note.off] = true;
      note.note.end = end_of_held(source_.heard[i]).value_or(end);
      add_end(note);
    }
    for (std::size_t t = 0; t < file_.tracks.size(); ++t) {
      notation::FileTrack& track = file_.tracks[t];
      std::array<std::array<bool, kLastPedal + 1>, 16> down{};
      for (std::size_t i = 0; i < track.events.size(); ++i) {
        const FileEvent& event = track.events[i];
        if (event.tick >= end) {
          if (!of_notes[t][i]) removed_[t][i] = true;
        } else if ((event.status & 0xf0) == kController && event.first >= kFirstPedal &&
                   event.first <= kLastPedal) {
          down[event.status & 0x0f][event.first] = event.second >= 64;
        }
      }
      for (unsigned channel = 0; channel < 16; ++channel)
        for (std::uint8_t pedal = kFirstPedal; pedal <= kLastPedal; ++pedal)
          if (down[channel][pedal])
            added_[t].push_back({.tick = end,
                                 .status = static_cast<std::uint8_t>(kController | channel),
                                 .first = pedal});
      track.end = std::min(track.end, end);
    }
  }

  // Where the piece ends a note that reaches over the cut, if it lets it sound on.
  std::optional<Tick> end_of_held(const HeardNote& note) const {
    for (const Run& run : runs())
      if (run.held && run.pitch == note.pitch) return tick_of(run.end);
    return std::nullopt;
  }

  const std::vector<Run>& runs() const {
    if (!runs_) {
      music::Roll given = roll_of(piece_.roll, source_.heard, stays_);
      if (order_.prime) {
        const auto past = static_cast<std::ptrdiff_t>(order_.prime->music->cells.size());
        std::copy_n(piece_.roll.cells.begin(), past, given.cells.begin());
        std::fill(given.cells.begin() + past, given.cells.end(), std::uint8_t{0});
      }
      runs_ = runs_beside(piece_.roll, given);
    }
    return *runs_;
  }

  // The parts that the model hears, with their notes.
  std::vector<Part> all_parts() const {
    std::vector<Part> parts;
    std::map<std::pair<std::size_t, std::uint8_t>, std::size_t> index;
    for (std::size_t i = 0; i < notes_.size(); ++i) {
      const FileNote& note = notes_[i];
      // What follows a primer's cut is no model for what replaces it.
      if (!source_.heard[i].heard() || (order_.prime && !stays_[i])) continue;
      const auto [at, is_new] = index.try_emplace({note.track, note.note.channel}, parts.size());
      if (is_new) parts.push_back({.track = note.track, .channel = note.note.channel});
      parts[at->second].notes.push_back(note.note);
      parts[at->second].stays.push_back(stays_[i]);
    }
    for (Part& part : parts) part.voices = usual_voices(part.notes, ticks_per_quarter_);
    return parts;
  }

  // Those that new notes from `first` to `last` may belong to.
  std::vector<Part> parts_for(Tick first, Tick last) const {
    std::vector<Part> all = all_parts(), chosen;
    const auto choose = [&](auto fits) {
      if (chosen.empty()) std::ranges::copy_if(all, std::back_inserter(chosen), fits);
    };
    if (!order_.prime)
      choose([](const Part& part) { return std::ranges::count(part.stays, false) > 0; });
    if (order_.melody) return chosen;
    const Tick near = Tick{kNearQuarters} * ticks_per_quarter_;
    choose([&](const Part& part) {
      return std::ranges::any_of(part.notes, [&](const Note& note) {
        return note.onset >= first - near && note.onset <= last + near;
      });
    });
    choose([](const Part&) { return true; });
    return chosen;
  }

  void put_in_notes() {
    std::vector<Note> notes;
    for (const Run& run : runs()) {
      if (!run.held)
        notes.push_back({.onset = tick_of(run.onset),
                         .end = tick_of(run.end),
                         .pitch = static_cast<std::uint8_t>(run.pitch)});
    }
    if (notes.empty()) return;
    std::vector<Part> parts = parts_for(notes.front().onset, notes.back().onset);
    const bool harmony = parts.empty();
    std::vector<Note> around;  // whose loudness harmony takes
    if (harmony) {
      around = given_notes();
      parts = add_harmony(notes);
    }
    find_room();
    const std::vector<std::size_t> shares = share_out(notes, parts);
    for (std::size_t i = 0; i < notes.size(); ++i) {
      const Part& part = parts[shares[i]];
      Note note = notes[i];
      note.channel = part.channel;
      note.velocity = static_cast<std::uint8_t>(order_.velocity.value_or(
          velocity_near(harmony ? around : part.notes, note.onset, kUsualVelocity)));
      make_room(note, part.track);
      add(note, part.track);
    }
  }

  std::vector<Note> given_notes() const {
    std::vector<Note> given;
    for (std::size_t i = 0; i < notes_.size(); ++i)
      if (source_.heard[i].heard() && stays_[i]) given.push_back(notes_[i].note);
    std::ranges::stable_sort(given, {}, &Note::onset);
    return given;
  }

  // Tracks for notes around a melody that stands alone, on a channel that no other track uses, with
  // the melody's sound.
  std::vector<Part> add_harmony(const std::vector<Note>& notes) {
    std::array<bool, 16> used{};
    used[notation::kDrumChannel] = true;
    std::optional<std::uint8_t> melody;
    for (std::size_t i = 0; i < notes_.size() && !melody; ++i)
      if (source_.heard[i].heard()) melody = notes_[i].note.channel;
    std::uint8_t program = 0;
    bool found = false;
    for (const notation::FileTrack& track : file_.tracks) {
      for (const FileEvent& event : track.events) {
        if (event.status >= 0xf0) continue;
        const std::uint8_t channel = event.status & 0x0f;
        used[channel] = true;
        if (!found && (event.status & 0xf0) == kProgram && channel == melody.value_or(0)) {
          program = event.first;
          found = true;
        }
      }
    }
    const auto unused = std::ranges::find(used, false);
    const auto channel = unused == used.end() ? melody.value_or(0)
                                              : static_cast<std::uint8_t>(unused - used.begin());
    const int voices = std::min(usual_voices(notes, ticks_per_quarter_), kMostHarmony);
    std::vector<Part> parts;
    for (int voice = 1; voice <= voices; ++voice) {
      parts.push_back({.track = file_.tracks.size(), .channel = channel});
      notation::FileTrack& track = file_.tracks.emplace_back();
      track.events.push_back(file_.meta(
          0, kTrackName, voices == 1 ? std::string("Harmony") : fmt::format("Harmony {}", voice)));
      track.events.push_back(
          {.tick = 0, .status = static_cast<std::uint8_t>(kProgram | channel), .first = program});
      removed_.emplace_back(track.events.size(), false);
      added_.emplace_back();
    }
    if (file_.format == 2) file_.format = 1;  // whose tracks would be pieces of their own
    return parts;
  }

  // What may stand in a new note's way: notes that stay, and ends of no note, which would cut it
  // short.
  void find_room() {
    for (std::size_t i = 0; i < notes_.size(); ++i)
      if (stays_[i]) staying_[key_of(notes_[i].note)].push_back(&notes_[i].note);
    for (auto& [key, notes] : staying_) std::ranges::stable_sort(notes, {}, &Note::onset);
    std::vector<std::vector<bool>> paired;
    for (const notation::FileTrack& track : source_.file.tracks)
      paired.emplace_back(track.events.size(), false);
    for (const FileNote& note : notes_)
      if (note.off) paired[note.track][*note.off] = true;
    strays_.resize(file_.tracks.size());
    for (std::size_t t = 0; t < paired.size(); ++t) {
      for (std::uint32_t i = 0; i < paired[t].size(); ++i) {
        const FileEvent& event = file_.tracks[t].events[i];
        if (ends_note(event) && !paired[t][i])
          strays_[t][(event.status & 0x0f) * 128 + event.first].emplace_back(event.tick, i);
      }
    }
  }

  // Given notes of its pitch lie off the grid by up to half a step: the new one gives way.
  void make_room(Note& note, std::size_t track) {
    if (const auto found = staying_.find(key_of(note)); found != staying_.end()) {
      for (const Note* other : found->second) {
        if (other->onset >= note.end) break;
        if (other->end <= note.onset) continue;
        if (other->onset <= note.onset) {
          note.onset = std::min(other->end, note.end - 1);
        } else {
          note.end = other->onset;
        }
      }
    }
    const auto strays = strays_[track].find(key_of(note));
    if (strays == strays_[track].end()) return;
    for (const auto& [tick, index] : strays->second)
      if (tick > note.onset && tick < note.end) removed_[track][index] = true;
  }

  static int key_of(const Note& note) { return note.channel * 128 + note.pitch; }

  void add(const Note& note, std::size_t track) {
    added_[track].push_back({.tick = note.onset,
                             .status = static_cast<std::uint8_t>(kNoteOn | note.channel),
                             .first = note.pitch,
                             .second = note.velocity});
    added_[track].push_back({.tick = note.end,
                             .status = static_cast<std::uint8_t>(kNoteOff | note.channel),
                             .first = note.pitch,
                             .second = note.off_velocity});
  }

  void add_end(const FileNote& note) {
    added_[note.track].push_back({.tick = note.note.end,
                                  .status = static_cast<std::uint8_t>(kNoteOff | note.note.channel),
                                  .first = note.note.pitch,
                                  .second = note.note.off_velocity});
  }

  // Meters from the primer's end on are the piece's.
  void put_in_meters() {
    for (const music::MeterAt& meter : piece_.roll.meters) {
      if (meter.step < order_.prime->music->steps - 0.5 || !order_.meter) continue;
      const std::array<char, 4> data{
          static_cast<char>(meter.numerator),
          static_cast<char>(std::countr_zero(static_cast<unsigned>(meter.denominator))), 24, 8};
      added_.front().push_back(file_.meta(tick_of(static_cast<int>(std::lround(meter.step))),
                                          kMeter, std::string_view(data.data(), data.size())));
    }
  }

  void set_receipt(std::string_view text) {
    const auto is_receipt = [&](const FileEvent& event) {
      return is_meta(event, kText) && is_receipt_text(notation::to_utf8(file_.data_of(event)));
    };
    for (notation::FileTrack& track : file_.tracks) std::erase_if(track.events, is_receipt);
    const auto with_notes =
        std::ranges::find_if(file_.tracks, [](const notation::FileTrack& track) {
          return std::ranges::any_of(track.events, [](const FileEvent& event) {
            return (event.status & 0xf0) == kNoteOn && event.second > 0;
          });
        });
    auto& events = (with_notes == file_.tracks.end() ? file_.tracks.front() : *with_notes).events;
    events.insert(events.begin(), file_.meta(0, kText, text));
  }

  const Composed& piece_;
  const Order& order_;
  const GivenSource& source_;
  EventFile file_;
  std::vector<FileNote> notes_;  // with the ticks of file_
  const std::vector<bool> stays_;
  int ticks_per_quarter_;
  std::vector<std::vector<bool>> removed_;     // (tracks, events)
  std::vector<std::vector<FileEvent>> added_;  // (tracks)
  mutable std::optional<std::vector<Run>> runs_;
  std::map<int, std::vector<const Note*>> staying_;                                 // by key_of
  std::vector<std::map<int, std::vector<std::pair<Tick, std::uint32_t>>>> strays_;  // (tracks)
};

}  // namespace

Bytes patched(const Composed& piece, const Order& order, std::string_view receipt) {
  return Patch(piece, order).make(receipt);
}

}  // namespace toccata::composing
