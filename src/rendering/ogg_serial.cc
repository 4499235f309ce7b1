#include "rendering/ogg_serial.h"

#include <array>
#include <cstring>
#include <fstream>
#include <vector>

#include "base/error.h"

namespace toccata::rendering {
namespace {

// RFC 3533, section 6: where things stand in a page's header.
constexpr std::size_t kHeader = 27, kSerial = 14, kCrc = 22, kSegments = 26;

constexpr std::array<std::uint32_t, 256> crc_table() {
  std::array<std::uint32_t, 256> table{};
  for (std::uint32_t byte = 0; byte < 256; ++byte) {
    std::uint32_t crc = byte << 24;
    for (int bit = 0; bit < 8; ++bit) crc = (crc << 1) ^ ((crc & 0x80000000u) ? 0x04c11db7u : 0u);
    table[byte] = crc;
  }
  return table;
}

void put(std::vector<std::uint8_t>& page, std::size_t place, std::uint32_t value) {
  for (std::size_t i = 0; i < 4; ++i) page[place + i] = static_cast<std::uint8_t>(value >> (8 * i));
}

}  // namespace

std::uint32_t ogg_crc(std::span<const std::uint8_t> page) {
  static constexpr auto kTable = crc_table();
  std::uint32_t crc = 0;
  for (const std::uint8_t byte : page) crc = (crc << 8) ^ kTable[(crc >> 24) ^ byte];
  return crc;
}

void set_ogg_serial(const std::filesystem::path& path, std::uint32_t serial) {
  std::fstream file(path, std::ios::in | std::ios::out | std::ios::binary);
  if (!file) fail("{}: cannot be opened", path.string());
  const auto read = [&file](std::uint8_t* bytes, std::size_t count) {
    return static_cast<bool>(
        file.read(reinterpret_cast<char*>(bytes), static_cast<std::streamsize>(count)));
  };
  const std::streamoff end = static_cast<std::streamoff>(std::filesystem::file_size(path));
  for (std::streamoff place = 0; place < end;) {
    std::vector<std::uint8_t> page(kHeader);
    file.seekg(place);
    if (!read(page.data(), kHeader) || std::memcmp(page.data(), "OggS", 4) != 0)
      fail("{}: expected an Ogg page at byte {}", path.string(), place);
    page.resize(kHeader + page[kSegments]);
    if (!read(page.data() + kHeader, page.size() - kHeader))
      fail("{}: the Ogg page at byte {} is cut off", path.string(), place);
    std::size_t body = 0;
    for (std::size_t i = kHeader; i < page.size(); ++i) body += page[i];
    const std::size_t head = page.size();
    page.resize(head + body);
    if (!read(page.data() + head, body))
      fail("{}: the Ogg page at byte {} is cut off", path.string(), place);
    put(page, kSerial, serial);
    put(page, kCrc, 0);
    put(page, kCrc, ogg_crc(page));
    file.seekp(place);
    file.write(reinterpret_cast<const char*>(page.data()), static_cast<std::streamsize>(head));
    place += static_cast<std::streamoff>(page.size());
  }
  file.flush();
  if (!file) fail("{}: writing failed", path.string());
}

}  // namespace toccata::rendering
