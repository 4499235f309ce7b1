#include "base/terminal.h"

#include <array>

#include "base/windows/windows.h"

namespace toccata {
namespace {

HANDLE input() {
  return ::GetStdHandle(STD_INPUT_HANDLE);
}

HANDLE errors() {
  return ::GetStdHandle(STD_ERROR_HANDLE);
}

/// The keys pressed since; a console also reports releases, the mouse and its own size.
std::optional<std::string> read_keys() {
  std::wstring typed;
  std::array<INPUT_RECORD, 64> events;
  DWORD count = 0;
  while (::GetNumberOfConsoleInputEvents(input(), &count) && count > 0) {
    if (!::ReadConsoleInputW(input(), events.data(), static_cast<DWORD>(events.size()), &count))
      return std::nullopt;
    for (DWORD i = 0; i < count; ++i) {
      const KEY_EVENT_RECORD& key = events[i].Event.KeyEvent;
      if (events[i].EventType == KEY_EVENT && key.bKeyDown && key.uChar.UnicodeChar != 0)
        typed.append(key.wRepeatCount, key.uChar.UnicodeChar);
    }
  }
  return to_utf8(typed);
}

}  // namespace

bool stderr_is_terminal() {
  DWORD mode = 0;
  return ::GetConsoleMode(errors(), &mode) &&
         ::SetConsoleMode(errors(), mode | ENABLE_VIRTUAL_TERMINAL_PROCESSING);
}

bool stdout_is_terminal() {
  DWORD mode = 0;
  return ::GetConsoleMode(::GetStdHandle(STD_OUTPUT_HANDLE), &mode) != 0;
}

int terminal_columns() {
  CONSOLE_SCREEN_BUFFER_INFO info{};
  return ::GetConsoleScreenBufferInfo(errors(), &info)
             ? info.srWindow.Right - info.srWindow.Left + 1
             : 80;
}

struct StandardInput::Before {
  DWORD mode = 0;
};

StandardInput::StandardInput() {
  DWORD mode = 0;
  if (!::GetConsoleMode(input(), &mode)) return;
  before_ = std::make_unique<Before>(Before{mode});
  ::SetConsoleMode(input(), mode & ~DWORD{ENABLE_LINE_INPUT | ENABLE_ECHO_INPUT});
}

StandardInput::~StandardInput() {
  if (before_) ::SetConsoleMode(input(), before_->mode);
}

std::optional<std::string> StandardInput::read() {
  if (before_) return read_keys();
  std::array<char, 1024> bytes;
  DWORD count = 0;
  if (::GetFileType(input()) == FILE_TYPE_PIPE) {
    if (!::PeekNamedPipe(input(), nullptr, 0, nullptr, &count, nullptr)) return std::nullopt;
    if (count == 0) return "";
  }
  if (!::ReadFile(input(), bytes.data(), static_cast<DWORD>(bytes.size()), &count, nullptr) ||
      count == 0)
    return std::nullopt;
  return std::string(bytes.data(), count);
}

}  // namespace toccata
