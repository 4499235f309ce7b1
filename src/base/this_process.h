#pragma once
// What the system says about this process and the machine it runs on.

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace toccata {

/// The words the program was called with, its own name first, in UTF-8. Call it once, first of all:
/// where the system needs to be told, standard streams carry bytes and UTF-8 from then on.
std::vector<std::string> program_words(int argc, char** argv);

/// A variable of the environment; none where it is not set.
std::optional<std::string> environment(const char* name);

/// The folders in `list`, divided as PATH is (':', on Windows ';').
std::vector<std::filesystem::path> path_list(const std::string& list);

/// This program's own file; empty where the system does not tell.
std::filesystem::path program_path();

int process_id();
/// Seconds since the process began; 0 where the system does not tell.
double process_age();

/// The machine's name on its network.
std::string host_name();
/// The processor's name; empty where the system does not tell.
std::string processor_name();
/// Whether it is an arm64 that has the dot product of bytes (Armv8.2), as far as the system tells.
bool processor_has_dot_product();
/// Names of NVIDIA's graphics cards, by their driver.
std::vector<std::string> graphics_cards();

struct Processors {
  int present = 1;  // the machine's
  int allowed = 1;  // those this process may run on
};
Processors processors();

}  // namespace toccata
