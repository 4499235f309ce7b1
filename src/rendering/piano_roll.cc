#include "rendering/piano_roll.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>
#include <string_view>

#include "base/error.h"
#include "base/text.h"
#include "notation/pitch_name.h"
#include "rendering/piano_roll_layout.h"

namespace toccata::rendering {

using notation::Tick;

namespace {

constexpr std::size_t kLongestLegend = 8;
constexpr double kWeakest = 0.4;  // share of its colour that the softest note has

bool is_black(int pitch) {
  constexpr std::array kBlack = {false, true,  false, true,  false, false,
                                 true,  false, true,  false, true,  false};
  return kBlack[static_cast<std::size_t>(pitch % 12)];
}

// A part of the music with a colour of its own: a track, or a channel where there is one track.
struct Part {
  std::string name;
  Colour colour;
  std::vector<notation::Note> notes;
  std::vector<Colour> colours;  // of each note, where they tell a number; else empty
};

bool is_drum(const notation::Note& note) {
  return note.channel == notation::kDrumChannel;
}

void check_scale(const notation::Score& score, const std::optional<NoteScale>& scale) {
  if (!scale) return;
  std::size_t notes = 0;
  for (const notation::Track& track : score.tracks) notes += track.notes.size();
  if (scale->values.size() != notes || !(scale->most > 0))
    fail(
        "the scale of {}: expected a value for each of {} notes and an end above 0, found {} and "
        "{}",
        scale->name, notes, scale->values.size(), scale->most);
}

std::vector<Part> parts_of(const notation::Score& score, const PianoRollOptions& options) {
  const auto with_notes =
      std::count_if(score.tracks.begin(), score.tracks.end(),
                    [](const notation::Track& track) { return !track.notes.empty(); });
  std::vector<Part> parts;
  std::size_t colour = 0, number = 0;
  for (const notation::Track& track : score.tracks) {
    std::map<int, Part> by_channel;
    for (const notation::Note& note : track.notes) {
      Part& part = by_channel[with_notes == 1 || is_drum(note) ? note.channel : 0];
      part.notes.push_back(note);
      if (options.scale)
        part.colours.push_back(
            scale_colour(options.theme, options.scale->values.at(number++) / options.scale->most));
    }
    for (auto& [channel, part] : by_channel) {
      const bool drums = is_drum(part.notes.front());
      part.name = drums                   ? "percussion"
                  : by_channel.size() > 1 ? fmt::format("channel {}", channel + 1)
                  : track.name.empty()    ? fmt::format("part {}", parts.size() + 1)
                                          : track.name;
      part.colour = drums ? palette(options.theme).muted : series_colour(options.theme, colour++);
      parts.push_back(std::move(part));
    }
  }
  return parts;
}

// What the drawing functions share.
struct Sheet {
  const notation::Score& score;
  const ScoreBars& bars;
  const Layout& layout;
  const Palette& colours;
  Canvas& canvas;

  double x(const SystemOfBars& system, Tick tick) const {
    return layout.field_left() + static_cast<double>(tick - system.begin) /
                                     score.ticks_per_quarter * layout.pixels_per_quarter;
  }
  double y(double top, int pitch) const { return top + (layout.high - pitch) * layout.row; }
};

void draw_rows(const Sheet& sheet, double top, double left, double width) {
  const Layout& layout = sheet.layout;
  sheet.canvas.rectangle(left, top, width, layout.field_height(), sheet.colours.field);
  for (int pitch = layout.low; pitch <= layout.high; ++pitch) {
    if (is_black(pitch))
      sheet.canvas.rectangle(left, sheet.y(top, pitch), width, layout.row, sheet.colours.black_key);
    const double bottom = sheet.y(top, pitch) + layout.row;
    if (pitch % 12 == 0 && pitch > layout.low)
      sheet.canvas.line(left, bottom, left + width, bottom, sheet.colours.faint, 1);
  }
}

void draw_keyboard(const Sheet& sheet, double top) {
  const Layout& layout = sheet.layout;
  const Colour white{0.99, 0.99, 1}, black{0.16, 0.18, 0.22}, edge{0.72, 0.74, 0.79};
  const double left = kMargin, width = kKeyboard - 4;
  sheet.canvas.clip(left, top, width, layout.field_height());
  sheet.canvas.rectangle(left, top, width, layout.field_height(), white);
  for (int pitch = layout.low; pitch <= layout.high; ++pitch) {
    const double y = sheet.y(top, pitch), middle = y + layout.row / 2;
    if (is_black(pitch)) {
      // White keys meet in the middle of the black one between them.
      sheet.canvas.line(left, middle, left + width, middle, edge, 0.7);
      sheet.canvas.rounded(left - 3, y + 0.5, width * 0.58 + 3, layout.row - 1, 2, black);
    } else if (pitch % 12 == 0 || pitch % 12 == 5) {  // E-F and B-C touch
      sheet.canvas.line(left, y + layout.row, left + width, y + layout.row, edge, 0.7);
    }
  }
  const double size = std::clamp(layout.row * 1.25, 7.0, 11.0);
  for (int pitch = layout.low; pitch <= layout.high; ++pitch)
    if (pitch % 12 == 0)
      sheet.canvas.text(left + width - 4, sheet.y(top, pitch) + layout.row / 2 + size * 0.36,
                        notation::pitch_name(pitch), size, Colour{0.25, 0.28, 0.34}, Align::right);
  sheet.canvas.unclip();
}

void draw_bar_lines(const Sheet& sheet, const SystemOfBars& system, double top) {
  const double bottom = top + sheet.layout.field_height();
  double last_number = -1e9;
  for (std::int64_t bar = system.first_bar; bar <= system.last_bar; ++bar) {
    const double x = sheet.x(system, sheet.bars.begin_of(bar));
    const auto beats = sheet.bars.beats_of(bar);
    const double next = sheet.x(system, sheet.bars.begin_of(bar + 1));
    if ((next - x) / static_cast<double>(beats.size()) >= 5)
      for (const Tick beat : beats)
        sheet.canvas.line(sheet.x(system, beat), top, sheet.x(system, beat), bottom,
                          sheet.colours.faint, 0.8);
    sheet.canvas.line(x, top - 3, x, bottom, sheet.colours.line, 1);
    const music::MeterAt meter = sheet.bars.shown_meter_of(bar);
    const music::MeterAt before = sheet.bars.shown_meter_of(bar - 1);
    const bool changed =
        bar == sheet.bars.first() || std::pair(meter.numerator, meter.denominator) !=
                                         std::pair(before.numerator, before.denominator);
    // A meter is shown where it changes, even where there is no room for the bar's number.
    if (x - last_number < 30 && !changed) continue;
    const std::string number = x - last_number < 30 || bar == 0 ? "" : std::to_string(bar);
    sheet.canvas.text(x + 2, top - 5, number, 10, sheet.colours.muted);
    last_number = x;
    if (!changed) continue;
    const double after = x + 2 + (number.empty() ? 0 : sheet.canvas.text_width(number, 10) + 7);
    const std::string text = fmt::format("{}/{}", meter.numerator, meter.denominator);
    sheet.canvas.text(after, top - 5, text, 10, sheet.colours.ink, Align::left, true);
    last_number = after + sheet.canvas.text_width(text, 10, true) - 22;
  }
  const double end = sheet.x(system, system.end);
  sheet.canvas.line(end, top - 3, end, bottom, sheet.colours.line, 1);
}

void draw_drum(const Sheet& sheet, double x, double y, const Colour& colour) {
  const double r = sheet.layout.row * 0.48;
  sheet.canvas.begin_path();
  sheet.canvas.to(x, y - r);
  sheet.canvas.to(x + r, y);
  sheet.canvas.to(x, y + r);
  sheet.canvas.to(x - r, y);
  sheet.canvas.fill(colour);
}

void draw_note(const Sheet& sheet, const SystemOfBars& system, double top,
               const notation::Note& note, const Colour& colour) {
  const double y = sheet.y(top, note.pitch), row = sheet.layout.row;
  const double x0 = sheet.x(system, std::max(note.onset, system.begin));
  if (is_drum(note)) return draw_drum(sheet, x0, y + row / 2, colour);
  const double x1 = sheet.x(system, std::min(note.end, system.end));
  const double width = std::max(x1 - x0 - 0.8, 1.6);  // a gap, so that repeated notes stay apart
  sheet.canvas.rounded(x0 + 0.4, y + 0.5, width, row - 1, 2, colour);
  // A darker head tells a struck note from one that sounds on from the system before.
  if (note.onset >= system.begin && width > 4)
    sheet.canvas.rectangle(x0 + 0.4, y + 1, 2, row - 2, mix(colour, sheet.colours.ink, 0.45));
}

void draw_notes(const Sheet& sheet, const SystemOfBars& system, double top, const Part& part) {
  for (std::size_t i = 0; i < part.notes.size(); ++i) {
    const notation::Note& note = part.notes[i];
    if (note.onset >= system.end) break;  // sorted by onset
    const double strength = kWeakest + (1 - kWeakest) * note.velocity / 127.0;
    if (note.end > system.begin || (note.onset == note.end && note.onset >= system.begin))
      draw_note(
          sheet, system, top, note,
          part.colours.empty() ? mix(sheet.colours.field, part.colour, strength) : part.colours[i]);
  }
}

void draw_pedal(const Sheet& sheet, const SystemOfBars& system, double top) {
  const double y = top + sheet.layout.field_height() + 3;
  const auto strip = [&](Tick from, Tick to) {
    const double x0 = sheet.x(system, std::max(from, system.begin));
    const double x1 = sheet.x(system, std::min(to, system.end));
    if (x1 > x0) sheet.canvas.rounded(x0, y, x1 - x0 - 0.6, 3, 1.5, sheet.colours.line);
  };
  for (const notation::Track& track : sheet.score.tracks) {
    std::array<std::optional<Tick>, 16> down{};
    for (const notation::PedalChange& pedal : track.pedals) {
      auto& since = down[pedal.channel & 15];
      if (since && !pedal.down) strip(*since, pedal.tick);
      if (pedal.down != since.has_value())
        since = pedal.down ? std::optional(pedal.tick) : std::nullopt;
    }
    for (const auto& since : down)
      if (since) strip(*since, sheet.score.end);
  }
}

void draw_header(const Sheet& sheet, const std::string& title, const std::string& facts,
                 const std::vector<Part>& parts, const PianoRollOptions& options) {
  Canvas& canvas = sheet.canvas;
  canvas.text(kMargin, 38, title, 20, sheet.colours.ink, Align::left, true);
  canvas.text(kMargin, 60, facts, 12, sheet.colours.muted);
  double right = sheet.layout.width - kMargin;
  if (options.scale) {
    draw_scale(canvas, options.theme, *options.scale, right, 60);
    return;  // colours tell a number, not the part
  }
  if (parts.size() < 2) return;
  const std::size_t shown = std::min(parts.size(), kLongestLegend);
  if (shown < parts.size()) {
    const std::string rest = fmt::format("and {} more", parts.size() - shown);
    canvas.text(right, 60, rest, 12, sheet.colours.muted, Align::right);
    right -= canvas.text_width(rest, 12) + 18;
  }
  const double least = kMargin + canvas.text_width(facts, 12) + 30;
  for (std::size_t i = shown; i-- > 0;) {
    const double width = canvas.text_width(parts[i].name, 12);
    if (right - width - 18 < least) return;
    canvas.text(right, 60, parts[i].name, 12, sheet.colours.ink, Align::right);
    canvas.rounded(right - width - 18, 50, 12, 12, 3, parts[i].colour);
    right -= width + 18 + 18;
  }
}

std::string facts_of(const notation::Score& score, const ScoreBars& bars, const PianoRoll& roll,
                     const std::vector<Part>& parts) {
  const music::MeterAt meter = bars.shown_meter_of(roll.first_bar);
  const Tick begin = bars.begin_of(roll.first_bar), end = bars.begin_of(roll.last_bar + 1);
  std::uint32_t tempo = notation::TempoChange{}.microseconds_per_quarter;
  for (const notation::TempoChange& change : score.tempos)
    if (change.tick <= begin) tempo = change.microseconds_per_quarter;
  std::size_t count = 0;
  int low = 127, high = 0;
  for (const Part& part : parts)
    for (const notation::Note& note : part.notes) {
      if (note.onset < begin || note.onset >= end) continue;
      ++count;
      if (is_drum(note)) continue;
      low = std::min<int>(low, note.pitch);
      high = std::max<int>(high, note.pitch);
    }
  std::string text =
      fmt::format("bars {}–{}{}  ·  {}/{}  ·  {:.0f} quarter notes per minute  ·  {}",
                  std::max<std::int64_t>(roll.first_bar, 1), roll.last_bar,
                  roll.first_bar == 0 ? " after a pickup" : "", meter.numerator, meter.denominator,
                  60e6 / std::max<std::uint32_t>(tempo, 1), counted(count, "note"));
  if (low <= high)
    text += fmt::format("  ·  {} to {}", notation::pitch_name(low), notation::pitch_name(high));
  if (roll.last_bar - roll.first_bar + 1 < roll.bars)
    text += fmt::format("  ·  {} more bars do not fit",
                        roll.bars - (roll.last_bar - roll.first_bar + 1));
  return text;
}

}  // namespace

PianoRoll piano_roll(const notation::Score& score, const PianoRollOptions& options) {
  check_scale(score, options.scale);
  const ScoreBars bars(score);
  const std::int64_t last = bars.bar_at(std::max<Tick>(score.end - 1, 0));
  PianoRoll roll;
  roll.first_bar = options.bars.from.value_or(bars.first());
  roll.last_bar = std::min(options.bars.to.value_or(last), last);
  check_range(roll.first_bar, roll.last_bar, bars.first(), last);
  roll.bars = roll.last_bar - roll.first_bar + 1;
  const Layout layout =
      lay_out(score, bars, roll.first_bar, roll.last_bar, options.width, options.longest_height);
  roll.last_bar = layout.systems.back().last_bar;

  const std::vector<Part> parts = parts_of(score, options);
  const std::string facts = facts_of(score, bars, roll, parts);
  std::string title = options.title;
  if (title.empty() && !score.tracks.empty()) title = score.tracks.front().name;
  if (title.empty()) title = "Piano roll";
  roll.picture = {layout.width, layout.height, title, "Piano roll: " + facts, {}};
  for (int pitch = (layout.low + 11) / 12 * 12; pitch <= layout.high; pitch += 12)
    roll.picture.description += ", " + notation::pitch_name(pitch);
  if (options.scale)
    roll.picture.description += describe(*options.scale);
  else if (parts.size() > 1)
    for (const Part& part : parts) roll.picture.description += "; " + part.name;

  roll.picture.draw = [score, bars, layout, parts, facts, title, options](Canvas& canvas) {
    const Sheet sheet{score, bars, layout, palette(options.theme), canvas};
    canvas.rectangle(0, 0, layout.width, layout.height, sheet.colours.page);
    draw_header(sheet, title, facts, parts, options);
    for (std::size_t i = 0; i < layout.systems.size(); ++i) {
      const SystemOfBars& system = layout.systems[i];
      const double top = layout.field_top(i), left = layout.field_left();
      const double width = sheet.x(system, system.end) - left;
      draw_rows(sheet, top, left, width);
      draw_keyboard(sheet, top);
      draw_bar_lines(sheet, system, top);
      canvas.clip(left, top, width + 1, layout.field_height());
      for (const Part& part : parts) draw_notes(sheet, system, top, part);
      canvas.unclip();
      if (layout.pedal) draw_pedal(sheet, system, top);
    }
  };
  return roll;
}

}  // namespace toccata::rendering
