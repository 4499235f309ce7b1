#include "corpus/import.h"

#include <algorithm>
#include <chrono>
#include <mutex>
#include <set>
#include <unordered_map>

#include "base/error.h"
#include "base/json.h"
#include "base/parallel.h"
#include "corpus/music_files.h"
#include "corpus/read_music.h"
#include "corpus/roll_file.h"

namespace toccata::corpus {
namespace fs = std::filesystem;
namespace {

std::string in_words(std::span<const fs::path> paths) {
  std::string text;
  for (const fs::path& path : paths) text += (text.empty() ? "" : ", ") + path.string();
  return text;
}

// Reads the files of which `chosen` is true, side by side, each into its place.
void read_side_by_side(const std::vector<MusicFile>& files, const std::vector<bool>& chosen,
                       const ImportOptions& options, Progress& progress, const Stop& stop,
                       std::uint64_t& done, std::vector<ReadMusic>& music) {
  std::vector<std::size_t> indices;
  for (std::size_t i = 0; i < files.size(); ++i)
    if (chosen[i]) indices.push_back(i);
  std::mutex progress_mutex;
  parallel_for(indices.size(), options.threads, [&](std::size_t k) {
    if (stop.requested()) return;
    const std::size_t i = indices[k];
    music[i] = read_music(files[i], options, files.size() == 1 && files[i].named);
    const std::lock_guard lock(progress_mutex);
    progress.update(++done);
  });
  if (stop.requested()) fail("stopped while reading music; nothing was written");
}

// Marks later pieces whose music an earlier one has, and notes the longest.
void look_across(std::vector<ReadMusic>& music, ImportReport& report) {
  std::unordered_map<std::string, std::string> first_with;  // hash to name
  roll::GridFit fit;
  for (ReadMusic& file : music) {
    report.bytes += file.bytes;
    for (ReadPiece& row : file.pieces) {
      report.longest = std::max<long>(report.longest, row.report.steps);
      fit += row.fit;
      if (!row.piece) continue;
      const auto [first, is_first] = first_with.emplace(row.piece->hash, row.piece->name);
      if (!is_first) row.report.duplicate_of = first->second;
    }
  }
  report.suggested_grid = fit.suggested();
}

// The parts that split.json files give, by the name of the file; a bad one is an Error, since
// training on what should be held out is worse than stopping.
std::map<std::string, Part> read_splits(const std::vector<SplitFile>& splits) {
  std::map<std::string, Part> part_of;
  for (const SplitFile& split : splits) {
    const std::string where = split.path.string();
    const Json json = read_json(split.path);
    if (!json.is_object())
      fail("{}: expected an object with \"train\", \"valid\" and \"test\", found {}", where,
           json_type(json));
    for (const Part part : {Part::train, Part::valid, Part::test}) {
      if (!json.contains(part_name(part))) continue;
      for (const std::string& name :
           json_get<std::vector<std::string>>(json, part_name(part), where)) {
        const auto [found, is_new] = part_of.emplace(split.folder + name, part);
        if (!is_new && found->second != part)
          fail("{}: {} stands in {} and in {}; a piece belongs to one part", where, name,
               part_name(found->second), part_name(part));
      }
    }
  }
  return part_of;
}

void warn_of_missing(const std::map<std::string, Part>& part_of,
                     const std::vector<MusicFile>& files, Progress& progress) {
  std::vector<std::string> missing;
  std::set<std::string> names;
  for (const MusicFile& file : files) names.insert(file.name);
  for (const auto& [name, part] : part_of)
    if (!names.contains(name)) missing.push_back(name);
  if (!missing.empty())
    progress.warning(fmt::format("the split names {} files that are not there, such as {}",
                                 missing.size(), missing.front()));
}

}  // namespace

Corpus read_paths(std::span<const fs::path> paths, const ImportOptions& options, Progress& progress,
                  const Stop& stop) {
  roll::check(options.roll);
  const auto begin = std::chrono::steady_clock::now();
  const MusicFiles found = find_music(paths);
  if (found.files.empty())
    fail(
        "{}: no music found; looked for files called .mid, .midi, .kar, .abc or .json (roll files)",
        paths.empty() ? "no path given" : in_words(paths));
  const std::map<std::string, Part> part_of = read_splits(found.splits);
  warn_of_missing(part_of, found.files, progress);

  // Roll files first: where there is one, all music is read without articulation.
  std::vector<bool> is_json;
  for (const MusicFile& file : found.files) is_json.push_back(file.kind == MusicFile::Kind::json);
  std::vector<ReadMusic> music(found.files.size());
  ImportOptions used = options;
  std::uint64_t done = 0;
  progress.begin("reading", found.files.size(), "files");
  read_side_by_side(found.files, is_json, used, progress, stop, done, music);
  const bool rolls =
      std::any_of(music.begin(), music.end(), [](const ReadMusic& file) { return file.roll_file; });
  if (rolls) used.roll.articulation = false;
  is_json.flip();
  read_side_by_side(found.files, is_json, used, progress, stop, done, music);
  progress.end();

  Corpus corpus;
  corpus.roll = used.roll;
  look_across(music, corpus.report);
  for (std::size_t i = 0; i < music.size(); ++i) {
    const auto given = part_of.find(found.files[i].name);
    for (ReadPiece& row : music[i].pieces) {
      if (row.piece) {
        if (given != part_of.end()) row.part = given->second;
        if (row.part) corpus.given_split.emplace(row.piece->name, *row.part);
        corpus.pieces.push_back(std::move(*row.piece));
      }
      corpus.report.files.push_back(std::move(row.report));
    }
  }
  const std::chrono::duration<double> elapsed = std::chrono::steady_clock::now() - begin;
  corpus.report.seconds = elapsed.count();
  return corpus;
}

void demand_pieces(const Corpus& corpus, const ImportOptions& options) {
  const std::vector<FileReport>& files = corpus.report.files;
  const auto bad =
      std::count_if(files.begin(), files.end(), [](const auto& file) { return file.unreadable; });
  const auto first_bad =
      std::find_if(files.begin(), files.end(), [](const auto& file) { return file.unreadable; });
  const auto told = [](const FileReport& file) {
    // A reader's message begins with the file's name, another's does not.
    return file.reason.starts_with(file.name) ? file.reason : file.name + ": " + file.reason;
  };
  if (options.max_bad >= 0 && bad > options.max_bad)
    fail("{} files cannot be read, more than the {} that --max-bad allows; the first is {}", bad,
         options.max_bad, told(*first_bad));
  if (!corpus.pieces.empty()) return;
  if (corpus.report.longest >= 1)
    fail(
        "no piece is long enough: the longest of {} has {} steps, and at least {} were asked for; "
        "lower --min-steps",
        files.size(), corpus.report.longest, options.min_steps);
  const FileReport& file = bad > 0 ? *first_bad : files.front();
  fail("no piece of music in {} files, {} of them unreadable; the first: {}", files.size(), bad,
       told(file));
}

Corpus import_paths(std::span<const fs::path> paths, const ImportOptions& options,
                    Progress& progress, const Stop& stop) {
  Corpus corpus = read_paths(paths, options, progress, stop);
  demand_pieces(corpus, options);
  return corpus;
}

}  // namespace toccata::corpus
