#include "notation/foreign_file.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <string_view>

#include "base/text.h"

namespace toccata::notation {
namespace {

struct Signature {
  std::string_view start;  // lower case; compared without regard to case
  std::string_view name;
};

constexpr std::array kSignatures = {
    Signature{"<!doctype html", "an HTML page (a failed download?)"},
    Signature{"<html", "an HTML page (a failed download?)"},
    Signature{"<?xml", "XML (MusicXML must be exported as MIDI first)"},
    Signature{"%pdf", "a PDF document"},
    Signature{"pk\x03\x04", "a zip archive (unpack it first)"},
    Signature{"\x1f\x8b", "a gzip archive (unpack it first)"},
    Signature{"riff", "a RIFF file (WAVE audio?)"},
    Signature{"id3", "MP3 audio"},
    Signature{"oggs", "Ogg audio"},
    Signature{"flac", "FLAC audio"},
    Signature{"\x7f"
              "elf",
              "a program"},
    Signature{"mtrk", "a track without the header chunk before it"},
};

bool is_text(std::span<const std::uint8_t> bytes) {
  return std::all_of(bytes.begin(), bytes.end(), [](std::uint8_t byte) {
    return byte >= 0x20 || byte == '\n' || byte == '\r' || byte == '\t';
  });
}

}  // namespace

std::string describe_foreign(std::span<const std::uint8_t> bytes) {
  if (bytes.empty()) return "nothing: the file is empty";
  const auto head = bytes.first(std::min<std::size_t>(bytes.size(), 256));
  std::size_t begin = 0;
  while (begin < head.size() && std::isspace(head[begin])) ++begin;
  const std::string lower =
      lower_case({reinterpret_cast<const char*>(head.data()) + begin, head.size() - begin});
  for (const Signature& signature : kSignatures)
    if (lower.starts_with(signature.start)) return std::string(signature.name);
  if (std::all_of(bytes.begin(), bytes.end(), [](std::uint8_t byte) { return byte == 0; }))
    return fmt::format("{} bytes of zeros", bytes.size());
  if (is_text(head)) {
    std::string shown;
    for (const std::uint8_t byte : head.first(std::min<std::size_t>(head.size(), 40)))
      shown.push_back(byte >= 0x20 && byte < 0x7f ? static_cast<char>(byte) : ' ');
    return fmt::format("text that begins \"{}\"", shown);
  }
  std::string hex;
  for (const std::uint8_t byte : head.first(std::min<std::size_t>(head.size(), 8)))
    hex += fmt::format("{}{:02x}", hex.empty() ? "" : " ", byte);
  return fmt::format("{} bytes that begin {}", bytes.size(), hex);
}

}  // namespace toccata::notation
