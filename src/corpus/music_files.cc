#include "corpus/music_files.h"

#include <algorithm>
#include <map>
#include <optional>
#include <set>

#include "base/error.h"
#include "base/files.h"
#include "base/open_file.h"
#include "base/text.h"
#include "notation/text_encoding.h"

namespace toccata::corpus {
namespace fs = std::filesystem;
namespace {

std::string utf8(const std::string& bytes) {
  return notation::to_utf8({reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size()});
}

std::optional<MusicFile::Kind> kind_of(const fs::path& path) {
  const std::string extension = lower_case(path.extension().string());
  if (extension == ".mid" || extension == ".midi" || extension == ".kar")
    return MusicFile::Kind::midi;
  if (extension == ".abc") return MusicFile::Kind::abc;
  if (extension == ".json") return MusicFile::Kind::json;
  if (extension == ".pack") return MusicFile::Kind::pack;
  return std::nullopt;
}

// The last part of a path that names something: of "a/b/", "b"; of ".", the folder's own name.
std::string last_part(const fs::path& path) {
  std::error_code code;
  fs::path whole = fs::absolute(path, code).lexically_normal();
  if (whole.filename().empty()) whole = whole.parent_path();
  return whole.filename().empty() ? path.string() : whole.filename().string();
}

class Finder {
 public:
  void add_root(const fs::path& path, const std::string& label, bool only_one) {
    const FileFacts facts = examine(path);
    if (facts.kind == FileFacts::Kind::unknown)
      fail("{}: expected a file or folder of music, and it cannot be reached: {}", path.string(),
           system_reason());
    if (facts.kind == FileFacts::Kind::folder) {
      std::error_code closed;
      const fs::directory_iterator first(path, closed);
      if (closed) fail("{}: this folder cannot be read: {}", path.string(), closed.message());
      folder(path, only_one ? "" : label + "/", facts.identity);
      return;
    }
    MusicFile file;
    file.kind = kind_of(path).value_or(MusicFile::Kind::midi);
    file.named = true;
    regular(std::move(file), path, label, facts);
  }

  MusicFiles take() { return std::move(found_); }

 private:
  // `prefix` stands before the names of the folder's files.
  void folder(const fs::path& path, const std::string& prefix, FileIdentity id) {
    folders_.insert(id);
    std::error_code code;
    std::vector<fs::path> entries;
    for (fs::directory_iterator entry(path, code), end; !code && entry != end;
         entry.increment(code))
      entries.push_back(entry->path());
    if (code)
      problem(path, prefix.empty() ? "." : prefix,
              fmt::format("a folder that cannot be read: {}", code.message()), true);
    std::sort(entries.begin(), entries.end());
    for (const fs::path& entry : entries) look_at(entry, prefix);
  }

  void look_at(const fs::path& path, const std::string& prefix) {
    const std::string bare = path.filename().string();
    const std::string name = prefix + bare;
    const auto kind = kind_of(path);
    const bool hidden = bare.front() == '.';
    const FileFacts facts = examine(path);
    if (facts.kind == FileFacts::Kind::unknown) {
      // Of what is called otherwise nothing is known, and nothing expected.
      if (kind && !hidden)
        problem(path, name, fmt::format("cannot be examined: {}", system_reason()), true);
      return;
    }
    if (facts.kind == FileFacts::Kind::folder) {
      if (hidden) return;
      if (kind && *kind != MusicFile::Kind::json)
        problem(path, name, "a folder with the name of a music file; what is in it is read", false);
      if (folders_.contains(facts.identity))
        problem(path, name, "a link to a folder that is read already", false);
      else
        folder(path, name + "/", facts.identity);
      return;
    }
    if (!kind || is_temporary(path)) return;
    if (hidden) {
      if (*kind != MusicFile::Kind::json) problem(path, name, "hidden: left out", false);
      return;
    }
    if (bare == "split.json") {
      found_.splits.push_back({path, utf8(prefix)});
      return;
    }
    MusicFile file;
    file.kind = *kind;
    regular(std::move(file), path, name, facts);
  }

  // Lists a file that is there.
  void regular(MusicFile file, const fs::path& path, const std::string& name,
               const FileFacts& facts) {
    file.path = path;
    file.name = unique(utf8(name));
    if (facts.kind != FileFacts::Kind::regular) {
      file.problem = "a device, pipe or socket, not a file";
      file.bad = true;
    } else if (const auto [same, first] = files_.emplace(facts.identity, file.name); !first) {
      file.problem = fmt::format("the same file as {}, which is read once", same->second);
    } else if (facts.size == 0) {
      file.problem = "an empty file (0 bytes)";
      file.bad = true;
    }
    found_.files.push_back(std::move(file));
  }

  void problem(const fs::path& path, const std::string& name, std::string what, bool bad) {
    MusicFile file;
    file.path = path;
    file.name = unique(utf8(name));
    file.problem = utf8(what);
    file.bad = bad;
    found_.files.push_back(std::move(file));
  }

  // Two names may fall together when they are brought into UTF-8.
  std::string unique(const std::string& name) {
    std::string made = name;
    for (int number = 2; !names_.insert(made).second; ++number)
      made = fmt::format("{}~{}", name, number);
    return made;
  }

  MusicFiles found_;
  std::set<FileIdentity> folders_;             // entered
  std::map<FileIdentity, std::string> files_;  // listed, with their names
  std::set<std::string> names_;                // given away
};

}  // namespace

MusicFiles find_music(std::span<const fs::path> paths) {
  std::map<std::string, int> labels;
  for (const fs::path& path : paths) ++labels[last_part(path)];
  Finder finder;
  for (const fs::path& path : paths) {
    const std::string part = last_part(path);
    finder.add_root(path, labels[part] == 1 ? part : path.lexically_normal().generic_string(),
                    paths.size() == 1);
  }
  return finder.take();
}

}  // namespace toccata::corpus
