#include "runs/checkpoint.h"

#include <algorithm>

#include "base/error.h"
#include "base/files.h"
#include "base/hash.h"
#include "base/json.h"
#include "base/text.h"

namespace toccata::runs {
namespace fs = std::filesystem;
namespace {

constexpr const char* kSeal = "seal.json";
constexpr const char* kOwnHash = "xxh3";
constexpr std::string_view kPrefix = "step-";
constexpr std::uint64_t kMaxSeal = 1 << 20;  // bytes

std::string text_of(const Json& sealed) {
  return sealed.dump(1) + "\n";
}

std::optional<long> step_of(const fs::path& folder) {
  const std::string name = folder.filename().string();
  if (!name.starts_with(kPrefix)) return std::nullopt;
  const std::string_view digits = std::string_view(name).substr(kPrefix.size());
  const auto step = parse_number<long>(digits);
  if (!step || *step < 0) return std::nullopt;
  if (std::to_string(*step) != digits) return std::nullopt;  // step-007 is not what step-7 names
  return step;
}

void seal(const fs::path& folder, long step) {
  Json files = Json::object();
  for (const auto& entry : fs::recursive_directory_iterator(folder)) {
    if (!entry.is_regular_file()) continue;
    const Bytes bytes = read_file(entry.path());
    files[fs::relative(entry.path(), folder).generic_string()] = {{"bytes", bytes.size()},
                                                                  {"xxh3", hash_hex(bytes)}};
  }
  Json sealed{{"step", step}, {"files", files}};
  sealed[kOwnHash] = hash_hex(sealed.dump());
  write_file(folder / kSeal, text_of(sealed));
}

/// The seal itself: not a byte of it may be another than was written. Those of before it had a hash
/// of its own name the step and the files, and nothing else.
bool is_whole(Json sealed, const std::string& text, std::string_view where) {
  if (text != text_of(sealed)) return false;
  if (sealed.size() == 2) return true;
  const auto own = json_get<std::string>(sealed, kOwnHash, where);
  sealed.erase(kOwnHash);
  return own == hash_hex(sealed.dump());
}

void remove_unfinished(const fs::path& folder) {
  std::error_code code;
  std::vector<fs::path> unfinished;
  for (fs::directory_iterator entry(folder, code), end; !code && entry != end;
       entry.increment(code))
    if (is_temporary(entry->path())) unfinished.push_back(entry->path());
  for (const fs::path& path : unfinished) fs::remove_all(path, code);
}

}  // namespace

Checkpoint write_checkpoint(const RunFolder& run, long step,
                            const std::function<void(const fs::path&)>& fill) {
  const Checkpoint checkpoint{step, run.checkpoint(step)};
  write_folder(checkpoint.path, [&](const fs::path& folder) {
    fill(folder);
    seal(folder, step);
  });
  return checkpoint;
}

std::vector<Checkpoint> list_checkpoints(const RunFolder& run) {
  std::vector<Checkpoint> found;
  std::error_code code;
  for (fs::directory_iterator entry(run.checkpoints(), code), end; !code && entry != end;
       entry.increment(code)) {
    std::error_code ignored;
    const auto step = step_of(entry->path());
    if (step && entry->is_directory(ignored)) found.push_back({*step, entry->path()});
  }
  std::sort(found.begin(), found.end(),
            [](const Checkpoint& a, const Checkpoint& b) { return a.step > b.step; });
  return found;
}

std::string damage(const Checkpoint& checkpoint) {
  try {
    const fs::path seal_path = checkpoint.path / kSeal;
    const std::string text = read_text(seal_path, kMaxSeal);
    const Json sealed = parse_json(text, seal_path.string());
    if (!is_whole(sealed, text, seal_path.string()))
      return seal_path.string() + ": its content changed after it was written";
    if (json_get<long>(sealed, "step", seal_path.string()) != checkpoint.step)
      return seal_path.string() + ": sealed as another step";
    const Json files = json_get<Json>(sealed, "files", seal_path.string());
    if (!files.is_object() || files.empty()) return seal_path.string() + ": names no files";
    for (const auto& [name, facts] : files.items()) {
      const fs::path path = checkpoint.path / name;
      const Bytes bytes = read_file(path);
      const auto size = json_get<std::uint64_t>(facts, "bytes", seal_path.string());
      if (bytes.size() != size)
        return fmt::format("{}: {} bytes, expected {}", path.string(), bytes.size(), size);
      if (hash_hex(bytes) != json_get<std::string>(facts, "xxh3", seal_path.string()))
        return fmt::format("{}: its content changed after it was written", path.string());
    }
    return "";
  } catch (const Error& error) {
    return error.what();
  }
}

std::optional<Checkpoint> newest_checkpoint(const RunFolder& run, Progress& progress) {
  for (const Checkpoint& checkpoint : list_checkpoints(run)) {
    const std::string wrong = damage(checkpoint);
    if (wrong.empty()) return checkpoint;
    progress.warning(fmt::format("the checkpoint of step {} is damaged and is passed over: {}",
                                 checkpoint.step, wrong));
  }
  return std::nullopt;
}

void tidy_checkpoints(const RunFolder& run, int keep, const std::vector<long>& spared) {
  remove_unfinished(run.path);
  remove_unfinished(run.checkpoints());
  const std::vector<Checkpoint> all = list_checkpoints(run);
  for (std::size_t i = static_cast<std::size_t>(std::max(keep, 1)); i < all.size(); ++i) {
    if (std::find(spared.begin(), spared.end(), all[i].step) != spared.end()) continue;
    // Out of the way in one step first: a deletion that is interrupted leaves no half checkpoint.
    fs::path leaving = all[i].path;
    leaving += ".toccata-tmp-leaving";
    std::error_code code;
    fs::rename(all[i].path, leaving, code);
    if (!code) fs::remove_all(leaving, code);
  }
}

}  // namespace toccata::runs
