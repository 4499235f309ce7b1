#include "base/files.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cstring>

#include "base/error.h"

namespace toccata {
namespace fs = std::filesystem;
namespace {

constexpr std::string_view kTemporaryMark = ".toccata-tmp-";

std::string reason() {
  return std::strerror(errno);
}

class Descriptor {
 public:
  explicit Descriptor(int fd) : fd_(fd) {}
  ~Descriptor() {
    if (fd_ >= 0) ::close(fd_);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  int get() const { return fd_; }
  int close() {
    const int result = ::close(fd_);
    fd_ = -1;
    return result;
  }

 private:
  int fd_;
};

fs::path temporary_beside(const fs::path& path) {
  static std::atomic<unsigned> count{0};
  fs::path name = path.filename();
  name += fmt::format("{}{}-{}", kTemporaryMark, ::getpid(), count++);
  return path.parent_path() / name;
}

void make_parents(const fs::path& path) {
  if (path.parent_path().empty()) return;
  std::error_code code;
  fs::create_directories(path.parent_path(), code);
  if (code) fail("{}: cannot make this folder: {}", path.parent_path().string(), code.message());
}

void write_all(int fd, std::span<const std::uint8_t> bytes, const fs::path& path,
               std::string_view what_stands) {
  while (!bytes.empty()) {
    const ssize_t written = ::write(fd, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) fail("{}: writing failed: {}; {}", path.string(), reason(), what_stands);
    bytes = bytes.subspan(static_cast<std::size_t>(written));
  }
}

void sync_folder(const fs::path& folder) {
  const Descriptor fd(
      ::open(folder.empty() ? "." : folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (fd.get() < 0 || ::fsync(fd.get()) != 0)
    fail("{}: cannot write this folder to the disk: {}", folder.string(), reason());
}

/// A rename would put a regular file in the place of whatever stands there: of a device, too.
void expect_replaceable(const fs::path& path) {
  std::error_code ignored;
  const fs::file_status status = fs::status(path, ignored);
  if (fs::is_directory(status))
    fail("{}: expected a file's name, found a directory", path.string());
  if (fs::exists(status) && !fs::is_regular_file(status))
    fail("{}: expected a regular file or nothing, found a device, pipe or socket", path.string());
}

std::span<const std::uint8_t> as_bytes(std::string_view text) {
  return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

}  // namespace

Bytes read_file(const fs::path& path, std::uint64_t limit) {
  // O_NONBLOCK: opening a FIFO must not wait for a writer; it has no effect on regular files.
  const Descriptor fd(::open(path.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC));
  if (fd.get() < 0) fail("{}: cannot be opened: {}", path.string(), reason());
  struct stat status {};
  if (::fstat(fd.get(), &status) != 0) fail("{}: cannot be examined: {}", path.string(), reason());
  if (S_ISDIR(status.st_mode)) fail("{}: expected a file, found a directory", path.string());
  if (!S_ISREG(status.st_mode))
    fail("{}: expected a regular file, found a device, pipe or socket", path.string());
  if (static_cast<std::uint64_t>(status.st_size) > limit)
    fail("{}: it has {} bytes; at most {} are read", path.string(), status.st_size, limit);
  Bytes bytes(static_cast<std::size_t>(status.st_size));
  std::size_t done = 0;
  while (done < bytes.size()) {
    const ssize_t count = ::read(fd.get(), bytes.data() + done, bytes.size() - done);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) fail("{}: reading failed at byte {}: {}", path.string(), done, reason());
    if (count == 0) break;  // the file shrank while it was read: its bytes are what there is
    done += static_cast<std::size_t>(count);
  }
  bytes.resize(done);
  return bytes;
}

std::string read_text(const fs::path& path, std::uint64_t limit) {
  const Bytes bytes = read_file(path, limit);
  return {bytes.begin(), bytes.end()};
}

void write_file(const fs::path& path, std::span<const std::uint8_t> bytes) {
  expect_replaceable(path);
  make_parents(path);
  const fs::path temporary = temporary_beside(path);
  try {
    Descriptor fd(::open(temporary.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644));
    if (fd.get() < 0) fail("{}: cannot be written: {}", path.string(), reason());
    write_all(fd.get(), bytes, path, "the file is as it was");
    if (::fsync(fd.get()) != 0)
      fail("{}: cannot be written to the disk: {}; the file is as it was", path.string(), reason());
    if (fd.close() != 0)
      fail("{}: closing failed: {}; the file is as it was", path.string(), reason());
    if (::rename(temporary.c_str(), path.c_str()) != 0)
      fail("{}: cannot be written: {}", path.string(), reason());
  } catch (...) {
    ::unlink(temporary.c_str());
    throw;
  }
  sync_folder(path.parent_path());
}

void write_file(const fs::path& path, std::string_view text) {
  write_file(path, as_bytes(text));
}

void write_file_with(const fs::path& path, const std::function<void(const fs::path&)>& fill) {
  expect_replaceable(path);
  make_parents(path);
  const fs::path temporary = temporary_beside(path);
  try {
    fill(temporary);
    const Descriptor fd(::open(temporary.c_str(), O_RDONLY | O_CLOEXEC));
    if (fd.get() < 0 || ::fsync(fd.get()) != 0)
      fail("{}: cannot be written to the disk: {}; the file is as it was", path.string(), reason());
    if (::rename(temporary.c_str(), path.c_str()) != 0)
      fail("{}: cannot be written: {}", path.string(), reason());
  } catch (...) {
    ::unlink(temporary.c_str());
    throw;
  }
  sync_folder(path.parent_path());
}

void append_file(const fs::path& path, std::string_view text) {
  make_parents(path);
  Descriptor fd(::open(path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644));
  if (fd.get() < 0) fail("{}: cannot be written: {}", path.string(), reason());
  write_all(fd.get(), as_bytes(text), path, "its last line may be a part only");
  if (fd.close() != 0) fail("{}: closing failed: {}", path.string(), reason());
}

void write_folder(const fs::path& path, const std::function<void(const fs::path&)>& fill) {
  make_parents(path);
  const fs::path temporary = temporary_beside(path);
  std::error_code ignored;
  try {
    std::error_code code;
    fs::create_directory(temporary, code);
    if (code) fail("{}: cannot make this folder: {}", path.string(), code.message());
    fill(temporary);
    sync_folder(temporary);
    // rename(2) cannot replace a folder that has files in it: the old one steps aside first and
    // goes last.
    fs::path old;
    if (fs::exists(path)) {
      old = temporary_beside(path);
      if (::rename(path.c_str(), old.c_str()) != 0)
        fail("{}: cannot be replaced: {}", path.string(), reason());
    }
    if (::rename(temporary.c_str(), path.c_str()) != 0) {
      const std::string why = reason();
      if (!old.empty()) ::rename(old.c_str(), path.c_str());
      fail("{}: cannot be written: {}", path.string(), why);
    }
    if (!old.empty()) fs::remove_all(old, ignored);
  } catch (...) {
    fs::remove_all(temporary, ignored);
    throw;
  }
  sync_folder(path.parent_path());
}

bool is_temporary(const fs::path& path) {
  return path.filename().string().find(kTemporaryMark) != std::string::npos;
}

}  // namespace toccata
