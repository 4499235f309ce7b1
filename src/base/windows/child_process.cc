#include "base/child_process.h"

#include <array>

#include "base/error.h"
#include "base/windows/windows.h"

namespace toccata {
namespace {

constexpr DWORD kPatience = 200;  // milliseconds

/// `word` as one argument of a command line, as CommandLineToArgvW takes it apart.
std::wstring quoted(const std::string& word) {
  std::wstring text = L"\"";
  std::size_t backslashes = 0;
  for (const wchar_t c : to_wide(word)) {
    // Backslashes count double before a quotation mark, and only there.
    if (c == L'"') text.append(backslashes + 1, L'\\');
    backslashes = c == L'\\' ? backslashes + 1 : 0;
    text += c;
  }
  text.append(backslashes, L'\\');
  return text + L"\"";
}

}  // namespace

struct ChildProcess::System {
  Handle process, output;
  DWORD number = 0;
};

ChildProcess::ChildProcess(const std::vector<std::string>& words)
    : system_(std::make_unique<System>()) {
  SECURITY_ATTRIBUTES inherited{sizeof inherited, nullptr, TRUE};
  HANDLE ends[2] = {};
  if (!::CreatePipe(&ends[0], &ends[1], &inherited, 0))
    fail("cannot make a pipe: {}", system_reason());
  system_->output.reset(ends[0]);
  const Handle its_end(ends[1]);
  ::SetHandleInformation(ends[0], HANDLE_FLAG_INHERIT, 0);
  const Handle nothing(::CreateFileW(L"NUL", GENERIC_READ, FILE_SHARE_READ | FILE_SHARE_WRITE,
                                     &inherited, OPEN_EXISTING, 0, nullptr));
  STARTUPINFOW startup{};
  startup.cb = sizeof startup;
  startup.dwFlags = STARTF_USESTDHANDLES;
  startup.hStdInput = nothing.get();
  startup.hStdOutput = startup.hStdError = its_end.get();
  std::wstring line;
  for (const std::string& word : words) line += (line.empty() ? L"" : L" ") + quoted(word);
  PROCESS_INFORMATION made{};
  // A group of its own: it gets Ctrl-Break through us, and our console's Ctrl-C never.
  if (!::CreateProcessW(nullptr, line.data(), nullptr, nullptr, TRUE, CREATE_NEW_PROCESS_GROUP,
                        nullptr, nullptr, &startup, &made))
    fail("{} cannot be started: {}", words.front(), system_reason());
  ::CloseHandle(made.hThread);
  system_->process.reset(made.hProcess);
  system_->number = made.dwProcessId;
}

ChildProcess::~ChildProcess() = default;

std::optional<std::string> ChildProcess::read() {
  DWORD count = 0;
  const HANDLE output = system_->output.get();
  if (!::PeekNamedPipe(output, nullptr, 0, nullptr, &count, nullptr)) return std::nullopt;
  if (count == 0) {
    const bool ended = ::WaitForSingleObject(system_->process.get(), kPatience) == WAIT_OBJECT_0;
    // It may have written its last words just before.
    if (!::PeekNamedPipe(output, nullptr, 0, nullptr, &count, nullptr)) return std::nullopt;
    if (count == 0 && ended) return std::nullopt;
    if (count == 0) return "";
  }
  std::array<char, 4096> bytes;
  if (!::ReadFile(output, bytes.data(), static_cast<DWORD>(bytes.size()), &count, nullptr))
    return std::nullopt;
  return std::string(bytes.data(), count);
}

void ChildProcess::interrupt() {
  ::GenerateConsoleCtrlEvent(CTRL_BREAK_EVENT, system_->number);
}

void ChildProcess::wait_keeping_number() {
  ::WaitForSingleObject(system_->process.get(), INFINITE);  // the handle keeps it
}

int ChildProcess::wait() {
  wait_keeping_number();
  DWORD status = 0;
  ::GetExitCodeProcess(system_->process.get(), &status);
  return static_cast<int>(status);
}

}  // namespace toccata
