#include "base/words.h"

#include <gtest/gtest.h>

namespace toccata {
namespace colours {

enum class Colour { red, dark_green, unnamed };
constexpr auto words(Colour) {
  return word_list<Colour>({{"red", Colour::red}, {"dark-green", Colour::dark_green}});
}
enum class Wordless { one };

}  // namespace colours

using colours::Colour;

TEST(Words, GoBothWays) {
  EXPECT_EQ(to_word(Colour::dark_green), "dark-green");
  EXPECT_EQ(from_word<Colour>("dark-green"), Colour::dark_green);
  EXPECT_EQ(to_word(Colour::unnamed), "");
  EXPECT_EQ(from_word<Colour>("green"), std::nullopt);
  EXPECT_TRUE(Worded<Colour>);
  EXPECT_FALSE(Worded<colours::Wordless>);
}

TEST(Words, AreListedAsInASentence) {
  EXPECT_EQ(listed(word_texts<Colour>()), "red or dark-green");
  EXPECT_EQ(listed({"f32", "bf16", "f16"}), "f32, bf16 or f16");
  EXPECT_EQ(listed({"one"}), "one");
  EXPECT_EQ(listed({}), "");
}

}  // namespace toccata
