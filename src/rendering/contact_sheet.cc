#include "rendering/contact_sheet.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <cstdint>
#include <string_view>

#include "base/base64.h"
#include "rendering/piano_roll.h"

namespace toccata::rendering {
namespace {

constexpr std::string_view kStyle = R"(
:root { color-scheme: light dark; --page: #f4f5f9; --card: #ffffff; --ink: #1c2330; --muted: #566073;
  --line: #d5d9e2; --link: #0b5cad; }
@media (prefers-color-scheme: dark) { :root { --page: #0c0f14; --card: #12151c; --ink: #edf0f6;
  --muted: #98a2b5; --line: #2b323f; --link: #8fd0f7; } }
* { box-sizing: border-box; }
body { margin: 0; padding: 2rem 1rem 4rem; background: var(--page); color: var(--ink);
  font: 1rem/1.5 system-ui, sans-serif; }
main { max-width: 66rem; margin: 0 auto; }
h1 { font-size: 1.6rem; line-height: 1.25; margin: 0 0 .5rem; }
h2 { font-size: 1.1rem; margin: 0; overflow-wrap: anywhere; }
p { margin: 0 0 1rem; max-width: 45rem; }
a { color: var(--link); }
a:focus-visible, summary:focus-visible { outline: 3px solid var(--link); outline-offset: 2px; }
ol { list-style: none; margin: 2rem 0 0; padding: 0; display: grid; gap: 1.5rem; }
article { background: var(--card); border: 1px solid var(--line); border-radius: .6rem;
  overflow: hidden; }
article > :not(picture) { margin-left: 1.25rem; margin-right: 1.25rem; }
header { display: flex; flex-wrap: wrap; gap: .25rem 1.5rem; align-items: baseline;
  justify-content: space-between; margin-top: 1rem; }
picture img { display: block; width: 100%; height: auto; }
dl { display: flex; flex-wrap: wrap; gap: .5rem 2rem; margin: 1rem 0; }
dl div { min-width: 7rem; }
dt { color: var(--muted); font-size: .85rem; }
dd { margin: 0; font-variant-numeric: tabular-nums; overflow-wrap: anywhere; }
details { margin-bottom: 1rem; color: var(--muted); font-size: .85rem; }
code { display: block; margin-top: .5rem; overflow-wrap: anywhere; }
)";

std::string escaped(std::string_view text) {
  std::string result;
  for (const char c : valid_utf8(text)) {
    switch (c) {
      case '&':
        result += "&amp;";
        break;
      case '<':
        result += "&lt;";
        break;
      case '>':
        result += "&gt;";
        break;
      case '"':
        result += "&quot;";
        break;
      default:
        result += c;
    }
  }
  return result;
}

// RFC 3986: all but `plain` and the unreserved as %XX.
std::string percent_encoded(std::string_view bytes, std::string_view plain) {
  std::string result;
  for (const char c : bytes) {
    const auto byte = static_cast<unsigned char>(c);
    const bool kept = byte < 128 && (std::isalnum(byte) ||
                                     std::string_view("-._~").find(c) != std::string_view::npos ||
                                     plain.find(c) != std::string_view::npos);
    if (kept)
      result += c;
    else
      result += fmt::format("%{:02X}", byte);
  }
  return result;
}

// As PNG: SVG takes several times as much in an address.
std::string as_data(const Picture& picture) {
  return "data:image/png;base64," + to_base64(to_png(picture, 1.5));
}

std::string facts_list(const std::vector<Fact>& facts) {
  std::string html = "<dl>";
  for (const auto& [what, value] : facts)
    html += fmt::format("<div><dt>{}</dt><dd>{}</dd></div>", escaped(what), escaped(value));
  return html + "</dl>\n";
}

std::string picture_of(const ContactPiece& piece, double width) {
  if (!has_pictures()) return "";
  PianoRollOptions options;
  options.title = piece.title;
  options.width = width;
  const PianoRoll light = piano_roll(piece.score, options);
  options.theme = Theme::dark;
  const PianoRoll dark = piano_roll(piece.score, options);
  return fmt::format(
      "<picture><source media=\"(prefers-color-scheme: dark)\" srcset=\"{}\">"
      "<img src=\"{}\" width=\"{:.0f}\" height=\"{:.0f}\" alt=\"{}\"></picture>\n",
      as_data(dark.picture), as_data(light.picture), light.picture.width, light.picture.height,
      escaped(light.picture.description));
}

std::string card(const ContactPiece& piece, double width) {
  const std::string link = percent_encoded(piece.file, "/");
  std::string html =
      fmt::format("<li><article>\n<header><h2>{}</h2><a href=\"{}\" download>{}</a></header>\n",
                  escaped(piece.title), link, escaped(piece.file));
  html += facts_list(piece.figures);
  html += picture_of(piece, width);
  if (!piece.receipt.empty())
    html += fmt::format("<details><summary>Receipt of {}</summary><code>{}</code></details>\n",
                        escaped(piece.title), escaped(piece.receipt));
  return html + "</article></li>\n";
}

}  // namespace

std::string contact_sheet(const ContactSheet& sheet) {
  std::string html = fmt::format(
      "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
      "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
      "<title>{0}</title>\n<style>{1}</style>\n</head>\n<body>\n<main>\n<h1>{0}</h1>\n<p>{2}</p>\n",
      escaped(sheet.title), kStyle, escaped(sheet.introduction));
  html += facts_list(sheet.facts);
  html += "<ol role=\"list\">\n";
  for (const ContactPiece& piece : sheet.pieces) html += card(piece, sheet.picture_width);
  return html + "</ol>\n</main>\n</body>\n</html>\n";
}

}  // namespace toccata::rendering
