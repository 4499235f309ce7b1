#pragma once
// A pack: a corpus in one file, small and quick to read, for more music than fits into memory. It
// is made once (toccata import --pack FILE) and then mapped into memory. Opening it reads only the
// index; the frames of a piece are read when they are asked for.
//
//   "TOCPACK2"                                8 bytes
//   the frames of the pieces, one after the other, step by step:
//     255                 all that sounded in the step before is held
//     n, then n bytes     the cells that sound: the note's row, plus 128 if articulated
//   index, from `index` on: how the music was read, and each piece's name, hash, part, steps,
//     lowest and highest row, counts of its cells, bytes of its frames, meters
//   u64 index, xxh3 of the index              the last 8 + 32 bytes
// Numbers are little-endian. Frames have no checksum of their own: bytes that cannot be a frame are
// an Error when they are read. The place of a piece's frames follows from the sizes before it, so
// no two pieces can share frames.

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

/// The frames of a Roll in the form of a pack.
std::vector<std::uint8_t> pack_frames(const music::Roll& roll);

/// The reverse, into `roll`, which already has steps, range, grid, articulation and meters. Throws
/// Error if the bytes are not such frames.
void unpack_frames(std::span<const std::uint8_t> bytes, music::Roll& roll, std::string_view name);

/// Writes a pack, piece by piece.
class PackWriter {
 public:
  /// Writes into `file`, which the caller moves to its place (base/files.h, write_file_with).
  explicit PackWriter(const std::filesystem::path& file);

  /// Throws Error if it cannot be written.
  void add(const Piece& piece, std::optional<Part> part);
  /// Writes the index. No piece can be added afterwards.
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

/// Maps a pack and reads its index. Throws Error if the file is not a pack, is damaged, or claims
/// more than it can hold: more pieces than a file of its size has, more steps than a piece has or
/// than its frames have bytes, rows or counts beyond its range.
Pack open_pack(const std::filesystem::path& file);

}  // namespace toccata::corpus
