#include "base/files.h"

#include <atomic>
#include <random>

#include "base/error.h"
#include "base/open_file.h"
#include "base/this_process.h"

namespace toccata {
namespace fs = std::filesystem;
namespace {

constexpr std::string_view kTemporaryMark = ".toccata-tmp-";

fs::path temporary_beside(const fs::path& path) {
  static std::atomic<unsigned> count{0};
  fs::path name = path.filename();
  name += fmt::format("{}{}-{}", kTemporaryMark, process_id(), count++);
  return path.parent_path() / name;
}

void make_parents(const fs::path& path) {
  if (path.parent_path().empty()) return;
  std::error_code code;
  fs::create_directories(path.parent_path(), code);
  if (code) fail("{}: cannot make this folder: {}", path.parent_path().string(), code.message());
}

void sync_names(const fs::path& folder) {
  if (!sync_folder(folder))
    fail("{}: cannot write this folder to the disk: {}", folder.string(), system_reason());
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
  OpenFile file(path, OpenFile::For::reading);
  if (!file.is_open()) fail("{}: cannot be opened: {}", path.string(), system_reason());
  const FileFacts facts = file.examine();
  switch (facts.kind) {
    case FileFacts::Kind::unknown:
      fail("{}: cannot be examined: {}", path.string(), system_reason());
    case FileFacts::Kind::folder:
      fail("{}: expected a file, found a directory", path.string());
    case FileFacts::Kind::other:
      fail("{}: expected a regular file, found a device, pipe or socket", path.string());
    case FileFacts::Kind::regular:
      break;
  }
  if (facts.size > limit)
    fail("{}: it has {} bytes; at most {} are read", path.string(), facts.size, limit);
  Bytes bytes(static_cast<std::size_t>(facts.size));
  std::size_t done = 0;
  while (done < bytes.size()) {
    const std::ptrdiff_t count = file.read(std::span(bytes).subspan(done));
    if (count < 0) fail("{}: reading failed at byte {}: {}", path.string(), done, system_reason());
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
    OpenFile file(temporary, OpenFile::For::writing);
    if (!file.is_open()) fail("{}: cannot be written: {}", path.string(), system_reason());
    if (!file.write(bytes))
      fail("{}: writing failed: {}; the file is as it was", path.string(), system_reason());
    if (!file.sync())
      fail("{}: cannot be written to the disk: {}; the file is as it was", path.string(),
           system_reason());
    if (!file.close())
      fail("{}: closing failed: {}; the file is as it was", path.string(), system_reason());
    if (!rename_over(temporary, path))
      fail("{}: cannot be written: {}", path.string(), system_reason());
  } catch (...) {
    std::error_code ignored;
    fs::remove(temporary, ignored);
    throw;
  }
  sync_names(path.parent_path());
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
    if (OpenFile file(temporary, OpenFile::For::syncing); !file.is_open() || !file.sync())
      fail("{}: cannot be written to the disk: {}; the file is as it was", path.string(),
           system_reason());
    if (!rename_over(temporary, path))
      fail("{}: cannot be written: {}", path.string(), system_reason());
  } catch (...) {
    std::error_code ignored;
    fs::remove(temporary, ignored);
    throw;
  }
  sync_names(path.parent_path());
}

void append_file(const fs::path& path, std::string_view text) {
  make_parents(path);
  OpenFile file(path, OpenFile::For::appending);
  if (!file.is_open()) fail("{}: cannot be written: {}", path.string(), system_reason());
  if (!file.write(as_bytes(text)))
    fail("{}: writing failed: {}; its last line may be a part only", path.string(),
         system_reason());
  if (!file.close()) fail("{}: closing failed: {}", path.string(), system_reason());
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
    sync_names(temporary);
    // No system replaces a folder that has files in it: the old one steps aside first and
    // goes last.
    fs::path old;
    if (fs::exists(path)) {
      old = temporary_beside(path);
      if (!rename_over(path, old))
        fail("{}: cannot be replaced: {}", path.string(), system_reason());
    }
    if (!rename_over(temporary, path)) {
      const std::string why = system_reason();
      if (!old.empty()) rename_over(old, path);
      fail("{}: cannot be written: {}", path.string(), why);
    }
    if (!old.empty()) fs::remove_all(old, ignored);
  } catch (...) {
    fs::remove_all(temporary, ignored);
    throw;
  }
  sync_names(path.parent_path());
}

fs::path make_temporary_folder(std::string_view name) {
  std::random_device random;
  const fs::path place = fs::temp_directory_path();
  for (;;) {
    const fs::path folder = place / fmt::format("{}{:08x}", name, random());
    if (make_private_folder(folder)) return folder;
    const std::string why = system_reason();
    std::error_code code;
    if (!fs::exists(folder, code)) fail("{}: cannot be made: {}", folder.string(), why);
  }
}

bool is_temporary(const fs::path& path) {
  return path.filename().string().find(kTemporaryMark) != std::string::npos;
}

}  // namespace toccata
