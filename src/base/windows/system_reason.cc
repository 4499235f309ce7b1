#include "base/windows/windows.h"

namespace toccata {

std::string system_reason() {
  const DWORD code = ::GetLastError();
  wchar_t* text = nullptr;
  const DWORD length = ::FormatMessageW(
      FORMAT_MESSAGE_ALLOCATE_BUFFER | FORMAT_MESSAGE_FROM_SYSTEM | FORMAT_MESSAGE_IGNORE_INSERTS,
      nullptr, code, 0, reinterpret_cast<wchar_t*>(&text), 0, nullptr);
  std::string reason = length == 0 ? "error " + std::to_string(code)
                                   : to_utf8({text, static_cast<std::size_t>(length)});
  ::LocalFree(text);
  while (!reason.empty() &&
         (reason.back() == '\n' || reason.back() == '\r' || reason.back() == '.'))
    reason.pop_back();
  ::SetLastError(code);
  return reason;
}

std::string to_utf8(std::wstring_view wide) {
  if (wide.empty()) return "";
  const int from = static_cast<int>(wide.size());
  const int size =
      ::WideCharToMultiByte(CP_UTF8, 0, wide.data(), from, nullptr, 0, nullptr, nullptr);
  std::string text(static_cast<std::size_t>(size), '\0');
  ::WideCharToMultiByte(CP_UTF8, 0, wide.data(), from, text.data(), size, nullptr, nullptr);
  return text;
}

std::wstring to_wide(std::string_view text) {
  if (text.empty()) return L"";
  const int from = static_cast<int>(text.size());
  const int size = ::MultiByteToWideChar(CP_UTF8, 0, text.data(), from, nullptr, 0);
  std::wstring wide(static_cast<std::size_t>(size), L'\0');
  ::MultiByteToWideChar(CP_UTF8, 0, text.data(), from, wide.data(), size);
  return wide;
}

}  // namespace toccata
