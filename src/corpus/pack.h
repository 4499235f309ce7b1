#pragma once
// A corpus on disk, as small as it is quick to read: for more music than fits into memory. A pack
// is one file, made once (toccata import --pack FILE) and then read where it lies: opening it costs
// its index alone, and a piece's frames are read from the mapped file when someone asks for them.
//
//   "TOCPACK2"                                8 bytes
//   frames of each piece, one after the other, a step after the other:
//     255                 what sounded in the step before is held
//     n, then n bytes     the cells that sound: the note's row, plus 128 where articulated
//   index, from `index` on: how the music was read, and each piece's name, hash, part, steps,
//     lowest and highest row, counts of its cells, bytes of its frames, meters
//   u64 index, xxh3 of the index              the last 8 + 32 bytes
// Numbers are little-endian. Frames carry no checksum of their own: what no frame can hold is an
// Error when it is read. Where a piece's frames lie follows from the sizes before it: no two can
// share them.

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "corpus/piece.h"
#include "music/options.h"

namespace toccata::corpus {

/// The frames of a Roll as they stand in a pack.
std::vector<std::uint8_t> pack_frames(const music::Roll& roll);

/// The way back, into `roll`, whose steps, range, grid, articulation and meters are there already.
/// Throws Error where the bytes are no such frames.
void unpack_frames(std::span<const std::uint8_t> bytes, music::Roll& roll, std::string_view name);

/// Writes a pack, piece by piece.
class PackWriter {
 public:
  /// Into `file`, which the caller moves to its place (base/files.h, write_file_with).
  explicit PackWriter(const std::filesystem::path& file);

  /// Throws Error where it cannot be written.
  void add(const Piece& piece, std::optional<Part> part);
  /// Writes the index; nothing is added after it.
  void finish(const music::Options& read_as);
  std::size_t pieces() const { return pieces_; }

 private:
  void write(const void* bytes, std::size_t size);

  std::filesystem::path path_;
  std::ofstream file_;
  std::uint64_t place_ = 0;          // in the file
  std::vector<std::uint8_t> index_;  // of the pieces so far
  std::size_t pieces_ = 0;
};

struct Pack {
  music::Options read_as;
  std::vector<Piece> pieces;          // their frames in the mapped file: Piece::packed
  std::map<std::string, Part> parts;  // of pieces that a split or a roll file gave one
};

/// Maps a pack and reads its index. Throws Error where it is none or damaged, and where it claims
/// more than it can hold: more pieces than a file of its size has, more steps than a piece has or
/// than its frames have bytes, rows or counts beyond its range.
Pack open_pack(const std::filesystem::path& file);

}  // namespace toccata::corpus
