#include "corpus/import.h"

#include <algorithm>
#include <chrono>
#include <set>
#include <unordered_map>

#include "base/error.h"
#include "base/files.h"
#include "base/json.h"
#include "base/parallel.h"
#include "base/text.h"
#include "base/threads.h"
#include "corpus/music_files.h"
#include "corpus/pack.h"
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

// How many files are read side by side before their pieces go where they are kept.
constexpr std::size_t kTogether = 512;

// Reads music[i] of files[chosen[i]], side by side.
std::vector<ReadMusic> read_side_by_side(const std::vector<MusicFile>& files,
                                         std::span<const std::size_t> chosen,
                                         const ImportOptions& options, Progress& progress,
                                         const Stop& stop, std::uint64_t& done) {
  std::vector<ReadMusic> music(chosen.size());
  Mutex progress_mutex;
  parallel_for(chosen.size(), options.threads, [&](std::size_t i) {
    if (stop.requested()) return;
    const MusicFile& file = files[chosen[i]];
    music[i] = read_music(file, options, files.size() == 1 && file.named);
    const Lock lock(progress_mutex);
    progress.update(++done);
  });
  if (stop.requested()) fail("stopped while reading music; nothing was written");
  return music;
}

// A step may take a byte in a pack and a hundred in memory: what is to be held there whole must
// have some likeness to the file's size.
void demand_room(const Pack& pack, const MusicFile& file) {
  constexpr std::uint64_t kTimes = 32, kBesides = std::uint64_t{64} << 20;  // bytes
  const std::uint64_t size = fs::file_size(file.path);
  std::uint64_t needed = 0;
  for (const Piece& piece : pack.pieces)
    needed += static_cast<std::uint64_t>(piece.roll.steps) *
              (static_cast<std::uint64_t>(piece.roll.notes()) + 2 * sizeof(float));
  if (needed > kTimes * size + kBesides)
    fail(
        "{}: this pack of {} MiB would take {} MiB in memory, and only training reads packs piece "
        "by piece; give the folder that the pack was made from, or a part of it",
        file.name, size >> 20, needed >> 20);
}

// Of packs that the pieces come from; one row for each. `keep`: whether they are kept one by one.
ReadMusic read_pack(const MusicFile& file, const ImportOptions& options, bool alone, bool keep) {
  if (!file.problem.empty()) return read_music(file, options, alone);
  Pack pack;
  try {
    pack = open_pack(file.path);
  } catch (const Error& error) {  // one bad file never stops a folder
    ReadMusic none;
    FileReport& report = none.pieces.emplace_back().report;
    report.name = file.name;
    report.unreadable = true;
    report.reason = error.what();
    return none;
  }
  music::Options wanted = options.roll;
  wanted.articulation = pack.read_as.articulation;
  wanted.meter_numerator = pack.read_as.meter_numerator;  // its pieces have their meters already
  wanted.meter_denominator = pack.read_as.meter_denominator;
  if (pack.read_as != wanted)
    fail_usage(
        "{}: this pack has grid {}, pitches {}..{} and beats {}; expected grid {}, pitches {}..{} "
        "and beats {}. Pack the music again with these options, or ask for the pack's",
        file.name, pack.read_as.grid, pack.read_as.low, pack.read_as.high,
        to_word(pack.read_as.beats), options.roll.grid, options.roll.low, options.roll.high,
        to_word(options.roll.beats));
  if (!options.leave_packed && !keep) demand_room(pack, file);
  ReadMusic music;
  music.roll_file = !pack.read_as.articulation;
  music.bytes = std::filesystem::file_size(file.path);
  for (Piece& piece : pack.pieces) {
    const auto part = pack.parts.find(piece.name);
    ReadPiece& row = music.pieces.emplace_back();
    if (part != pack.parts.end()) row.part = part->second;
    if (!alone) piece.name = file.name + "/" + piece.name;
    row.report.name = piece.name;
    row.report.steps = piece.roll.steps;
    const CellCounts cells = cell_counts(piece);
    row.report.notes_read = row.report.notes_kept = cells.sounding - cells.open + cells.again;
    row.report.kept = piece.roll.steps >= options.min_steps;
    row.report.suggested_grid = options.roll.grid;
    if (!row.report.kept)
      row.report.reason = fmt::format("too short: {} steps, at least {} asked for",
                                      piece.roll.steps, options.min_steps);
    else
      row.piece = std::move(piece);
  }
  return music;
}

// Marks later pieces whose music an earlier one has, and notes the longest.
class LookAcross {
 public:
  void at(ReadMusic& file, ImportReport& report) {
    report.bytes += file.bytes;
    for (ReadPiece& row : file.pieces) {
      report.longest = std::max<long>(report.longest, row.report.steps);
      fit_ += row.fit;
      if (!row.piece) continue;
      const auto [first, is_first] = first_with_.emplace(row.piece->hash, row.piece->name);
      if (!is_first) row.report.duplicate_of = first->second;
    }
    report.suggested_grid = fit_.suggested();
  }

 private:
  std::unordered_map<std::string, std::string> first_with_;  // hash to name
  music::GridFit fit_;
};

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
      if (!json.contains(to_word(part))) continue;
      for (const std::string& name :
           json_get<std::vector<std::string>>(json, to_word(part), where)) {
        const auto [found, is_new] = part_of.emplace(split.folder + name, part);
        if (!is_new && found->second != part)
          fail("{}: {} is in both {} and {}; a piece belongs to one part", where, name,
               to_word(found->second), to_word(part));
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
    progress.warning(fmt::format("the split names {} not there, such as {}",
                                 counted(missing.size(), "file"), missing.front()));
}

}  // namespace

Corpus read_paths(std::span<const fs::path> paths, const ImportOptions& options, Progress& progress,
                  const Stop& stop, const Keep& keep) {
  music::check(options.roll);
  const auto begin = std::chrono::steady_clock::now();
  const MusicFiles found = find_music(paths);
  if (found.files.empty())
    fail(
        "{}: no music found; looked for files called .mid, .midi, .kar, .abc, .json (roll files) "
        "or .pack",
        paths.empty() ? "no path given" : in_words(paths));
  const std::map<std::string, Part> part_of = read_splits(found.splits);
  warn_of_missing(part_of, found.files, progress);

  // Roll files and packs first: where one has no articulation, all music is read without.
  std::vector<std::size_t> json;
  std::map<std::size_t, ReadMusic> early;
  for (std::size_t i = 0; i < found.files.size(); ++i) {
    if (found.files[i].kind == MusicFile::Kind::json) json.push_back(i);
    if (found.files[i].kind == MusicFile::Kind::pack)
      early[i] = read_pack(found.files[i], options, found.files.size() == 1, bool{keep});
  }
  ImportOptions used = options;
  std::uint64_t done = early.size();
  progress.begin("reading", found.files.size(), "files");
  std::vector<ReadMusic> rolls = read_side_by_side(found.files, json, used, progress, stop, done);
  for (std::size_t i = 0; i < json.size(); ++i) early[json[i]] = std::move(rolls[i]);
  rolls.clear();
  if (std::any_of(early.begin(), early.end(),
                  [](const auto& file) { return file.second.roll_file; }))
    used.roll.articulation = false;
  for (const auto& [i, music] : early)
    for (const ReadPiece& row : music.pieces)
      if (row.piece && row.piece->roll.articulation && !used.roll.articulation)
        fail_usage(
            "{}: this pack has articulation, but other music is read without it (roll files, or "
            "--articulation false); pack the music again with --articulation false",
            found.files[i].name);

  Corpus corpus;
  corpus.roll = used.roll;
  LookAcross look_across;
  const auto take = [&](std::size_t i, ReadMusic& music) {
    look_across.at(music, corpus.report);
    const auto given = part_of.find(found.files[i].name);
    for (ReadPiece& row : music.pieces) {
      if (row.piece) {
        if (given != part_of.end()) row.part = given->second;
        if (row.piece->packed && !options.leave_packed) {
          music::Roll room;
          whole_roll(*row.piece, room);
          row.piece->roll = std::move(room);
          row.piece->packed.reset();
        }
        if (row.part && !keep) corpus.given_split.emplace(row.piece->name, *row.part);
        if (keep)
          keep(std::move(*row.piece), row.part);
        else
          corpus.pieces.push_back(std::move(*row.piece));
        row.piece.reset();  // whoever keeps it has it: its frames go before the next one's come
      }
      corpus.report.files.push_back(std::move(row.report));
    }
  };
  for (std::size_t start = 0; start < found.files.size(); start += kTogether) {
    const std::size_t end = std::min(start + kTogether, found.files.size());
    std::vector<std::size_t> chosen;
    for (std::size_t i = start; i < end; ++i)
      if (!early.contains(i)) chosen.push_back(i);
    std::vector<ReadMusic> music =
        read_side_by_side(found.files, chosen, used, progress, stop, done);
    for (std::size_t i = start, next = 0; i < end; ++i)
      take(i, early.contains(i) ? early[i] : music[next++]);
  }
  progress.end();
  const std::chrono::duration<double> elapsed = std::chrono::steady_clock::now() - begin;
  corpus.report.seconds = elapsed.count();
  return corpus;
}

Corpus pack_paths(std::span<const fs::path> paths, const ImportOptions& options, Progress& progress,
                  const Stop& stop, const fs::path& file) {
  Corpus corpus;
  write_file_with(file, [&](const fs::path& temporary) {
    PackWriter writer(temporary);
    corpus = read_paths(paths, options, progress, stop,
                        [&](Piece&& piece, std::optional<Part> part) { writer.add(piece, part); });
    demand_pieces(corpus, options);
    writer.finish(corpus.roll);
  });
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
    fail("{} cannot be read, more than the {} that --max-bad allows; the first is {}",
         counted(bad, "file"), options.max_bad, told(*first_bad));
  if (std::any_of(files.begin(), files.end(), [](const auto& file) { return file.kept; })) return;
  if (corpus.report.longest >= 1)
    fail("no piece is long enough: the longest of {} has {}, and --min-steps asks for {} or more",
         counted(files.size(), "file"), counted(corpus.report.longest, "step"), options.min_steps);
  const FileReport& file = bad > 0 ? *first_bad : files.front();
  fail("no piece of music in {}, {} unreadable; the first: {}", counted(files.size(), "file"), bad,
       told(file));
}

Corpus import_paths(std::span<const fs::path> paths, const ImportOptions& options,
                    Progress& progress, const Stop& stop) {
  Corpus corpus = read_paths(paths, options, progress, stop);
  demand_pieces(corpus, options);
  return corpus;
}

}  // namespace toccata::corpus
