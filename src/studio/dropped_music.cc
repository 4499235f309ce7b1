#include "studio/dropped_music.h"

#include <algorithm>
#include <array>
#include <cctype>

#include "base/error.h"
#include "base/files.h"
#include "base/json.h"
#include "runs/run_folder.h"

namespace toccata::studio {
namespace {

namespace fs = std::filesystem;
constexpr std::size_t kLongestName = 120;

bool is_utf8(std::string_view text) {
  try {
    static_cast<void>(Json(std::string(text)).dump());
    return true;
  } catch (const Json::exception&) {
    return false;
  }
}

bool is_music(const fs::path& name) {
  std::string ending = name.extension().string();
  std::transform(ending.begin(), ending.end(), ending.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  constexpr std::array<std::string_view, 4> kEndings = {".mid", ".midi", ".kar", ".abc"};
  return std::ranges::find(kEndings, ending) != kEndings.end();
}

}  // namespace

std::string dropped_name(std::string_view name) {
  name = name.substr(name.find_last_of("/\\") + 1);  // npos + 1: all of it
  std::string safe;
  const bool known = is_utf8(name);
  for (const char c : name) {
    const auto byte = static_cast<unsigned char>(c);
    const bool plain = std::isalnum(byte) || c == '-' || c == '_' || c == '.' || c == ' ' ||
                       c == '(' || c == ')' || c == ',' || c == '\'' || c == '+';
    safe += plain || (byte >= 0x80 && known) ? c : '_';
  }
  while (!safe.empty() && (safe.front() == '.' || safe.front() == ' ')) safe.erase(0, 1);
  const bool fits = safe.size() <= kLongestName && is_music(safe) &&
                    !fs::path(safe).stem().empty() && !is_temporary(safe);
  if (!fits) {
    fail_usage(
        "\"{}\": expected the name of a file of music: up to {} bytes, ending in .mid, .midi, .kar "
        "or .abc",
        safe.substr(0, kLongestName), kLongestName);
  }
  return safe;
}

DroppedMusic::DroppedMusic(fs::path root, DroppedLimits limits)
    : root_(std::move(root)), limits_(limits) {}

std::vector<NamedFolder> DroppedMusic::folders() const {
  std::vector<NamedFolder> folders;
  std::error_code code;
  for (fs::directory_iterator each(root_, code), end; !code && each != end; each.increment(code)) {
    std::error_code ignored;
    if (!each->is_directory(ignored) || each->is_symlink(ignored) || is_temporary(each->path()))
      continue;
    folders.push_back({each->path().filename().string(),
                       fs::absolute(each->path(), ignored).lexically_normal().string(), true});
  }
  std::ranges::sort(folders, {}, &NamedFolder::name);
  return folders;
}

DroppedMusic::Held& DroppedMusic::held(const std::string& folder) {
  const auto [found, fresh] = held_.try_emplace(folder);
  if (fresh) {
    std::error_code code;
    for (fs::directory_iterator each(root_ / folder, code), end; !code && each != end;
         each.increment(code)) {
      ++found->second.files;
      found->second.bytes += static_cast<std::size_t>(each->file_size(code));
    }
  }
  return found->second;
}

void DroppedMusic::add(std::string_view folder, std::string_view file, std::string_view bytes) {
  runs::check_run_name(folder);
  const std::string name = dropped_name(file);
  const std::lock_guard lock(mutex_);
  for (const NamedFolder& other : folders()) held(other.name);
  std::size_t all = 0;
  for (const auto& [other, amount] : held_) all += amount.bytes;
  Held& here = held(std::string(folder));
  if (here.files >= limits_.files)
    fail_usage("a folder of dropped music holds up to {} files", limits_.files);
  if (all + bytes.size() > limits_.bytes)
    fail_usage("the studio keeps up to {} MiB of dropped music; throw some of it away",
               limits_.bytes >> 20);
  const fs::path home = root_ / folder;
  fs::create_directories(home);
  const fs::path stem = fs::path(name).stem(), ending = fs::path(name).extension();
  fs::path path = home / name;
  for (int copy = 2; fs::exists(path); ++copy) {
    if (fs::file_size(path) == bytes.size() && read_text(path, limits_.file_bytes) == bytes) return;
    path = home / (stem.string() + fmt::format("-{}", copy) + ending.string());
  }
  write_file(path, bytes);
  ++here.files;
  here.bytes += bytes.size();
}

// Only a name that the folder itself lists is ever made a path.
void DroppedMusic::remove(std::string_view folder) {
  const std::lock_guard lock(mutex_);
  for (const NamedFolder& known : folders()) {
    if (known.name != folder) continue;
    fs::remove_all(known.path);
    held_.erase(known.name);
    return;
  }
  fail_usage("there is no dropped music \"{}\"", folder.substr(0, 100));
}

}  // namespace toccata::studio
