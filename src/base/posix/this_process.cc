// POSIX; what it does not have, as Linux tells it.

#include "base/this_process.h"

#include <sched.h>
#if defined(__linux__) && defined(__aarch64__)
#include <sys/auxv.h>
#endif
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <sstream>

namespace toccata {
namespace fs = std::filesystem;
namespace {

// What stands after `key` and a colon in a file such as /proc/cpuinfo; empty where it does not.
std::string value_in(const fs::path& path, const std::string& key) {
  std::ifstream file(path);
  for (std::string line; std::getline(file, line);) {
    const std::size_t colon = line.find(':');
    if (line.starts_with(key) && colon != std::string::npos) {
      const std::size_t begin = line.find_first_not_of(" \t", colon + 1);
      return begin == std::string::npos ? "" : line.substr(begin);
    }
  }
  return "";
}

}  // namespace

std::vector<std::string> program_words(int argc, char** argv) {
  return {argv, argv + argc};
}

std::optional<std::string> environment(const char* name) {
  const char* value = std::getenv(name);
  return value ? std::optional<std::string>(value) : std::nullopt;
}

fs::path program_path() {
  std::error_code ignored;
  return fs::read_symlink("/proc/self/exe", ignored);
}

int process_id() {
  return ::getpid();
}

double process_age() {
  std::ifstream file("/proc/self/stat");
  std::string line;
  std::getline(file, line);
  // The name, field 2, stands in parentheses and may itself hold some: fields count from the last.
  const std::size_t name_end = line.rfind(')');
  if (name_end == std::string::npos) return 0;
  std::istringstream fields(line.substr(name_end + 1));
  constexpr int kFirst = 3, kStartTime = 22;  // proc(5): starttime, in clock ticks since boot
  std::string field;
  for (int i = kFirst; i <= kStartTime; ++i) fields >> field;
  timespec now{};
  if (!fields || ::clock_gettime(CLOCK_BOOTTIME, &now) != 0) return 0;
  const double begun = std::stod(field) / static_cast<double>(::sysconf(_SC_CLK_TCK));
  const double up = static_cast<double>(now.tv_sec) + 1e-9 * static_cast<double>(now.tv_nsec);
  return std::max(0.0, up - begun);
}

std::string host_name() {
  char name[256] = {};
  ::gethostname(name, sizeof name - 1);
  return name;
}

std::string processor_name() {
  return value_in("/proc/cpuinfo", "model name");
}

bool processor_has_dot_product() {
#if defined(__linux__) && defined(__aarch64__)
  return (getauxval(AT_HWCAP) & HWCAP_ASIMDDP) != 0;
#else
  return false;
#endif
}

std::vector<std::string> graphics_cards() {
  std::vector<std::string> names;
  std::error_code code;
  for (fs::directory_iterator entry("/proc/driver/nvidia/gpus", code), end; !code && entry != end;
       entry.increment(code))
    names.push_back(value_in(entry->path() / "information", "Model"));
  return names;
}

Processors processors() {
  Processors found;
  found.present = found.allowed = std::max(1, static_cast<int>(::sysconf(_SC_NPROCESSORS_ONLN)));
  cpu_set_t allowed;
  CPU_ZERO(&allowed);
  if (::sched_getaffinity(0, sizeof allowed, &allowed) == 0) found.allowed = CPU_COUNT(&allowed);
  return found;
}

}  // namespace toccata
