#include "base/json.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace toccata {
namespace {

using ::testing::HasSubstr;
using ::testing::ThrowsMessage;

TEST(ParseJson, NamesFileAndLineOfAMistake) {
  EXPECT_THAT([] { parse_json("{\n\"a\": 1,\n}", "config.json"); },
              ThrowsMessage<Error>(HasSubstr("config.json: line 3")));
}

TEST(ParseJson, RefusesEndlessNesting) {
  EXPECT_THAT([] { parse_json(std::string(100000, '['), "deep.json"); },
              ThrowsMessage<Error>(HasSubstr("64 levels")));
}

TEST(ParseJson, RefusesNumbersBeyondDoublePrecision) {
  EXPECT_THAT([] { parse_json(R"({"learning_rate": 11111e111191})", "config.json"); },
              ThrowsMessage<Error>(HasSubstr("config.json: it holds a number above 1.8e308")));
}

TEST(JsonGet, TakesNoWholeNumberThatIsNone) {
  const Json object = parse_json(R"({"a": 3.7, "b": true, "c": 1e300, "d": 4294967299, "e": -1,
                                     "f": 18446744073709551615})",
                                 "x");
  for (const char* key : {"a", "b", "c", "d", "f"})
    EXPECT_THROW(json_get<int>(object, key, "x"), Error) << key;
  EXPECT_EQ(json_get<std::int64_t>(object, "d", "x"), 4294967299);
  EXPECT_EQ(json_get<int>(object, "e", "x"), -1);
  EXPECT_THROW(json_get<std::uint32_t>(object, "e", "x"), Error);
  EXPECT_THROW(json_get<std::int64_t>(object, "f", "x"), Error);
}

TEST(JsonGet, NamesTheKeyAndTheTypeFound) {
  const Json object = parse_json(R"({"steps": "many"})", "x");
  EXPECT_THAT(
      [&] { json_get<int>(object, "steps", "x.json"); },
      ThrowsMessage<Error>(HasSubstr("\"steps\": expected a whole number, found a string")));
  EXPECT_THAT([&] { json_get<int>(object, "batch", "x.json"); },
              ThrowsMessage<Error>(HasSubstr("\"batch\" is missing")));
  EXPECT_EQ(json_get_or<int>(object, "batch", 3, "x.json"), 3);
}

}  // namespace
}  // namespace toccata
