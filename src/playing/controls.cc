#include "playing/controls.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>
#include <utility>

#include "base/error.h"
#include "composing/harmony.h"

namespace toccata::playing {
namespace {

using Kind = Command::Kind;

constexpr std::array<std::pair<std::string_view, Kind>, 8> kWords = {
    {{"temperature", Kind::temperature},
     {"density", Kind::density},
     {"key", Kind::key},
     {"scale", Kind::scale},
     {"tempo", Kind::tempo},
     {"velocity", Kind::velocity},
     {"model", Kind::model},
     {"quit", Kind::quit}}};

// By fifths, from the most flats to the most sharps.
constexpr std::array<std::string_view, 12> kFifths = {"Db", "Ab", "Eb", "Bb", "F", "C",
                                                      "G",  "D",  "A",  "E",  "B", "F#"};

std::string_view trimmed(std::string_view text) {
  const auto space = [](char c) { return std::isspace(static_cast<unsigned char>(c)) != 0; };
  while (!text.empty() && space(text.front())) text.remove_prefix(1);
  while (!text.empty() && space(text.back())) text.remove_suffix(1);
  return text;
}

std::string lower(std::string_view text) {
  std::string result(text);
  for (char& c : result) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return result;
}

double number_of(const std::string& value, const char* what, double up, double down) {
  if (value == "up") return up;
  if (value == "down") return down;
  double number = 0;
  const auto [rest, error] = std::from_chars(value.data(), value.data() + value.size(), number);
  if (error != std::errc() || rest != value.data() + value.size()) {
    fail_usage("{}: expected a number, up or down, found \"{}\"", what, value);
  }
  return number;
}

std::string name_of(int tonic, bool minor) {
  for (const std::string_view name : kFifths) {
    if (composing::parse_key(name).tonic == tonic) {
      return fmt::format("{} {}", name, minor ? "minor" : "major");
    }
  }
  return "";
}

// The key `by` fifths on; C major where there was none.
std::string neighbour(const std::string& key, int by) {
  if (key.empty()) return "C major";
  const composing::Scale now = composing::parse_key(key);
  return name_of((now.tonic + 7 * by + 84) % 12, now.minor);
}

}  // namespace

void check(const Controls& controls) {
  const auto expect = [](bool good, const char* what, const char* bounds, double found) {
    if (!good) fail_usage("{}: expected {}, found {:g}", what, bounds, found);
  };
  expect(controls.temperature >= 0.01 && controls.temperature <= 100, "temperature",
         "0.01 to 100 (1 is the model's own)", controls.temperature);
  expect(controls.density >= 0.001 && controls.density <= 1000, "density",
         "0.001 to 1000 (1 is the model's own)", controls.density);
  expect(controls.tempo >= 4 && controls.tempo <= 60000, "tempo",
         "4 to 60000 quarter notes a minute", controls.tempo);
  expect(controls.velocity >= 1 && controls.velocity <= 127, "velocity", "1 to 127",
         controls.velocity);
}

Command parse_command(std::string_view line) {
  const std::string_view text = trimmed(line);
  const std::size_t space = std::min(text.find_first_of(" \t"), text.size());
  const std::string word = lower(text.substr(0, space));
  const std::string_view value = trimmed(text.substr(space));
  for (const auto& [name, kind] : kWords) {
    if (word != name) continue;
    if (value.empty() && kind != Kind::quit) break;
    const bool verbatim = kind == Kind::model || kind == Kind::key || kind == Kind::scale;
    return {kind, verbatim ? std::string(value) : lower(value)};
  }
  fail_usage(
      "\"{}\" is not a command: expected temperature, density, tempo or velocity with a number (or "
      "up, down); key D minor, off, next or previous; scale C pentatonic; model NAME; or quit",
      text);
}

Controls changed(const Controls& controls, const Command& command) {
  Controls next = controls;
  const std::string& value = command.value;
  switch (command.kind) {
    case Kind::temperature:
      next.temperature =
          number_of(value, "temperature", next.temperature + 0.05, next.temperature - 0.05);
      break;
    case Kind::density:
      next.density = number_of(value, "density", next.density * 1.25, next.density / 1.25);
      break;
    case Kind::tempo:
      next.tempo = number_of(value, "tempo", next.tempo + 4, next.tempo - 4);
      break;
    case Kind::velocity:
      next.velocity = static_cast<int>(std::clamp(
          number_of(value, "velocity", next.velocity + 5, next.velocity - 5), 0.0, 128.0));
      break;
    case Kind::key: {
      const std::string word = lower(value);
      if (word == "off") {
        next.key.clear();
        next.pitch_classes = composing::kAllPitchClasses;
        break;
      }
      const composing::Scale key =
          composing::parse_key(word == "next"       ? neighbour(next.key, 1)
                               : word == "previous" ? neighbour(next.key, -1)
                                                    : value);
      next.key = name_of(key.tonic, key.minor);
      next.pitch_classes = key.classes;
      break;
    }
    case Kind::scale:
      next.key = value;
      next.pitch_classes = composing::parse_scale(value).classes;
      break;
    case Kind::model:
    case Kind::quit:
      break;
  }
  check(next);
  return next;
}

std::string to_string(const Controls& controls) {
  return fmt::format("temperature {:.4g}, density {:.4g}, {}, {:g} quarters a minute",
                     controls.temperature, controls.density,
                     controls.key.empty() ? "any key" : "key " + controls.key, controls.tempo);
}

}  // namespace toccata::playing
