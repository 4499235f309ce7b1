#include "runs/run_folder.h"

#include <algorithm>

#include "base/error.h"
#include "base/files.h"

namespace toccata::runs {
namespace fs = std::filesystem;
namespace {

constexpr std::size_t kLongestName = 100;

bool is_run(const fs::path& folder) {
  std::error_code ignored;
  // The options stand there first: a run that was killed before its first checkpoint can be
  // resumed.
  return fs::exists(folder / "options.toml", ignored) ||
         fs::exists(folder / "config.json", ignored) ||
         fs::is_directory(folder / "checkpoints", ignored);
}

/// Nothing but what an interrupted write left.
bool holds_nothing(const fs::path& folder) {
  for (const auto& entry : fs::directory_iterator(folder))
    if (!is_temporary(entry.path())) return false;
  return true;
}

}  // namespace

void check_run_name(std::string_view name) {
  const auto refuse = [name](std::string_view why) {
    fail_usage(
        "\"{}\" cannot name a run: {}. Use letters, digits, '-', '_' and '.', for example piano-2",
        name, why);
  };
  if (name.empty()) refuse("it is empty");
  if (name.size() > kLongestName)
    refuse(fmt::format("it has {} bytes; at most {} are allowed", name.size(), kLongestName));
  if (name.front() == '.') refuse("it begins with a dot");
  if (name.front() == '-') refuse("it begins with a hyphen, as options do");
  if (name.find("..") != std::string_view::npos) refuse("it holds \"..\"");
  for (const char c : name) {
    if (c == '/' || c == '\\')
      refuse("it holds a path separator (--output says in which folder runs stand)");
    if (c == '@') refuse("it holds '@', which names checkpoints (NAME@last)");
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) refuse("it holds a control character");
  }
  if (is_temporary(fs::path(name))) refuse("such names are for files that are being written");
}

RunFolder create_run(const fs::path& output, std::string_view name) {
  check_run_name(name);
  const RunFolder run{output / name};
  std::error_code code;
  fs::create_directories(output, code);
  if (code) fail("{}: cannot make this folder: {}", output.string(), code.message());
  if (fs::create_directory(run.path, code)) return run;
  if (code && !fs::exists(run.path))
    fail("{}: cannot make this folder: {}", run.path.string(), code.message());
  if (!fs::is_directory(run.path))
    fail_usage("{}: there is a file where the run's folder would be; choose another --name",
               run.path.string());
  if (!holds_nothing(run.path))
    fail_usage(
        "{}: a run of this name exists and is not overwritten. Continue it with --resume, start "
        "from its "
        "weights with --restore {} under another --name, or remove the folder",
        run.path.string(), name);
  return run;
}

RunFolder open_run(const fs::path& output, std::string_view name) {
  check_run_name(name);
  RunFolder run{output / name};
  if (is_run(run.path)) return run;
  std::string known;
  for (const RunFolder& other : list_runs(output))
    known += (known.empty() ? "" : ", ") + other.name();
  if (known.empty()) known = "none yet";
  fail_usage("{}: there is no run {} here. Runs under {}: {}", run.path.string(), name,
             output.string(), known);
}

std::vector<RunFolder> list_runs(const fs::path& output) {
  std::vector<RunFolder> runs;
  std::error_code code;
  for (fs::directory_iterator entry(output, code), end; !code && entry != end;
       entry.increment(code)) {
    std::error_code ignored;
    if (entry->is_directory(ignored) && !is_temporary(entry->path()) && is_run(entry->path()))
      runs.push_back({entry->path()});
  }
  std::sort(runs.begin(), runs.end(),
            [](const RunFolder& a, const RunFolder& b) { return a.path < b.path; });
  return runs;
}

RunLock::RunLock(const RunFolder& run) : lock_(run.path) {
  if (!lock_.held())
    fail(
        "{}: another process is training into this run. Wait for it, stop it, or choose another "
        "--name",
        run.path.string());
}

}  // namespace toccata::runs
