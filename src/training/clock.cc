#include "training/clock.h"

#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <sstream>
#include <string>

namespace toccata::training {

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

}  // namespace toccata::training
