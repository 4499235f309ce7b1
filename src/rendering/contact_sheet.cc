#include "rendering/contact_sheet.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <cstdint>
#include <string_view>

#include "notation/tempo_map.h"
#include "rendering/piano_roll.h"
#include "rendering/score_bars.h"

namespace toccata::rendering {
namespace {

// Cards stand side by side, as many as there is room for: ten are seen on a screen at once.
constexpr std::string_view kStyle = R"(
:root { color-scheme: light dark; --page: #f4f5f9; --card: #ffffff; --ink: #1c2330; --muted: #566073;
  --line: #d5d9e2; --link: #0b5cad; --field: #f7f8fb;
  --note0: #2b6cb0; --note1: #c2572b; --note2: #2f855a; --note3: #7b4bb3; }
@media (prefers-color-scheme: dark) { :root { --page: #0c0f14; --card: #12151c; --ink: #edf0f6;
  --muted: #98a2b5; --line: #2b323f; --link: #8fd0f7; --field: #171c25;
  --note0: #7fb4f0; --note1: #f0a37f; --note2: #7fd6a8; --note3: #c3a1f0; } }
* { box-sizing: border-box; }
body { margin: 0; padding: .8rem 1rem 1.5rem; background: var(--page); color: var(--ink);
  font: .9rem/1.4 system-ui, sans-serif; }
h1 { font-size: 1.25rem; line-height: 1.2; margin: 0 0 .2rem; }
h2 { font-size: .95rem; margin: 0; flex: 1; overflow-wrap: anywhere; }
p { margin: 0 0 .3rem; max-width: 70rem; color: var(--muted); }
a { color: var(--link); overflow-wrap: anywhere; }
a:focus-visible, summary:focus-visible, button:focus-visible { outline: 3px solid var(--link);
  outline-offset: 2px; }
ol { list-style: none; margin: .7rem 0 0; padding: 0; display: grid; gap: .7rem;
  grid-template-columns: repeat(auto-fill, minmax(16rem, 1fr)); align-items: start; }
article { background: var(--card); border: 1px solid var(--line); border-radius: .5rem;
  padding: .5rem .6rem; }
header { display: flex; gap: .5rem; align-items: center; }
button { width: 2.2rem; height: 2.2rem; flex: none; border-radius: 50%; cursor: pointer;
  border: 1px solid var(--link); background: var(--link); color: var(--card); font-size: .9rem; }
.roll { position: relative; margin: .4rem 0; height: 6.2rem; background: var(--field); }
.roll svg { display: block; width: 100%; height: 100%; }
.roll span { position: absolute; top: 0; bottom: 0; width: 2px; background: var(--ink); left: 0;
  visibility: hidden; }
dl { display: flex; flex-wrap: wrap; gap: .1rem 1rem; margin: 0; font-size: .8rem; }
dl div { display: flex; gap: .35rem; }
dt { color: var(--muted); }
dt::after { content: ":"; }
dd { margin: 0; font-variant-numeric: tabular-nums; overflow-wrap: anywhere; }
details { color: var(--muted); font-size: .8rem; }
code { display: block; margin-top: .3rem; overflow-wrap: anywhere; }
)";

// Plays a piece's notes, each [begin, length, pitch, velocity] in seconds, on two oscillators per
// note that die away as a string does; scheduled a second ahead.
constexpr std::string_view kScript = R"(
const pieces = JSON.parse(document.getElementById("music").textContent);
const buttons = [...document.querySelectorAll("button")];
let context, playing = -1, next = 0, began = 0, timer = 0, out;
function strike([begin, length, pitch, velocity]) {
  const at = began + begin, end = at + length, level = (velocity / 127) ** 1.5 * 0.22;
  const gain = context.createGain();
  gain.gain.setValueAtTime(0, at);
  gain.gain.linearRampToValueAtTime(level, at + 0.006);
  gain.gain.setTargetAtTime(level * 0.12, at + 0.006, 0.5 + 0.9 * (100 - pitch) / 60);
  gain.gain.setTargetAtTime(0, end, 0.06);
  gain.connect(out);
  for (const [times, share, type] of [[1, 1, "triangle"], [2, 0.3, "sine"]]) {
    const tone = context.createOscillator(), part = context.createGain();
    tone.type = type;
    tone.frequency.value = times * 440 * 2 ** ((pitch - 69) / 12);
    part.gain.value = share;
    tone.connect(part).connect(gain);
    tone.start(at);
    tone.stop(end + 0.5);
  }
}
function show(index, on) {
  buttons[index].textContent = on ? "\u25a0" : "\u25b6";
  buttons[index].setAttribute("aria-pressed", String(on));
  buttons[index].closest("article").querySelector(".roll span").style.visibility = on ? "visible" : "hidden";
}
function stop() {
  if (playing < 0) return;
  clearInterval(timer);
  out.disconnect();
  show(playing, false);
  playing = -1;
}
function look() {
  const { notes, seconds } = pieces[playing], now = context.currentTime - began;
  while (next < notes.length && notes[next][0] < now + 1) strike(notes[next++]);
  const line = buttons[playing].closest("article").querySelector(".roll span");
  line.style.left = `${Math.min(100, Math.max(0, 100 * now / seconds))}%`;
  if (now > seconds + 0.5) stop();
}
async function play(index) {
  const same = playing === index;
  stop();
  if (same) return;
  context ??= new AudioContext();
  await context.resume();
  out = context.createDynamicsCompressor();
  out.connect(context.destination);
  playing = index;
  next = 0;
  began = context.currentTime + 0.1;
  show(index, true);
  timer = setInterval(look, 50);
  look();
}
buttons.forEach((button, index) => button.addEventListener("click", () => play(index)));
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

// A note as it sounds.
struct Heard {
  double begin = 0, length = 0;  // seconds
  int pitch = 60, velocity = 80;
  std::size_t part = 0;  // the track
};

std::vector<Heard> heard_in(const notation::Score& score) {
  const notation::TempoMap clock(score);
  std::vector<Heard> notes;
  std::size_t part = 0;
  for (const notation::Track& track : score.tracks) {
    for (const notation::Note& note : track.notes) {
      const double begin = clock.seconds(note.onset);
      notes.push_back({begin, std::max(clock.seconds(note.end) - begin, 0.05), note.pitch,
                       note.velocity, part});
    }
    part += !track.notes.empty();
  }
  std::stable_sort(notes.begin(), notes.end(),
                   [](const Heard& a, const Heard& b) { return a.begin < b.begin; });
  return notes;
}

double seconds_of(const ContactPiece& piece) {
  return std::max(notation::TempoMap(piece.score).seconds(piece.score.end), 0.1);
}

// The whole piece in one row, as a drawing in the page itself: it follows the reader's colours.
std::string roll_of(const ContactPiece& piece) {
  constexpr double kWidth = 1000, kHeight = 100;
  constexpr std::size_t kColours = 4;
  const std::vector<Heard> notes = heard_in(piece.score);
  const double seconds = seconds_of(piece);
  int low = 127, high = 0;
  for (const Heard& note : notes) {
    low = std::min(low, note.pitch);
    high = std::max(high, note.pitch);
  }
  const int middle = notes.empty() ? 60 : (low + high) / 2;
  low = std::min(low, middle - 12);
  high = std::max(high, middle + 12);
  const double row = kHeight / (high - low + 1);
  std::array<std::string, kColours> paths;
  for (const Heard& note : notes)
    paths[note.part % kColours] +=
        fmt::format("M{:.1f} {:.1f}h{:.1f}v{:.1f}h-{:.1f}z", note.begin / seconds * kWidth,
                    (high - note.pitch) * row, std::max(note.length / seconds * kWidth - 1, 1.0),
                    row, std::max(note.length / seconds * kWidth - 1, 1.0));
  std::string bars;
  const ScoreBars lines(piece.score);
  const notation::TempoMap clock(piece.score);
  const std::int64_t last = lines.bar_at(std::max<notation::Tick>(piece.score.end - 1, 0));
  for (std::int64_t bar = lines.first() + 1; bar <= last && last - lines.first() <= 200; ++bar)
    bars += fmt::format("M{:.1f} 0v{:g}", clock.seconds(lines.begin_of(bar)) / seconds * kWidth,
                        kHeight);
  std::string svg = fmt::format(
      "<div class=\"roll\"><svg viewBox=\"0 0 {:g} {:g}\" preserveAspectRatio=\"none\" "
      "role=\"img\" "
      "aria-label=\"{}\"><path d=\"{}\" stroke=\"var(--line)\" stroke-width=\"1.5\"/>",
      kWidth, kHeight,
      escaped(piano_roll(piece.score, {.title = piece.title, .theme = {}, .bars = {}, .scale = {}})
                  .picture.description),
      bars);
  for (std::size_t i = 0; i < paths.size(); ++i)
    if (!paths[i].empty())
      svg += fmt::format("<path d=\"{}\" fill=\"var(--note{})\"/>", paths[i], i);
  return svg + "</svg><span></span></div>\n";
}

// What the script plays, as JSON: numbers alone.
std::string music_of(const std::vector<ContactPiece>& pieces) {
  std::string json;
  for (const ContactPiece& piece : pieces) {
    std::string notes;
    for (const Heard& note : heard_in(piece.score))
      notes += fmt::format("{}[{:.3f},{:.3f},{},{}]", notes.empty() ? "" : ",", note.begin,
                           note.length, note.pitch, note.velocity);
    json += fmt::format("{}{{\"seconds\":{:.3f},\"notes\":[{}]}}", json.empty() ? "" : ",",
                        seconds_of(piece), notes);
  }
  return fmt::format("<script type=\"application/json\" id=\"music\">[{}]</script>\n", json);
}

std::string facts_list(const std::vector<Fact>& facts) {
  std::string html = "<dl>";
  for (const auto& [what, value] : facts)
    html += fmt::format("<div><dt>{}</dt><dd>{}</dd></div>", escaped(what), escaped(value));
  return html + "</dl>\n";
}

std::string card(const ContactPiece& piece) {
  std::string html = fmt::format(
      "<li><article>\n<header><button type=\"button\" aria-label=\"Play {0}\" "
      "aria-pressed=\"false\">&#9654;</button><h2>{0}</h2></header>\n",
      escaped(piece.title));
  html += roll_of(piece);
  html += facts_list(piece.figures);
  html += fmt::format("<a href=\"{}\" download>{}</a>\n", percent_encoded(piece.file, "/"),
                      escaped(piece.file));
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
      "<title>{0}</title>\n<style>{1}</style>\n</head>\n<body>\n<main>\n<h1>{0}</h1>\n<p>{2}</p>\n"
      "<details><summary>About all of them</summary>",
      escaped(sheet.title), kStyle, escaped(sheet.introduction));
  html += facts_list(sheet.facts) + "</details>\n<ol role=\"list\">\n";
  for (const ContactPiece& piece : sheet.pieces) html += card(piece);
  html += "</ol>\n</main>\n" + music_of(sheet.pieces);
  return html + fmt::format("<script>{}</script>\n</body>\n</html>\n", kScript);
}

}  // namespace toccata::rendering
