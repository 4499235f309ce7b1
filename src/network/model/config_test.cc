#include "network/model/config.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "network/model/test_memory.h"

namespace toccata::network {
namespace {

using ::testing::HasSubstr;
using ::testing::ThrowsMessage;

Json json_of(const Config& config) {
  return parse_json(to_json(config).dump(), "config.json");
}

TEST(Config, CountsTheFeaturesOfTheDefaultsAndOfRollFiles) {
  Config config;
  EXPECT_EQ(config.features(), 80);
  EXPECT_EQ(config.channels(), 2);
  EXPECT_EQ(config.notes(), 78);
  config.roll.articulation = false;
  EXPECT_EQ(config.features(), 55);
  EXPECT_EQ(config.channels(), 1);
  config.echoes = {4, 16};
  EXPECT_EQ(config.features(), 55 + 2 * (5 + 1));
  EXPECT_EQ(config.history(), 17);
}

TEST(Config, ComesBackFromItsJson) {
  EXPECT_EQ(config_from_json(json_of({}), "x"), Config());
  Config config;
  config.roll = {.grid = 12,
                 .low = 21,
                 .high = 108,
                 .articulation = false,
                 .beats = music::BeatsFrom::found,
                 .out_of_range = music::OutOfRange::refuse,
                 .pedal = music::Pedal::extend,
                 .drums = true,
                 .trim = false,
                 .meter_numerator = 3,
                 .meter_denominator = 2};
  config.window = 31;
  config.beat = Beat::binary;
  config.start_step = 3;
  config.echoes = {16, 64};
  config.echo_window = 9;
  config.lower_notes = 12;
  config.lower_chord = true;
  config.mix_units = 9;
  config.time_units = {7};
  config.note_units = {5, 3, 2};
  config.heads = Heads::per_note;
  EXPECT_EQ(config_from_json(json_of(config), "x"), config);
}

TEST(Config, OneWithoutAMeterReadsMusicInFourFour) {
  Json json = json_of({});
  EXPECT_FALSE(json["roll"].contains("meter"));
  json["roll"]["meter"] = {4, 1};
  EXPECT_EQ(config_from_json(json, "x").roll.meter_denominator, 1);
  for (const Json& wrong : {Json{4}, Json{4, 3}, Json{0, 4}, Json("4/4")}) {
    json["roll"]["meter"] = wrong;
    EXPECT_THAT([&] { config_from_json(json, "x"); }, ThrowsMessage<Error>(HasSubstr("meter")));
  }
}

TEST(Config, OneWithoutHeadsHasOneForAllNotes) {
  Json json = json_of({});
  EXPECT_FALSE(json.contains("heads"));
  EXPECT_EQ(config_from_json(json, "x").heads, Heads::shared);
  json["heads"] = "per-note";
  EXPECT_EQ(config_from_json(json, "x").heads, Heads::per_note);
  json["heads"] = "many";
  EXPECT_THAT([&] { config_from_json(json, "x"); },
              ThrowsMessage<Error>(HasSubstr("expected shared or per-note, found \"many\"")));
}

TEST(Config, KeepsAMemoryAndSaysWhatIsWrongWithIt) {
  Config config;
  EXPECT_FALSE(json_of(config).contains("memory"));
  config.memory = test_memory(config.channels());
  const Json json = json_of(config);
  EXPECT_EQ(config_from_json(json, "x"), config);
  const auto refused = [&](std::string_view pointer, const Json& wrong, const char* why) {
    Json changed = json;
    changed[Json::json_pointer(std::string(pointer))] = wrong;
    EXPECT_THAT([&] { config_from_json(changed, "x"); }, ThrowsMessage<Error>(HasSubstr(why)))
        << pointer;
  };
  refused("/memory", 3, "expected an object, found a number");
  refused("/memory/own", Json::array({1}), "expected a list of 2 to 2, found 1");
  refused("/memory/own/0", {1, 2}, "expected a list of 3 numbers, found 2 of them");
  refused("/memory/own/0/2", "many", "expected numbers, found a string");
  refused("/memory/copyists", Json(5, 1), "expected a list of 0 to 4, found 5");
  refused("/memory/copyists/1/trust", {1}, "expected a list of 11 numbers, found 1 of them");
  refused("/memory/copyists/1/copied/1/0", 1e9, "expected numbers from -1000 to 1000");
  config.memory.copyists.front().copied.pop_back();
  EXPECT_THROW(check(config), Error);
}

TEST(Config, NamesEveryMissingKey) {
  const Json whole = json_of({});
  for (const auto& [key, value] : whole.items()) {
    Json json = whole;
    json.erase(key);
    EXPECT_THAT(
        [&] { config_from_json(json, "a/config.json"); },
        ThrowsMessage<Error>(HasSubstr("a/config.json: the key \"" + key + "\" is missing")));
  }
  for (const auto& [key, value] : whole["roll"].items()) {
    Json json = whole;
    json["roll"].erase(key);
    EXPECT_THAT([&] { config_from_json(json, "x"); },
                ThrowsMessage<Error>(HasSubstr("\"roll\": the key \"" + key + "\" is missing")));
  }
}

TEST(Config, RefusesAWrongTypeForEveryKey) {
  const Json whole = json_of({});
  for (const auto& [key, value] : whole.items())
    for (const Json& wrong : {Json(nullptr), Json("many"), Json(2.5), Json(-1), Json({2.5}),
                              Json(true), Json(1e300), Json(std::uint64_t{1} << 40)}) {
      Json json = whole;
      json[key] = wrong;
      EXPECT_THROW(config_from_json(json, "x"), Error) << key << " " << wrong;
    }
  for (const auto& [key, value] : whole["roll"].items())
    for (const Json& wrong : {Json(nullptr), Json("many"), Json(2.5), Json(-1), Json({1})}) {
      Json json = whole;
      json["roll"][key] = wrong;
      EXPECT_THROW(config_from_json(json, "x"), Error) << key << " " << wrong;
    }
  EXPECT_THROW(config_from_json(Json(3), "x"), Error);
}

TEST(Config, RefusesANewerFormat) {
  Json json = json_of({});
  json["format_version"] = 2;
  EXPECT_THAT([&] { config_from_json(json, "x"); },
              ThrowsMessage<Error>(HasSubstr("expected 1, found 2")));
}

TEST(Config, ChecksItsBounds) {
  const auto refused = [](auto change) {
    Config config;
    change(config);
    try {
      check(config);
    } catch (const Error& error) {
      return error.kind() == ErrorKind::usage;
    }
    return false;
  };
  EXPECT_FALSE(refused([](Config&) {}));
  EXPECT_TRUE(refused([](Config& c) { c.window = 24; }));
  EXPECT_TRUE(refused([](Config& c) { c.window = 0; }));
  EXPECT_TRUE(refused([](Config& c) { c.start_step = -1; }));
  EXPECT_TRUE(refused([](Config& c) { c.time_units = {}; }));
  EXPECT_TRUE(refused([](Config& c) { c.time_units = {200, 0}; }));
  EXPECT_TRUE(refused([](Config& c) { c.note_units = {1 << 20}; }));
  EXPECT_TRUE(refused([](Config& c) { c.mix_units = -1; }));
  EXPECT_TRUE(refused([](Config& c) { c.mix_units = 1 << 20; }));
  EXPECT_TRUE(refused([](Config& c) { c.roll.low = 102; }));
}

}  // namespace
}  // namespace toccata::network
