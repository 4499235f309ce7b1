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

TEST(JsonGet, NamesTheKeyAndTheTypeFound) {
  const Json object = parse_json(R"({"steps": "many"})", "x");
  EXPECT_THAT([&] { json_get<int>(object, "steps", "x.json"); },
              ThrowsMessage<Error>(HasSubstr("\"steps\" has a wrong type: found a string")));
  EXPECT_THAT([&] { json_get<int>(object, "batch", "x.json"); },
              ThrowsMessage<Error>(HasSubstr("\"batch\" is missing")));
  EXPECT_EQ(json_get_or<int>(object, "batch", 3, "x.json"), 3);
}

}  // namespace
}  // namespace toccata
