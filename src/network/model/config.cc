#include "network/model/config.h"

#include <fmt/ranges.h>

#include <limits>
#include <string>
#include <utility>

namespace toccata::network {
namespace {

constexpr int kFormatVersion = 1;
constexpr int kMaxLayers = 32;
constexpr int kMaxUnits = 16384;
constexpr std::size_t kMaxEchoes = 32;

template <Worded Enum>
Enum choice(const Json& object, std::string_view key, std::string_view where) {
  const auto text = json_get<std::string>(object, key, where);
  if (const auto value = from_word<Enum>(text)) return *value;
  fail("{}: \"{}\": expected {}, found \"{}\"", where, key, listed(word_texts<Enum>()), text);
}

std::vector<int> whole_list(const Json& object, std::string_view key, std::string_view where) {
  const auto list = json_get<Json>(object, key, where);
  if (!list.is_array())
    fail("{}: \"{}\": expected a list of whole numbers, found {}", where, key, json_type(list));
  std::vector<int> result;
  for (const Json& value : list) result.push_back(json_as<int>(value, key, where));
  return result;
}

/// nlohmann's get<bool> is strict, but json_get's message would not say what was expected.
bool flag(const Json& object, std::string_view key, std::string_view where) {
  const auto value = json_get<Json>(object, key, where);
  if (!value.is_boolean())
    fail("{}: \"{}\": expected true or false, found {}", where, key, json_type(value));
  return value.get<bool>();
}

void check_units(const std::vector<int>& units, const char* what) {
  if (units.empty() || units.size() > kMaxLayers)
    fail_usage("{}: expected 1 to {} layers, found {}; 200,200 means two layers of 200 units", what,
               kMaxLayers, units.size());
  for (const int count : units)
    if (count < 1 || count > kMaxUnits)
      fail_usage("{}: expected 1 to {} units a layer, found {}", what, kMaxUnits, count);
}

}  // namespace

void check(const Config& config) {
  if (config.format_version != kFormatVersion)
    fail_usage("format_version: expected {}, found {}; a newer program wrote it", kFormatVersion,
               config.format_version);
  music::check(config.roll);
  if (config.window < 1 || config.window > 255 || config.window % 2 == 0)
    fail_usage(
        "window: expected an odd number of notes from 1 to 255, found {}; 25 is an octave "
        "to either side",
        config.window);
  if (config.echoes.size() > kMaxEchoes)
    fail_usage("echoes: expected at most {}, found {}", kMaxEchoes, config.echoes.size());
  for (std::size_t k = 0; k < config.echoes.size(); ++k)
    if (config.echoes[k] < kLeastLag || config.echoes[k] > kMostLag ||
        (k > 0 && config.echoes[k] <= config.echoes[k - 1]))
      fail_usage("echoes: expected rising lags of {} to {} steps, found {}", kLeastLag, kMostLag,
                 fmt::join(config.echoes, ","));
  if (config.echo_window < 1 || config.echo_window > 255 || config.echo_window % 2 == 0)
    fail_usage("echo_window: expected an odd number of notes from 1 to 255, found {}",
               config.echo_window);
  if (config.lower_notes < 1 || config.lower_notes > 127)
    fail_usage("lower_notes: expected 1 to 127, found {}", config.lower_notes);
  if (config.start_step < 0 || config.start_step > 65535)
    fail_usage("start_step: expected 0 to 65535, found {}", config.start_step);
  check_units(config.time_units, "time_units");
  check_units(config.note_units, "note_units");
  if (config.mix_units < 0 || config.mix_units > kMaxUnits)
    fail_usage("mix_units: expected 0 (none) to {}, found {}", kMaxUnits, config.mix_units);
  check(config.memory, config.channels());
}

OrderedJson to_json(const Config& config) {
  OrderedJson json = {{"format_version", config.format_version},
                      {"roll",
                       {{"grid", config.roll.grid},
                        {"low", config.roll.low},
                        {"high", config.roll.high},
                        {"articulation", config.roll.articulation},
                        {"out_of_range", to_word(config.roll.out_of_range)},
                        {"pedal", to_word(config.roll.pedal)},
                        {"drums", config.roll.drums},
                        {"trim", config.roll.trim}}},
                      {"window", config.window},
                      {"beat", to_word(config.beat)},
                      {"start_step", config.start_step},
                      {"time_units", config.time_units},
                      {"note_units", config.note_units}};
  // Only where they are not the default: models without them are read by any program.
  const Config usual;
  const int numerator = config.roll.meter_numerator, denominator = config.roll.meter_denominator;
  if (numerator != 4 || denominator != 4) json["roll"]["meter"] = {numerator, denominator};
  if (config.roll.beats != usual.roll.beats) json["roll"]["beats"] = to_word(config.roll.beats);
  if (config.echoes != usual.echoes) json["echoes"] = config.echoes;
  if (config.echo_window != usual.echo_window) json["echo_window"] = config.echo_window;
  if (config.lower_notes != usual.lower_notes) json["lower_notes"] = config.lower_notes;
  if (config.lower_chord != usual.lower_chord) json["lower_chord"] = config.lower_chord;
  if (config.heads != usual.heads) json["heads"] = to_word(config.heads);
  if (config.mix_units != usual.mix_units) json["mix_units"] = config.mix_units;
  if (config.memory) json["memory"] = to_json(config.memory);
  return json;
}

Config config_from_json(const Json& json, std::string_view where) {
  Config config;
  config.format_version = json_get<int>(json, "format_version", where);
  if (config.format_version != kFormatVersion)
    fail("{}: format_version: expected {}, found {}; a newer program wrote this model", where,
         kFormatVersion, config.format_version);
  const Json roll = json_get<Json>(json, "roll", where);
  const std::string roll_where = fmt::format("{}: \"roll\"", where);
  config.roll.grid = json_get<int>(roll, "grid", roll_where);
  config.roll.low = json_get<int>(roll, "low", roll_where);
  config.roll.high = json_get<int>(roll, "high", roll_where);
  config.roll.articulation = flag(roll, "articulation", roll_where);
  config.roll.out_of_range = choice<music::OutOfRange>(roll, "out_of_range", roll_where);
  config.roll.pedal = choice<music::Pedal>(roll, "pedal", roll_where);
  config.roll.drums = flag(roll, "drums", roll_where);
  config.roll.trim = flag(roll, "trim", roll_where);
  if (roll.contains("beats"))
    config.roll.beats = choice<music::BeatsFrom>(roll, "beats", roll_where);
  if (roll.contains("meter")) {
    const std::vector<int> meter = whole_list(roll, "meter", roll_where);
    if (meter.size() != 2)
      fail("{}: meter: expected a list of two numbers, such as [3, 4]", roll_where);
    config.roll.meter_numerator = meter[0];
    config.roll.meter_denominator = meter[1];
  }
  config.window = json_get<int>(json, "window", where);
  config.beat = choice<Beat>(json, "beat", where);
  config.start_step = json_get<int>(json, "start_step", where);
  if (json.contains("echoes")) config.echoes = whole_list(json, "echoes", where);
  if (json.contains("echo_window")) config.echo_window = json_get<int>(json, "echo_window", where);
  if (json.contains("lower_notes")) config.lower_notes = json_get<int>(json, "lower_notes", where);
  if (json.contains("lower_chord")) config.lower_chord = flag(json, "lower_chord", where);
  if (json.contains("heads")) config.heads = choice<Heads>(json, "heads", where);
  if (json.contains("mix_units")) config.mix_units = json_get<int>(json, "mix_units", where);
  if (json.contains("memory"))
    config.memory = memory_from_json(json_get<Json>(json, "memory", where), config.channels(),
                                     fmt::format("{}: \"memory\"", where));
  config.time_units = whole_list(json, "time_units", where);
  config.note_units = whole_list(json, "note_units", where);
  try {
    check(config);
  } catch (const Error& error) {
    fail("{}: {}", where, error.what());
  }
  return config;
}

}  // namespace toccata::network
