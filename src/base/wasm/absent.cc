// WebAssembly's systems have files (base/posix/open_file.cc), an environment and clocks, and
// nothing else of what base asks a system for. Each call that cannot be served says so here;
// threads are left out in parallel.cc.

#include <cstdlib>
#include <new>

#include "base/child_process.h"
#include "base/error.h"
#include "base/file_map.h"
#include "base/files.h"
#include "base/folder_lock.h"
#include "base/shared_library.h"
#include "base/signals.h"
#include "base/terminal.h"
#include "base/this_process.h"

namespace toccata {

// No maps of files: the whole file is read instead.
FileMap::FileMap(const std::filesystem::path& file) {
  const Bytes bytes = read_file(file);
  if (bytes.empty()) fail("{}: cannot be mapped: it is empty", file.string());
  auto* copy = new std::uint8_t[bytes.size()];
  std::copy(bytes.begin(), bytes.end(), copy);
  begin_ = copy;
  size_ = bytes.size();
}
FileMap::~FileMap() {
  delete[] begin_;
}
void release_pages(std::span<const std::uint8_t>) {}

// No second process that could take a lock.
FolderLock::FolderLock(const std::filesystem::path&) : handle_(-1) {}
FolderLock::~FolderLock() = default;

// No other programs and no libraries that are loaded.
struct ChildProcess::System {};
ChildProcess::ChildProcess(const std::vector<std::string>& words) {
  fail("{} cannot be started: WebAssembly has no processes", words.front());
}
ChildProcess::~ChildProcess() = default;
std::optional<std::string> ChildProcess::read() {
  return std::nullopt;
}
void ChildProcess::interrupt() {}
void ChildProcess::wait_keeping_number() {}
int ChildProcess::wait() {
  return 1;
}
SharedLibrary::SharedLibrary(const std::filesystem::path& file) : file_(file), handle_(nullptr) {
  fail("{}: cannot be loaded: WebAssembly loads no libraries", file.string());
}
void* SharedLibrary::symbol(const std::string&) const {
  return nullptr;
}
// No signals: whoever runs long is stopped by its host.
void listen_for_signals(Stop&) {}
HangUp::HangUp() = default;
bool HangUp::happened() const {
  return false;
}

// No terminal.
bool stderr_is_terminal() {
  return false;
}
bool stdout_is_terminal() {
  return false;
}
int terminal_columns() {
  return 80;
}
struct StandardInput::Before {};
StandardInput::StandardInput() = default;
StandardInput::~StandardInput() = default;
std::optional<std::string> StandardInput::read() {
  return std::nullopt;
}

// One process with neither number nor name, on one processor.
std::vector<std::string> program_words(int argc, char** argv) {
  return {argv, argv + argc};
}
std::optional<std::string> environment(const char* name) {
  const char* value = std::getenv(name);
  return value ? std::optional<std::string>(value) : std::nullopt;
}
std::filesystem::path program_path() {
  return {};
}
int process_id() {
  return 1;
}
double process_age() {
  return 0;
}
std::string host_name() {
  return "";
}
std::string processor_name() {
  return "WebAssembly";
}
bool processor_has_dot_product() {
  return false;
}
std::vector<std::string> graphics_cards() {
  return {};
}
Processors processors() {
  return {};
}

}  // namespace toccata
