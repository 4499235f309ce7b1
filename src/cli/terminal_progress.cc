#include "cli/terminal_progress.h"

#include <fmt/format.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>

namespace toccata::cli {
namespace {

constexpr auto kBetweenDraws = std::chrono::milliseconds(80);

int columns() {
  winsize size{};
  return ::ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 ? size.ws_col : 80;
}

std::string rate_text(double rate) {
  if (rate >= 1e6) return fmt::format("{:.1f}M", rate / 1e6);
  if (rate >= 1e4) return fmt::format("{:.1f}k", rate / 1e3);
  return rate >= 10 ? fmt::format("{:.0f}", rate) : fmt::format("{:.2g}", rate);
}

}  // namespace

std::string clock_time(double seconds) {
  const auto whole = static_cast<long long>(std::max(0.0, seconds) + 0.5);
  if (whole >= 3600)
    return fmt::format("{}:{:02}:{:02}", whole / 3600, whole / 60 % 60, whole % 60);
  return fmt::format("{}:{:02}", whole / 60, whole % 60);
}

TerminalProgress::TerminalProgress()
    : terminal_(::isatty(STDERR_FILENO) == 1),
      colours_(terminal_ &&
               (std::getenv("NO_COLOR") == nullptr || *std::getenv("NO_COLOR") == '\0')) {}

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
  const double rate = seconds > 0 ? static_cast<double>(done_) / seconds : 0;
  std::string line = what_;
  if (total_ > 0) {
    constexpr int kWidth = 24;
    const int filled = static_cast<int>(std::min(done_, total_) * kWidth / total_);
    std::string bar;
    for (int i = 0; i < kWidth; ++i) bar += i < filled ? "█" : "░";
    line += fmt::format(" {} {}/{} {}", bar, done_, total_, unit_);
  } else {
    line += fmt::format(" {} {}", done_, unit_);
  }
  if (rate > 0) line += fmt::format("  {}/s", rate_text(rate));
  if (rate > 0 && total_ > done_)
    line += fmt::format("  {} left", clock_time(static_cast<double>(total_ - done_) / rate));
  if (!note_.empty()) line += "  " + note_;
  // Cut by code points, so that a line never wraps and leaves traces.
  std::size_t end = 0;
  for (int shown = 0; end < line.size() && shown < columns() - 1; ++shown) {
    ++end;
    while (end < line.size() && (static_cast<unsigned char>(line[end]) & 0xC0) == 0x80) ++end;
  }
  fmt::print(stderr, "\r\x1b[K{}", line.substr(0, end));
  std::fflush(stderr);
}

}  // namespace toccata::cli
