#include "corpus/read_music.h"

#include <algorithm>

#include "base/error.h"
#include "base/files.h"
#include "base/text.h"
#include "corpus/findings.h"
#include "corpus/roll_file.h"
#include "music/bars.h"
#include "music/from_score.h"
#include "music/on_beats.h"
#include "music/own_beat.h"
#include "music/read_beats.h"
#include "notation/abc.h"
#include "notation/smf_reader.h"
#include "notation/text_encoding.h"

namespace toccata::corpus {
namespace {

// Far above any music: the longest opera takes a few megabytes.
constexpr std::uint64_t kMostBytes = std::uint64_t{256} << 20;

std::vector<std::string> meters_of(const music::Roll& roll) {
  std::vector<std::string> names;
  const auto add = [&](int numerator, int denominator) {
    std::string name = fmt::format("{}/{}", numerator, denominator);
    if (std::find(names.begin(), names.end(), name) == names.end())
      names.push_back(std::move(name));
  };
  if (roll.meters.empty() || roll.meters.front().step > music::kSameStep) add(4, 4);
  for (const music::MeterAt& meter : roll.meters) add(meter.numerator, meter.denominator);
  return names;
}

std::string why_not_kept(const FileReport& report, const ImportOptions& options) {
  if (report.notes_kept == 0) {
    if (report.drums > 0) return fmt::format("no notes but drums ({})", report.drums);
    if (report.dropped > 0)
      return fmt::format("no notes within {}..{} ({} outside)", options.roll.low, options.roll.high,
                         report.dropped);
    return "no notes";
  }
  if (report.steps < options.min_steps)
    return fmt::format("too short: {}, at least {} asked for", counted(report.steps, "step"),
                       options.min_steps);
  return {};
}

void lay_on_grid(const notation::Score& score, const ImportOptions& options, ReadPiece& row) {
  FileReport& report = row.report;
  report.beats = music::beats_to_read(score, options.roll.beats);
  std::optional<notation::Score> on_found;
  if (report.beats.used) on_found = music::on_beats(score, report.beats.found).score;
  report.beats.found.beats.clear();
  music::ReadRoll read = music::from_score(on_found ? *on_found : score, options.roll, report.name);
  const music::ReadStatistics& found = read.statistics;
  report.steps = read.roll.steps;
  report.bars = music::Bars(read.roll.meters, read.roll.grid).count(read.roll.steps);
  report.meters = meters_of(read.roll);
  report.notes_read = found.notes_read;
  report.notes_kept = found.notes_kept;
  report.merged = found.merged;
  report.folded = found.folded;
  report.dropped = found.dropped;
  report.drums = found.drums;
  report.moved = found.moved;
  report.mean_move = found.mean_move;
  report.most_moved = found.most_moved;
  report.suggested_grid = found.fit.suggested();
  report.tracks = tracks_of(score);
  report.instruments = instruments_of(score);
  const music::OwnBeat beat = music::own_beat(score);
  report.beat_found = beat.keeps;
  report.shift_ticks = beat.shift;
  report.verdicts = verdicts(report, options.roll);
  row.fit = found.fit;
  report.reason = why_not_kept(report, options);
  report.kept = report.reason.empty();
  if (!report.kept) return;
  Piece piece;
  piece.name = report.name;
  piece.hash = music_hash(read.roll);
  piece.roll = std::move(read.roll);
  row.piece = std::move(piece);
}

void mark_unreadable(FileReport& report, std::string_view why) {
  report.kept = false;
  report.unreadable = true;
  // A message may hold bytes of the file or of its path.
  report.reason =
      notation::to_utf8({reinterpret_cast<const std::uint8_t*>(why.data()), why.size()});
}

// A piece as a row; an error that concerns this piece alone stays with it.
ReadPiece read_piece(const notation::Score& score, std::string name, const ImportOptions& options) {
  ReadPiece row;
  row.report.name = std::move(name);
  try {
    lay_on_grid(score, options, row);
  } catch (const Error& error) {
    if (error.kind() == ErrorKind::usage) throw;
    mark_unreadable(row.report, error.what());
  }
  return row;
}

void read_midi(const Bytes& bytes, const MusicFile& file, const ImportOptions& options,
               ReadMusic& music) {
  notation::ReadOptions how;
  how.strict = options.strict;
  const notation::ReadResult read = notation::read_smf(bytes, file.name, how);
  if (const std::size_t most = most_pieces(bytes.size()); read.scores.size() > most)
    fail("{}: it claims {} songs; a file of this size has at most {}", file.name,
         read.scores.size(), most);
  for (std::size_t i = 0; i < read.scores.size(); ++i) {
    std::string name = read.scores.size() == 1 ? file.name : fmt::format("{}[{}]", file.name, i);
    music.pieces.push_back(read_piece(read.scores[i], std::move(name), options));
  }
  if (music.pieces.empty()) fail("{}: this file has no track", file.name);
  FileReport& first = music.pieces.front().report;
  first.repair_count = read.repair_count;
  for (const notation::Repair& repair : read.repairs)
    first.repairs.push_back(fmt::format("byte {}: {}", repair.byte, repair.reason));
}

void read_text(const Bytes& bytes, const MusicFile& file, const ImportOptions& options,
               ReadMusic& music) {
  notation::AbcOptions how;
  how.full_bars = options.strict;
  const std::string_view text{reinterpret_cast<const char*>(bytes.data()), bytes.size()};
  ImportOptions as_written = options;
  as_written.roll.beats = music::BeatsFrom::file;
  music.pieces.push_back(
      read_piece(notation::read_abc(text, file.name, how), file.name, as_written));
}

void read_rolls(const Bytes& bytes, const MusicFile& file, const ImportOptions& options, bool alone,
                ReadMusic& music) {
  const RollFile rolls =
      read_roll_file({reinterpret_cast<const char*>(bytes.data()), bytes.size()}, file.name);
  if (!rolls.holds_music()) {
    const char* why = "no roll file: it has no list \"train\", \"valid\" or \"test\"";
    if (file.named) fail("{}: {}", file.name, why);
    ReadPiece row;
    row.report.name = file.name;
    row.report.reason = why;
    music.pieces.push_back(std::move(row));
    return;
  }
  if (rolls.steps_per_beat && *rolls.steps_per_beat != options.roll.grid)
    fail("{}: its steps_per_beat is {}, but grid {} was asked for; give --grid {}", file.name,
         *rolls.steps_per_beat, options.roll.grid, *rolls.steps_per_beat);
  music.roll_file = true;
  ImportOptions as_roll = options;
  as_roll.roll.articulation = false;
  as_roll.roll.beats = music::BeatsFrom::file;
  as_roll.roll.trim = false;  // every frame counts in the published likelihoods
  for (const auto& [part, pieces] : rolls.parts) {
    for (std::size_t i = 0; i < pieces.pieces(); ++i) {
      std::string name = fmt::format("{}[{}]", to_word(part), i);
      if (!alone) name = fmt::format("{}:{}", file.name, name);
      ReadPiece row = read_piece(to_score(rolls, part, i, options.roll), std::move(name), as_roll);
      row.part = part;
      // Its grid is its own: nothing to suggest, and no vote on that of other files.
      row.report.suggested_grid = options.roll.grid;
      row.report.tracks.clear();
      row.report.verdicts = verdicts(row.report, options.roll);
      row.fit = {};
      music.pieces.push_back(std::move(row));
    }
  }
  if (music.pieces.empty()) fail("{}: it holds no piece", file.name);
}

}  // namespace

ReadMusic read_music(const MusicFile& file, const ImportOptions& options, bool alone) {
  ReadMusic music;
  const auto as_one_row = [&](auto&& mark) {
    ReadPiece row;
    row.report.name = file.name;
    mark(row.report);
    music.pieces.clear();
    music.pieces.push_back(std::move(row));
  };
  if (!file.problem.empty()) {
    as_one_row([&](FileReport& report) {
      report.reason = file.problem;
      report.unreadable = file.bad;
    });
    return music;
  }
  try {
    const Bytes bytes = read_file(file.path, kMostBytes);
    music.bytes = bytes.size();
    if (file.kind == MusicFile::Kind::json)
      read_rolls(bytes, file, options, alone, music);
    else if (file.kind == MusicFile::Kind::abc)
      read_text(bytes, file, options, music);
    else
      read_midi(bytes, file, options, music);
  } catch (const Error& error) {
    if (error.kind() == ErrorKind::usage) throw;
    as_one_row([&](FileReport& report) { mark_unreadable(report, error.what()); });
  }
  return music;
}

}  // namespace toccata::corpus
