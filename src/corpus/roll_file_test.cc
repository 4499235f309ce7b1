// Hostile roll files. What sound ones mean: import_test.cc.

#include "corpus/roll_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "base/error.h"

namespace toccata::corpus {
namespace {

using testing::HasSubstr;
using testing::ThrowsMessage;

std::string pieces(int count) {
  std::string text = "{\"train\":[";
  for (int i = 0; i < count; ++i) text += i == 0 ? "[]" : ",[]";
  return text + "]}";
}

TEST(RollFile, MorePiecesThanAnyCorpusHasAreRefused) {
  // Three bytes claim a piece, whose row in the report takes hundreds: 16 MiB of them came to 20
  // GB.
  EXPECT_EQ(read_roll_file(pieces(8192), "rolls.json").parts.at(Part::train).pieces(), 8192U);
  EXPECT_THAT([] { read_roll_file(pieces(8193), "rolls.json"); },
              ThrowsMessage<Error>(HasSubstr("rolls.json: it claims more than 8192 pieces")));
}

}  // namespace
}  // namespace toccata::corpus
