#include "corpus/pack.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <memory>

#include "base/error.h"
#include "base/file_map.h"
#include "base/hash.h"
#include "corpus/roll_file.h"
#include "music/bars.h"
#include "music/from_score.h"
#include "notation/text_encoding.h"

namespace toccata::corpus {
namespace {

constexpr char kMagic[8] = {'T', 'O', 'C', 'P', 'A', 'C', 'K', '2'};
constexpr std::size_t kHash = 32;         // hexadecimal digits
constexpr std::size_t kTail = 8 + kHash;  // at the end: where the index begins, and its hash
constexpr std::uint8_t kHeld = 255, kStruck = 128;

/// Numbers as they lie in memory: little-endian machines alone are known to this project.
template <typename Number>
void put(std::vector<std::uint8_t>& to, Number number) {
  const auto* bytes = reinterpret_cast<const std::uint8_t*>(&number);
  to.insert(to.end(), bytes, bytes + sizeof number);
}
void put(std::vector<std::uint8_t>& to, const std::string& text) {
  put(to, static_cast<std::uint32_t>(text.size()));
  to.insert(to.end(), text.begin(), text.end());
}

/// Reads what put wrote; never beyond the end.
class Reader {
 public:
  Reader(std::span<const std::uint8_t> bytes, std::string where)
      : bytes_(bytes), where_(std::move(where)) {}
  template <typename Number>
  Number number() {
    Number value{};
    std::memcpy(&value, take(sizeof value).data(), sizeof value);
    return value;
  }
  std::string text() {
    const auto taken = take(number<std::uint32_t>());
    return {taken.begin(), taken.end()};
  }
  std::size_t left() const { return bytes_.size() - place_; }
  void demand(bool right) const {
    if (!right) fail("{}: the index of this pack is damaged; make it again", where_);
  }

 private:
  std::span<const std::uint8_t> take(std::size_t size) {
    demand(size <= left());
    place_ += size;
    return bytes_.subspan(place_ - size, size);
  }
  std::span<const std::uint8_t> bytes_;
  std::size_t place_ = 0;
  std::string where_;
};

void put_options(std::vector<std::uint8_t>& to, const music::Options& options) {
  for (const int number :
       {options.grid, options.low, options.high, static_cast<int>(options.articulation),
        static_cast<int>(options.out_of_range), static_cast<int>(options.pedal),
        static_cast<int>(options.drums),
        // Packs without beats have 0 or 1 here.
        static_cast<int>(options.trim) | static_cast<int>(options.beats) << 1})
    put(to, static_cast<std::int32_t>(number));
}

music::Options read_options(Reader& reader) {
  music::Options options;
  const auto next = [&] { return static_cast<int>(reader.number<std::int32_t>()); };
  options.grid = next();
  options.low = next();
  options.high = next();
  options.articulation = next() != 0;
  options.out_of_range = static_cast<music::OutOfRange>(std::clamp(next(), 0, 2));
  options.pedal = static_cast<music::Pedal>(std::clamp(next(), 0, 1));
  options.drums = next() != 0;
  const int rest = next();
  options.trim = (rest & 1) != 0;
  options.beats = static_cast<music::BeatsFrom>(std::clamp(rest >> 1, 0, 2));
  music::check(options);
  return options;
}

bool is_utf8(const std::string& text) {
  return notation::to_utf8({reinterpret_cast<const std::uint8_t*>(text.data()), text.size()}) ==
         text;
}

/// Steps, rows and counts that a Roll can have.
void demand_possible(const Reader& reader, const Piece& piece) {
  const music::Roll& roll = piece.roll;
  const PackedFrames& packed = *piece.packed;
  const CellCounts& cells = packed.cells;
  reader.demand(roll.steps >= 0 && roll.steps <= music::kMostSteps);
  reader.demand(packed.highest < packed.lowest ||
                (packed.lowest >= 0 && packed.highest < roll.notes()));
  reader.demand(0 <= cells.again && cells.again <= cells.open && cells.open <= cells.sounding &&
                cells.sounding <= static_cast<std::int64_t>(roll.steps) * roll.notes());
}

}  // namespace

CellCounts count_cells(const music::Roll& roll) {
  CellCounts counts;
  for (int t = 0; t < roll.steps; ++t)
    for (int n = 0; n < roll.notes(); ++n) {
      const bool sounds = (roll.frame(t)[n] & music::kPlay) != 0;
      const bool open = sounds && t > 0 && (roll.frame(t - 1)[n] & music::kPlay) != 0;
      counts.sounding += sounds;
      counts.open += open;
      counts.again += open && (roll.frame(t)[n] & music::kArticulate) != 0;
    }
  return counts;
}

CellCounts cell_counts(const Piece& piece) {
  return piece.packed ? piece.packed->cells : count_cells(piece.roll);
}

std::vector<std::uint8_t> pack_frames(const music::Roll& roll) {
  std::vector<std::uint8_t> bytes, now, held;
  for (int t = 0; t < roll.steps; ++t) {
    const std::uint8_t* frame = roll.frame(t);
    now.clear();
    for (int n = 0; n < roll.notes(); ++n)
      if (frame[n] & music::kPlay)
        now.push_back(static_cast<std::uint8_t>(n | (frame[n] & music::kArticulate ? kStruck : 0)));
    if (t > 0 && now == held) {
      bytes.push_back(kHeld);
    } else {
      bytes.push_back(static_cast<std::uint8_t>(now.size()));
      bytes.insert(bytes.end(), now.begin(), now.end());
    }
    held = now;
    for (std::uint8_t& cell : held) cell &= static_cast<std::uint8_t>(~kStruck);
  }
  return bytes;
}

void unpack_frames(std::span<const std::uint8_t> bytes, music::Roll& roll, std::string_view name) {
  const auto demand = [&](bool right) {
    if (!right) fail("{}: its frames in the pack are damaged; make the pack again", name);
  };
  const auto notes = static_cast<std::size_t>(roll.notes());
  roll.cells.assign(static_cast<std::size_t>(roll.steps) * notes, 0);
  std::size_t place = 0;
  for (int t = 0; t < roll.steps; ++t) {
    demand(place < bytes.size());
    const std::uint8_t count = bytes[place++];
    std::uint8_t* frame = roll.frame(t);
    if (count == kHeld) {
      demand(t > 0);
      const std::uint8_t* before = roll.frame(t - 1);
      for (std::size_t n = 0; n < notes; ++n) frame[n] = before[n] & music::kPlay;
      continue;
    }
    demand(count <= bytes.size() - place);
    for (std::size_t i = 0; i < count; ++i, ++place) {
      const std::size_t n = bytes[place] & (kStruck - 1u);
      demand(n < notes);
      frame[n] = static_cast<std::uint8_t>(music::kPlay |
                                           (bytes[place] & kStruck ? music::kArticulate : 0));
    }
  }
  demand(place == bytes.size());
  music::find_phases(roll);
}

const music::Roll& whole_roll(const Piece& piece, music::Roll& room) {
  if (!piece.packed) return piece.roll;
  room = piece.roll;
  const std::span<const std::uint8_t> bytes = piece.packed->bytes;
  unpack_frames(bytes, room, piece.name);
  release_pages(bytes);
  return room;
}

PackWriter::PackWriter(const std::filesystem::path& file)
    : path_(file), file_(file, std::ios::binary | std::ios::trunc) {
  write(kMagic, sizeof kMagic);
}

void PackWriter::write(const void* bytes, std::size_t size) {
  file_.write(static_cast<const char*>(bytes), static_cast<std::streamsize>(size));
  if (!file_) fail("{}: cannot be written; is the disk full?", path_.string());
  place_ += size;
}

void PackWriter::add(const Piece& piece, std::optional<Part> part) {
  const std::vector<std::uint8_t> frames = pack_frames(piece.roll);
  int lowest = piece.roll.notes(), highest = -1;
  for (int t = 0; t < piece.roll.steps; ++t)
    for (int n = 0; n < piece.roll.notes(); ++n)
      if (piece.roll.frame(t)[n]) lowest = std::min(lowest, n), highest = std::max(highest, n);
  put(index_, piece.name);
  put(index_, piece.hash);
  put(index_, static_cast<std::int8_t>(part ? static_cast<int>(*part) : -1));
  put(index_, static_cast<std::int32_t>(piece.roll.steps));
  put(index_, static_cast<std::int32_t>(lowest));
  put(index_, static_cast<std::int32_t>(highest));
  const CellCounts cells = count_cells(piece.roll);
  put(index_, cells.sounding);
  put(index_, cells.open);
  put(index_, cells.again);
  put(index_, static_cast<std::uint32_t>(frames.size()));
  put(index_, static_cast<std::uint32_t>(piece.roll.meters.size()));
  for (const music::MeterAt& meter : piece.roll.meters) {
    put(index_, meter.step);
    put(index_, static_cast<std::int32_t>(meter.numerator));
    put(index_, static_cast<std::int32_t>(meter.denominator));
  }
  write(frames.data(), frames.size());
  ++pieces_;
}

void PackWriter::finish(const music::Options& read_as) {
  std::vector<std::uint8_t> index;
  put_options(index, read_as);
  put(index, static_cast<std::uint64_t>(pieces_));
  index.insert(index.end(), index_.begin(), index_.end());
  const std::uint64_t begin = place_;
  const std::string hash = hash_hex(std::span<const std::uint8_t>(index));
  write(index.data(), index.size());
  write(&begin, sizeof begin);
  write(hash.data(), hash.size());
  file_.close();
  if (!file_) fail("{}: cannot be written; is the disk full?", path_.string());
}

Pack open_pack(const std::filesystem::path& file) {
  const auto mapping = std::make_shared<const FileMap>(file);
  const std::span<const std::uint8_t> bytes = mapping->bytes();
  if (bytes.size() < sizeof kMagic + kTail || std::memcmp(bytes.data(), kMagic, sizeof kMagic) != 0)
    fail("{}: no pack of music; toccata import --pack makes one", file.string());
  std::uint64_t begin = 0;
  std::memcpy(&begin, bytes.data() + bytes.size() - kTail, sizeof begin);
  const std::string hash(reinterpret_cast<const char*>(bytes.data()) + bytes.size() - kHash, kHash);
  Reader nothing({}, file.string());
  nothing.demand(begin >= sizeof kMagic && begin <= bytes.size() - kTail);
  const auto index = bytes.subspan(begin, bytes.size() - kTail - begin);
  nothing.demand(hash_hex(index) == hash);

  Reader reader(index, file.string());
  Pack pack;
  pack.read_as = read_options(reader);
  const auto count = reader.number<std::uint64_t>();
  reader.demand(count <= most_pieces(bytes.size()));
  std::size_t place = sizeof kMagic;  // of the next piece's frames
  for (std::uint64_t i = 0; i < count; ++i) {
    Piece& piece = pack.pieces.emplace_back();
    piece.name = reader.text();
    piece.hash = reader.text();
    reader.demand(is_utf8(piece.name) && piece.hash.size() == kHash);
    const int part = reader.number<std::int8_t>();
    if (part >= 0) pack.parts.emplace(piece.name, static_cast<Part>(std::min(part, 2)));
    piece.roll.low = pack.read_as.low;
    piece.roll.high = pack.read_as.high;
    piece.roll.grid = pack.read_as.grid;
    piece.roll.articulation = pack.read_as.articulation;
    piece.roll.steps = reader.number<std::int32_t>();
    PackedFrames& packed = piece.packed.emplace();
    packed.lowest = reader.number<std::int32_t>();
    packed.highest = reader.number<std::int32_t>();
    packed.cells.sounding = reader.number<std::int64_t>();
    packed.cells.open = reader.number<std::int64_t>();
    packed.cells.again = reader.number<std::int64_t>();
    demand_possible(reader, piece);
    const auto size = reader.number<std::uint32_t>();
    // A step takes a byte at least: what is claimed makes no room beyond that.
    reader.demand(size <= begin - place && static_cast<std::uint32_t>(piece.roll.steps) <= size);
    packed.bytes = bytes.subspan(place, size);
    packed.keeper = mapping;
    place += size;
    const auto meters = reader.number<std::uint32_t>();
    reader.demand(meters <= reader.left() / 16);
    for (std::uint32_t m = 0; m < meters; ++m) {
      music::MeterAt meter;
      meter.step = reader.number<double>();
      meter.numerator = reader.number<std::int32_t>();
      meter.denominator = reader.number<std::int32_t>();
      reader.demand(std::isfinite(meter.step));
      piece.roll.meters.push_back(meter);
    }
    music::check_meters(piece.roll.meters);
  }
  reader.demand(place == begin && reader.left() == 0);
  return pack;
}

}  // namespace toccata::corpus
