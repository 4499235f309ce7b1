// POSIX, and WASI, which has these calls too.

#include "base/open_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>

namespace toccata {
namespace {

FileFacts facts_of(const struct stat& status) {
  FileFacts facts;
  facts.kind = S_ISREG(status.st_mode)   ? FileFacts::Kind::regular
               : S_ISDIR(status.st_mode) ? FileFacts::Kind::folder
                                         : FileFacts::Kind::other;
  facts.size = static_cast<std::uint64_t>(status.st_size);
  facts.identity = {static_cast<std::uint64_t>(status.st_dev),
                    static_cast<std::uint64_t>(status.st_ino)};
  return facts;
}

int flags_of(OpenFile::For purpose) {
  switch (purpose) {
    case OpenFile::For::reading:
      // O_NONBLOCK: opening a FIFO must not wait for a writer; it has no effect on regular files.
      return O_RDONLY | O_NONBLOCK | O_CLOEXEC;
    case OpenFile::For::writing:
      return O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC;
    case OpenFile::For::appending:
      return O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC;
    case OpenFile::For::syncing:
      break;
  }
  return O_RDONLY | O_CLOEXEC;
}

}  // namespace

std::string system_reason() {
  return std::strerror(errno);
}

FileFacts examine(const std::filesystem::path& path) {
  struct stat status {};
  return ::stat(path.c_str(), &status) == 0 ? facts_of(status) : FileFacts{};
}

OpenFile::OpenFile(const std::filesystem::path& path, For purpose)
    : handle_(::open(path.c_str(), flags_of(purpose), 0644)) {}

OpenFile::~OpenFile() {
  if (is_open()) ::close(static_cast<int>(handle_));
}

FileFacts OpenFile::examine() const {
  struct stat status {};
  return ::fstat(static_cast<int>(handle_), &status) == 0 ? facts_of(status) : FileFacts{};
}

std::ptrdiff_t OpenFile::read(std::span<std::uint8_t> to) {
  for (;;) {
    const ssize_t count = ::read(static_cast<int>(handle_), to.data(), to.size());
    if (count >= 0 || errno != EINTR) return count;
  }
}

bool OpenFile::write(std::span<const std::uint8_t> bytes) {
  while (!bytes.empty()) {
    const ssize_t written = ::write(static_cast<int>(handle_), bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return false;
    bytes = bytes.subspan(static_cast<std::size_t>(written));
  }
  return true;
}

bool OpenFile::sync() {
  return ::fsync(static_cast<int>(handle_)) == 0;
}

bool OpenFile::close() {
  const int descriptor = static_cast<int>(handle_);
  handle_ = kNone;
  return ::close(descriptor) == 0;
}

bool sync_folder(const std::filesystem::path& folder) {
  const int descriptor =
      ::open(folder.empty() ? "." : folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (descriptor < 0) return false;
  const bool synced = ::fsync(descriptor) == 0;
  const int why = errno;
  ::close(descriptor);
  errno = why;
  return synced;
}

bool rename_over(const std::filesystem::path& from, const std::filesystem::path& to) {
  return std::rename(from.c_str(), to.c_str()) == 0;
}

bool make_private_folder(const std::filesystem::path& folder) {
  return ::mkdir(folder.c_str(), 0700) == 0;
}

}  // namespace toccata
