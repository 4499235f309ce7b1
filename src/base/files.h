#pragma once
// Files, whole or not at all. A reader of a path written here sees the old bytes or the new ones,
// never a part.

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace toccata {

using Bytes = std::vector<std::uint8_t>;

/// The whole file. Throws Error when it cannot be opened or read, is not a regular file, or is
/// longer than `limit` bytes.
Bytes read_file(const std::filesystem::path& path, std::uint64_t limit = std::uint64_t{1} << 32);
std::string read_text(const std::filesystem::path& path,
                      std::uint64_t limit = std::uint64_t{1} << 32);

/// Writes to a temporary file beside `path`, fsyncs it, renames it over `path` and fsyncs the
/// folder. Parent folders are made. Throws Error (and removes the temporary file) when any step
/// fails, and where `path` is a folder or a device: a full disk leaves `path` as it was.
void write_file(const std::filesystem::path& path, std::span<const std::uint8_t> bytes);
void write_file(const std::filesystem::path& path, std::string_view text);

/// As write_file, for writers that want a file of their own (libraries of formats): `fill` makes
/// the temporary file whose path it is given, which is then fsynced and renamed. Whatever `fill`
/// throws passes through, with the temporary file removed.
void write_file_with(const std::filesystem::path& path,
                     const std::function<void(const std::filesystem::path& temporary)>& fill);

/// Appends and flushes to the disk. Throws Error when it cannot.
void append_file(const std::filesystem::path& path, std::string_view text);

/// Makes the folder `path` complete or not at all: `fill` writes into a temporary folder beside it,
/// which is then fsynced and renamed to `path`. An existing `path` is replaced. Whatever `fill`
/// throws passes through, with the temporary folder removed.
void write_folder(const std::filesystem::path& path,
                  const std::function<void(const std::filesystem::path& folder)>& fill);

/// Makes a folder of a new name that begins with `name`, where the system keeps temporary files;
/// nobody else may look into it. Whoever asked for it removes it. Throws Error where it cannot be
/// made.
std::filesystem::path make_temporary_folder(std::string_view name);

/// True for names that write_file and write_folder use while writing; what carries one was never
/// finished.
bool is_temporary(const std::filesystem::path& path);

}  // namespace toccata
