#include "cli/shell/option_values.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "cli/shell/command_facts.h"
#include "cli/shell/help_text.h"

namespace toccata::cli {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

enum class Pedal { off, extend };

struct Tried {
  CLI::App app{"Tries options", "tried"};
  Pedal pedal = Pedal::off;
  std::string part;
  double density = 1;
  int count = 1;
  std::string fault;

  Tried() {
    app.formatter(std::make_shared<HelpText>());
    one_of<Pedal>(app.add_option("--pedal", pedal, "what the pedal does"),
                  {{"off", Pedal::off}, {"extend", Pedal::extend}});
    one_of(app.add_option("--part", part, "which part"), {"train", "valid"});
    app.add_option("--density", density, "how many")->check(at_least(0.0))->capture_default_str();
    app.add_option("--count", count, "how often")->check(between(1, 127));
  }
  bool takes(const std::string& words) {
    try {
      app.parse(words, false);
      return true;
    } catch (const CLI::ParseError& error) {
      fault = error.what();
      return false;
    }
  }
};

TEST(OptionValues, AWordIsTakenInCapitalsOrNot) {
  Tried tried;
  ASSERT_TRUE(tried.takes("--pedal EXTEND --part Train")) << tried.fault;
  EXPECT_EQ(tried.pedal, Pedal::extend);
  EXPECT_EQ(tried.part, "train");
}

TEST(OptionValues, AnotherWordIsToldWhatTheWordsAre) {
  Tried tried;
  EXPECT_FALSE(tried.takes("--pedal half"));
  EXPECT_EQ(tried.fault, "--pedal: expected off or extend, found \"half\"");
  // The number behind a word is no word.
  EXPECT_FALSE(tried.takes("--pedal 1"));
}

TEST(OptionValues, NumbersOutOfBoundsAreToldTheBoundsInShort) {
  Tried tried;
  EXPECT_FALSE(tried.takes("--density -0.5"));
  EXPECT_EQ(tried.fault, "--density: expected a number, 0 or more, found \"-0.5\"");
  EXPECT_FALSE(tried.takes("--density nan"));
  EXPECT_FALSE(tried.takes("--count 128"));
  EXPECT_EQ(tried.fault, "--count: expected a whole number from 1 to 127, found \"128\"");
  EXPECT_FALSE(tried.takes("--count 1.5"));
  EXPECT_TRUE(tried.takes("--density 1e300 --count 127")) << tried.fault;
}

TEST(HelpText, ShowsWordsDefaultsAndNoNumbersOfEnums) {
  Tried tried;
  const std::string help = tried.app.help();
  EXPECT_THAT(help, HasSubstr("  --pedal off|extend          what the pedal does\n"));
  EXPECT_THAT(help, HasSubstr("  --density FLOAT             how many [1]\n"));
  EXPECT_THAT(help, Not(HasSubstr("->")));
}

TEST(HelpText, CountsLettersNotBytes) {
  CLI::App app("Tries", "tried");
  std::string units;
  const CLI::Option* option = app.add_option("--units", units, "of each layer")->type_name("INT,…");
  EXPECT_EQ(HelpText().make_option(option, false), "  --units INT,…               of each layer\n");
}

TEST(HelpText, IsWrappedBetweenWords) {
  EXPECT_EQ(wrapped("one two three", 4, 12), "one two\n    three");
  EXPECT_EQ(wrapped("a-very-long-word on", 0, 5), "a-very-long-word\non");
}

TEST(CommandFacts, NameWhatAnOptionExcludesAndNeeds) {
  CLI::App app("Tries", "tried");
  int a = 0;
  CLI::Option* steps = app.add_option("--steps", a, "how long");
  CLI::Option* minutes = app.add_option("--minutes", a, "how long")->excludes(steps);
  EXPECT_EQ(facts_of(*minutes).description, "how long; not with --steps");
  EXPECT_EQ(facts_of(*app.add_option("--more", a, "even longer")->needs(steps)).description,
            "even longer; with --steps");
}

}  // namespace
}  // namespace toccata::cli
