#include "notation/smf_reader.h"

#include <algorithm>
#include <bit>
#include <cstddef>
#include <optional>
#include <utility>

#include "base/error.h"
#include "base/text.h"
#include "notation/note_pairing.h"
#include "notation/smf_chunks.h"
#include "notation/tidy.h"
#include "notation/track_builder.h"

namespace toccata::notation {
namespace {

constexpr std::uint64_t kDivisionOffset = 2;  // bytes of the division, at the end of the header

struct Grid {
  int ticks_per_quarter = 480;
  std::optional<std::uint32_t> tempo;  // where the division fixes it
};

/// RP-001: bit 15 clear, ticks per quarter; set, the high byte is minus the frames per second (29
/// means 30000/1001) and the low byte the ticks per frame.
Grid read_division(const Header& header, std::uint64_t byte, RepairLog& repairs) {
  if (header.division == 0)
    fail(
        "{}: byte {}: a division of 0 ticks per quarter note: expected 1 to 32767; the file has no "
        "time to read its notes by",
        repairs.where(), byte);
  if (header.division < 0x8000) return {header.division, std::nullopt};
  const int frames = -std::bit_cast<std::int8_t>(static_cast<std::uint8_t>(header.division >> 8));
  const int ticks_per_frame = header.division & 0xff;
  if (ticks_per_frame == 0)
    fail(
        "{}: byte {}: an SMPTE division of 0 ticks per frame: expected 1 to 255; the file has no "
        "time to read its notes by",
        repairs.where(), byte);
  if (frames == 29) return {15 * ticks_per_frame, 500500};
  if (frames != 24 && frames != 25 && frames != 30)
    repairs.add(byte,
                "an SMPTE division of {} frames per second, where 24, 25, 29 and 30 exist; "
                "taken as it stands",
                frames);
  const int per_second = frames * ticks_per_frame;
  if (per_second % 2 == 0) return {per_second / 2, 500000};
  return {per_second, 1000000};
}

bool holds_nothing(const Track& track) {
  return track == Track{};
}

Score make_score(const Grid& grid, Maps maps) {
  Score score;
  score.ticks_per_quarter = grid.ticks_per_quarter;
  if (grid.tempo) maps.tempos.assign(1, {0, *grid.tempo});
  tidy(maps.tempos);
  tidy(maps.meters);
  tidy(maps.keys);
  score.tempos = std::move(maps.tempos);
  score.meters = std::move(maps.meters);
  score.keys = std::move(maps.keys);
  return score;
}

/// Goes through the file's tracks; a type 2 file's become Scores of their own.
class FileReader {
 public:
  FileReader(std::span<const std::uint8_t> bytes, RepairLog& repairs)
      : bytes_(bytes), repairs_(repairs) {}

  std::vector<Score> read() {
    header_ = read_header(bytes_, repairs_);
    grid_ = read_division(header_, header_.body_end - kDivisionOffset, repairs_);
    read_tracks(bytes_, header_, repairs_, [&](const TrackBytes& where) -> TrackStop {
      ++tracks_read_;
      BuiltTrack built = build_track(bytes_, where, repairs_, pairing_, maps_);
      const TrackStop stop{built.stopped, built.ended};
      keep(std::move(built));
      return stop;
    });
    if (header_.format != 2) finish_score();
    return std::move(scores_);
  }

 private:
  void keep(BuiltTrack built) {
    end_ = std::max(end_, built.end);
    const bool conductor = header_.format != 2 && tracks_read_ == 1 && holds_nothing(built.track);
    if (!conductor) tracks_.push_back(std::move(built.track));
    if (header_.format == 2) finish_score();
  }

  void finish_score() {
    Score score = make_score(grid_, std::exchange(maps_, {}));
    score.tracks = std::exchange(tracks_, {});
    score.end = std::exchange(end_, 0);
    scores_.push_back(std::move(score));
  }

  std::span<const std::uint8_t> bytes_;
  RepairLog& repairs_;
  Header header_;
  Grid grid_;
  NotePairing pairing_;
  Maps maps_;
  std::vector<Track> tracks_;
  Tick end_ = 0;
  std::size_t tracks_read_ = 0;
  std::vector<Score> scores_;
};

}  // namespace

ReadResult read_smf(std::span<const std::uint8_t> bytes, std::string_view where,
                    const ReadOptions& options) {
  RepairLog repairs(where, options.strict ? RepairLog::Mode::strict : RepairLog::Mode::record);
  ReadResult result;
  result.scores = FileReader(bytes, repairs).read();
  result.repair_count = repairs.count();
  result.repairs = repairs.take();
  return result;
}

}  // namespace toccata::notation
