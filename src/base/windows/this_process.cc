#include "base/this_process.h"

#include <fcntl.h>
#include <io.h>

#include <bit>
#include <cstdio>

#include "base/windows/windows.h"

#include <shellapi.h>  // after windows.h, which it needs

namespace toccata {
namespace fs = std::filesystem;
namespace {

std::string registry_text(const wchar_t* key, const wchar_t* value) {
  wchar_t text[512] = {};
  DWORD size = sizeof text - sizeof *text;
  if (::RegGetValueW(HKEY_LOCAL_MACHINE, key, value, RRF_RT_REG_SZ, nullptr, text, &size) != 0)
    return "";
  return to_utf8(text);
}

std::uint64_t whole(const FILETIME& time) {
  return std::uint64_t{time.dwHighDateTime} << 32 | time.dwLowDateTime;
}

}  // namespace

std::vector<std::string> program_words(int argc, char** argv) {
  // Music and JSON go through standard streams: no byte of them is to be changed.
  ::_setmode(::_fileno(stdin), _O_BINARY);
  ::_setmode(::_fileno(stdout), _O_BINARY);
  ::_setmode(::_fileno(stderr), _O_BINARY);
  ::SetConsoleOutputCP(CP_UTF8);
  ::SetConsoleCP(CP_UTF8);
  int count = 0;
  wchar_t** wide = ::CommandLineToArgvW(::GetCommandLineW(), &count);
  if (!wide) return {argv, argv + argc};
  std::vector<std::string> words;
  for (int i = 0; i < count; ++i) words.push_back(to_utf8(wide[i]));
  ::LocalFree(wide);
  return words;
}

std::optional<std::string> environment(const char* name) {
  const std::wstring wide = to_wide(name);
  ::SetLastError(ERROR_SUCCESS);
  const DWORD size = ::GetEnvironmentVariableW(wide.c_str(), nullptr, 0);  // its end counted too
  if (size == 0) {
    if (::GetLastError() == ERROR_ENVVAR_NOT_FOUND) return std::nullopt;
    return "";
  }
  std::wstring value(size, L'\0');
  value.resize(::GetEnvironmentVariableW(wide.c_str(), value.data(), size));
  return to_utf8(value);
}

fs::path program_path() {
  std::wstring path(32768, L'\0');  // the longest that there are
  path.resize(::GetModuleFileNameW(nullptr, path.data(), static_cast<DWORD>(path.size())));
  return path;
}

int process_id() {
  return static_cast<int>(::GetCurrentProcessId());
}

double process_age() {
  FILETIME begun{}, ended{}, kernel{}, user{}, now{};
  if (!::GetProcessTimes(::GetCurrentProcess(), &begun, &ended, &kernel, &user)) return 0;
  ::GetSystemTimePreciseAsFileTime(&now);
  return now.dwHighDateTime == 0 || whole(now) < whole(begun)
             ? 0
             : 1e-7 * static_cast<double>(whole(now) - whole(begun));
}

std::string host_name() {
  wchar_t name[256] = {};
  DWORD size = std::size(name);
  if (!::GetComputerNameExW(ComputerNameDnsHostname, name, &size)) return "";
  return to_utf8({name, size});
}

std::string processor_name() {
  return registry_text(LR"(HARDWARE\DESCRIPTION\System\CentralProcessor\0)",
                       L"ProcessorNameString");
}

bool processor_has_dot_product() {
  return ::IsProcessorFeaturePresent(43) != 0;  // PF_ARM_V82_DP_INSTRUCTIONS_AVAILABLE
}

std::vector<std::string> graphics_cards() {
  std::vector<std::string> names;
  DISPLAY_DEVICEW device{};
  device.cb = sizeof device;
  for (DWORD i = 0; ::EnumDisplayDevicesW(nullptr, i, &device, 0); ++i) {
    const std::string name = to_utf8(device.DeviceString);
    const bool once = names.empty() || names.back() != name;  // listed once for each screen
    if (name.find("NVIDIA") != std::string::npos && once) names.push_back(name);
  }
  return names;
}

Processors processors() {
  Processors found;
  SYSTEM_INFO info{};
  ::GetSystemInfo(&info);
  found.present = found.allowed = static_cast<int>(info.dwNumberOfProcessors);
  DWORD_PTR ours = 0, machines = 0;
  if (::GetProcessAffinityMask(::GetCurrentProcess(), &ours, &machines) && ours != 0)
    found.allowed = std::popcount(static_cast<std::uint64_t>(ours));
  return found;
}

}  // namespace toccata
