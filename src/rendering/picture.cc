#include "rendering/picture.h"

#include <algorithm>
#include <array>

#include "base/error.h"
#include "base/text.h"

namespace toccata::rendering {
namespace fs = std::filesystem;
namespace {

// The bytes of the printable UTF-8 character that `text` begins with; 0 where it begins with none.
std::size_t character_length(std::string_view text) {
  const auto byte = [text](std::size_t i) -> std::uint32_t {
    return i < text.size() ? static_cast<unsigned char>(text[i]) : 0;
  };
  const std::uint32_t lead = byte(0);
  if (lead < 0x80) return lead >= 0x20 && lead != 0x7f ? 1 : 0;
  const std::size_t length = lead >> 5 == 0x06   ? 2
                             : lead >> 4 == 0x0e ? 3
                             : lead >> 3 == 0x1e ? 4
                                                 : 0;
  if (length == 0) return 0;
  std::uint32_t code = lead & (0xffu >> (length + 1));
  for (std::size_t i = 1; i < length; ++i) {
    if (byte(i) >> 6 != 2) return 0;
    code = code << 6 | (byte(i) & 0x3f);
  }
  // Longer than need be, half of a surrogate pair, beyond Unicode's end, or a control character.
  constexpr std::array<std::uint32_t, 5> kLeast{0, 0, 0x80, 0x800, 0x10000};
  const bool none =
      code < kLeast[length] || (code >= 0xd800 && code < 0xe000) || code > 0x10ffff || code < 0xa0;
  return none ? 0 : length;
}

std::string extension_of(const fs::path& path) {
  return lower_case(path.extension().string());
}

}  // namespace

std::string valid_utf8(std::string_view text) {
  std::string result;
  for (std::size_t i = 0; i < text.size();) {
    const std::size_t length = character_length(text.substr(i));
    result += length ? text.substr(i, length) : std::string_view("?");
    i += std::max<std::size_t>(length, 1);
  }
  return result;
}

bool is_picture_path(const fs::path& path) {
  const std::string extension = extension_of(path);
  return extension == ".svg" || extension == ".png";
}

void write_picture(const fs::path& path, const Picture& picture) {
  const std::string extension = extension_of(path);
  if (extension == ".svg")
    write_file(path, to_svg(picture));
  else if (extension == ".png")
    write_file(path, to_png(picture));
  else
    fail_usage("{}: expected a name that ends in .svg or .png", path.string());
}

}  // namespace toccata::rendering
