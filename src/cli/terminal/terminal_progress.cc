#include "cli/terminal/terminal_progress.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <utility>

#include "base/terminal.h"
#include "base/text.h"
#include "base/this_process.h"

namespace toccata::cli {
namespace {

constexpr double kBetweenDraws = 0.08, kBetweenLines = 60;  // seconds

// What a terminal shows of UTF-8, in columns.
int width_of(std::string_view text) {
  return static_cast<int>(
      std::ranges::count_if(text, [](unsigned char c) { return (c & 0xC0) != 0x80; }));
}

std::string bar_of(std::uint64_t done, std::uint64_t total, int width) {
  const auto filled = static_cast<int>(static_cast<double>(std::min(done, total)) /
                                       static_cast<double>(total) * width);
  std::string bar;
  for (int i = 0; i < width; ++i) bar += i < filled ? "█" : "░";
  return bar;
}

std::string rate_text(double rate) {
  if (rate >= 1e6) return fmt::format("{:.1f}M", rate / 1e6);
  if (rate >= 1e4) return fmt::format("{:.1f}k", rate / 1e3);
  return rate >= 10 ? fmt::format("{:.0f}", rate) : fmt::format("{:.2g}", rate);
}

}  // namespace

std::string progress_line(const ProgressState& state, int columns) {
  const double rate = state.seconds > 0 ? static_cast<double>(state.done) / state.seconds : 0;
  const std::string count = state.total > 0
                                ? fmt::format(" {}/{} {}", state.done, state.total, state.unit)
                                : fmt::format(" {} {}", state.done, state.unit);
  std::string speed, left;
  if (rate > 0) speed = fmt::format("  {}/s", rate_text(rate));
  if (rate > 0 && state.total > state.done)
    left =
        fmt::format("  {} left", clock_time(static_cast<double>(state.total - state.done) / rate));
  const std::string note = state.note.empty() ? "" : "  " + state.note;

  // Where there is little room the bar shrinks, then the rate goes, then the bar, then the count.
  constexpr int kWidest = 24, kNarrowest = 6;
  const auto room = [&](const std::string& rest) { return columns - width_of(rest) - 1; };
  std::string line = state.what + count + speed + left + note;
  if (state.total > 0 && room(line) < kNarrowest) line = state.what + count + left + note;
  if (state.total > 0 && room(line) >= kNarrowest) {
    const std::string bar = bar_of(state.done, state.total, std::min(kWidest, room(line)));
    line.insert(state.what.size(), fmt::format(" {}", bar));
  }
  if (room(line) < -1) line = state.what + left + note;
  // Cut by code points, so that a line never wraps and leaves traces.
  std::size_t end = 0;
  for (int shown = 0; end < line.size() && shown < columns; ++shown) {
    ++end;
    while (end < line.size() && (static_cast<unsigned char>(line[end]) & 0xC0) == 0x80) ++end;
  }
  return line.substr(0, end);
}

std::string log_line(const ProgressState& state) {
  std::string line = fmt::format("{}: {}", state.what, state.done);
  if (state.total > 0) line += fmt::format("/{}", state.total);
  line += " " + state.unit;
  if (!state.note.empty()) line += ", " + state.note;
  if (state.done > 0 && state.total > state.done)
    line += fmt::format(", {} left",
                        clock_time(state.seconds * static_cast<double>(state.total - state.done) /
                                   static_cast<double>(state.done)));
  return line;
}

TerminalProgress::TerminalProgress()
    : TerminalProgress(
          {.terminal = stderr_is_terminal(),
           .watched = stdout_is_terminal(),
           .colours = stderr_is_terminal() && environment("NO_COLOR").value_or("").empty(),
           .seconds = [] {
             const auto now = std::chrono::steady_clock::now().time_since_epoch();
             return std::chrono::duration<double>(now).count();
           }}) {}

TerminalProgress::TerminalProgress(Place place) : place_(std::move(place)) {}

void TerminalProgress::begin(std::string_view what, std::uint64_t total, std::string_view unit) {
  const std::lock_guard lock(mutex_);
  clear();
  what_ = what;
  unit_ = unit;
  note_.clear();
  total_ = total;
  done_ = 0;
  begun_ = drawn_ = place_.seconds();
  active_ = true;
  draw();
}

void TerminalProgress::update(std::uint64_t done, std::string_view note) {
  const std::lock_guard lock(mutex_);
  done_ = done;
  note_ = note;
  const double now = place_.seconds();
  if (place_.terminal) {
    if (now - drawn_ >= kBetweenDraws) draw();
  } else if (active_ && now - drawn_ >= kBetweenLines) {
    drawn_ = now;
    fmt::print(place_.messages, "{}\n",
               log_line({what_, unit_, note_, total_, done_, now - begun_}));
    std::fflush(place_.messages);
  }
}

void TerminalProgress::end() {
  const std::lock_guard lock(mutex_);
  clear();
  active_ = false;
}

void TerminalProgress::message(std::string_view text) {
  const std::lock_guard lock(mutex_);
  clear();
  fmt::print(place_.messages, "{}\n", text);
  draw();
}

void TerminalProgress::print(std::string_view line) {
  const std::lock_guard lock(mutex_);
  clear();
  std::fflush(place_.messages);
  fmt::print(place_.results, "{}\n", line);
  std::fflush(place_.results);
  draw();
}

void TerminalProgress::warning(std::string_view text) {
  const std::lock_guard lock(mutex_);
  clear();
  fmt::print(place_.messages, "{}warning:{} {}\n", place_.colours ? "\x1b[33m" : "",
             place_.colours ? "\x1b[0m" : "", text);
  draw();
}

void TerminalProgress::clear() {
  if (place_.terminal && active_) fmt::print(place_.messages, "\r\x1b[K");
}

void TerminalProgress::draw() {
  if (!place_.terminal || !active_) return;
  drawn_ = place_.seconds();
  fmt::print(
      place_.messages, "\r\x1b[K{}",
      progress_line({what_, unit_, note_, total_, done_, drawn_ - begun_}, terminal_columns() - 1));
  std::fflush(place_.messages);
}

}  // namespace toccata::cli
