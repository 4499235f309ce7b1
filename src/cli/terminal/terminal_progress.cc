#include "cli/terminal/terminal_progress.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/terminal.h"
#include "base/text.h"
#include "base/this_process.h"

namespace toccata::cli {
namespace {

constexpr auto kBetweenDraws = std::chrono::milliseconds(80);

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

TerminalProgress::TerminalProgress()
    : terminal_(stderr_is_terminal()),
      colours_(terminal_ && environment("NO_COLOR").value_or("").empty()) {}

void TerminalProgress::begin(std::string_view what, std::uint64_t total, std::string_view unit) {
  const std::lock_guard lock(mutex_);
  clear();
  what_ = what;
  unit_ = unit;
  note_.clear();
  total_ = total;
  done_ = 0;
  begun_ = Clock::now();
  drawn_ = {};
  active_ = true;
  draw();
}

void TerminalProgress::update(std::uint64_t done, std::string_view note) {
  const std::lock_guard lock(mutex_);
  done_ = done;
  note_ = note;
  if (Clock::now() - drawn_ >= kBetweenDraws) draw();
}

void TerminalProgress::end() {
  const std::lock_guard lock(mutex_);
  clear();
  active_ = false;
}

void TerminalProgress::message(std::string_view text) {
  const std::lock_guard lock(mutex_);
  clear();
  fmt::print(stderr, "{}\n", text);
  draw();
}

void TerminalProgress::warning(std::string_view text) {
  const std::lock_guard lock(mutex_);
  clear();
  fmt::print(stderr, "{}warning:{} {}\n", colours_ ? "\x1b[33m" : "", colours_ ? "\x1b[0m" : "",
             text);
  draw();
}

void TerminalProgress::clear() {
  if (terminal_ && active_) fmt::print(stderr, "\r\x1b[K");
}

void TerminalProgress::draw() {
  if (!terminal_ || !active_) return;
  drawn_ = Clock::now();
  const double seconds = std::chrono::duration<double>(drawn_ - begun_).count();
  fmt::print(stderr, "\r\x1b[K{}",
             progress_line({what_, unit_, note_, total_, done_, seconds}, terminal_columns() - 1));
  std::fflush(stderr);
}

}  // namespace toccata::cli
