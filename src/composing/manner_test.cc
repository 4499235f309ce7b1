#include "composing/manner.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "composing/test_pieces.h"
#include "listening/statistics.h"
#include "listening/tiny_model.h"

namespace toccata::composing {
namespace {

using testing::HasSubstr;

TEST(Manner, IsReadAsItIsWritten) {
  const Manner manner =
      parse_manner("pitches 36-81, register 60.5-62.25, voices 3-4, onsets 0.5-1");
  EXPECT_EQ(manner.range, (PitchRange{36, 81}));
  EXPECT_EQ(manner.register_, (Between{60.5, 62.25}));
  EXPECT_EQ(parse_manner(manner.text()), manner);
  EXPECT_EQ(parse_manner("free"), Manner{});
  EXPECT_EQ(parse_manner("register 50-60").voices, std::nullopt);
  for (const char* wrong : {"low", "register", "register 60", "register 70-60", "tempo 1-2",
                            "pitches -3-4", "register nan-3"})
    EXPECT_THAT(error_of([&] { parse_manner(wrong); }), HasSubstr("manner: expected")) << wrong;
}

// (N) frames of one sounding note.
Steering after(const Manner& manner, int low, int notes, int sounding, int steps, bool struck) {
  Steering steering;
  steering.begin(&manner, low, notes);
  std::vector<std::uint8_t> silent(static_cast<std::size_t>(notes), 0), frame = silent;
  frame[static_cast<std::size_t>(sounding)] = music::kPlay | music::kArticulate;
  std::vector<std::uint8_t> held = silent;
  held[static_cast<std::size_t>(sounding)] = music::kPlay;
  for (int t = 0; t < steps; ++t) {
    steering.prepare(true);
    steering.remember((t ? frame : silent).data(), (t == 0 || struck ? frame : held).data(), true);
  }
  return steering;
}

TEST(Manner, LeadsBackToItsBoundsAndLeavesAloneWhatLiesWithin) {
  const Manner manner = parse_manner("pitches 40-80, register 60-64, voices 1-1, onsets 0.9-1");
  Steering steering = after(manner, 30, 60, 32, 50, true);  // pitch 62
  steering.prepare(true);
  EXPECT_EQ(steering.odds(20, false).play, 0);
  EXPECT_EQ(steering.odds(32, true).play, 0);
  EXPECT_LT(steering.odds(5, false).play, -1000);   // pitch 35 is beyond
  EXPECT_LT(steering.odds(55, false).play, -1000);  // 85
  EXPECT_TRUE(steering.is_beyond(5));
  EXPECT_FALSE(steering.is_beyond(10));

  steering = after(manner, 30, 60, 46, 50, true);  // pitch 76: lower notes become likelier
  steering.prepare(false);
  EXPECT_GT(steering.odds(30, false).play, 0);
  EXPECT_LT(steering.odds(50, false).play, 0);

  steering = after(manner, 30, 60, 32, 80, false);  // few notes begin
  steering.prepare(false);
  EXPECT_EQ(steering.odds(32, false).play, 0);
  steering.prepare(true);
  EXPECT_GT(steering.odds(32, false).play, 0.5);
  EXPECT_GT(steering.odds(32, true).strike, 0.5);
  EXPECT_LT(steering.odds(32, true).play, -0.2);  // those that sound make room
}

TEST(Manner, MoreVoicesBeginAndFewerEndWhereTheyAreTooFew) {
  const Manner manner = parse_manner("voices 2.9-3.1");
  Steering steering = after(manner, 30, 60, 32, 20, true);  // one voice
  steering.prepare(true);
  EXPECT_GT(steering.odds(20, false).play, 1);
  EXPECT_GT(steering.odds(32, true).play, 1);
  // What varies much in the corpus is held less firmly.
  const Manner wide = parse_manner("voices 2.5-3.5");
  Steering loose = after(wide, 30, 60, 32, 1, true);
  Steering firm = after(manner, 30, 60, 32, 1, true);
  loose.prepare(true);
  firm.prepare(true);
  EXPECT_GT(firm.odds(20, false).play, loose.odds(20, false).play);
  // Where no more than one may sound, one is not too few.
  Steering alone = after(manner, 30, 60, 32, 1, true);
  alone.prepare(true, 1);
  EXPECT_EQ(alone.odds(20, false).play, 0);
}

// A model that knows nothing begins and ends notes as it likes; under a limit the manner has its
// pieces begin as many as are usual.
TEST(Manner, PiecesUnderALimitBeginAsManyNotesAsAreUsual) {
  const network::Model model = listening::tiny_model(12, true, 3);
  const auto onsets = [&](const char* manner) {
    const Order order{.pieces = 6, .steps = 200, .scale = "C E G", .manner = manner};
    double notes = 0, steps = 0;
    for (const Composed& piece : pieces_of(model, order)) {
      const listening::Statistics found = listening::statistics(piece.roll);
      notes += found.total_used_note;
      steps += piece.roll.steps;
    }
    return notes / steps;
  };
  EXPECT_GT(onsets("free"), 0.6);
  EXPECT_NEAR(onsets("onsets 0.3-0.34"), 0.32, 0.05);
  EXPECT_NEAR(onsets("onsets 0.1-0.12"), 0.11, 0.05);
}

TEST(Manner, NothingBeginsOutsideItsPitches) {
  const network::Model model = listening::tiny_model(12, true, 3);
  const Order order{.pieces = 4, .steps = 40, .fewest_notes = 1, .manner = "pitches 62-66"};
  int notes = 0;
  for (const Composed& piece : pieces_of(model, order)) {
    for (int t = 0; t < 40; ++t)
      for (int n = 0; n < 12; ++n) {
        if (!(piece.roll.frame(t)[n] & music::kPlay)) continue;
        ++notes;
        EXPECT_GE(piece.roll.low + n, 62);
        EXPECT_LE(piece.roll.low + n, 66);
      }
  }
  EXPECT_GE(notes, 160);
}

TEST(Manner, IsWhatIsUsualInTheCorpus) {
  listening::Profile profile;
  profile.pieces = 3;
  profile.low = 40;
  profile.high = 77;
  listening::ProfileOf of{.quarters = 64, .stretches = 9, .usual = {}};
  for (const listening::Statistic& statistic : listening::all_statistics())
    of.usual.push_back(statistic.value == &listening::Statistics::pitch_median
                           ? listening::Usual{9, 62, 3}
                           : listening::Usual{});
  profile.lengths = {of};
  EXPECT_EQ(manner_of(profile).text(), "pitches 40-77, register 60.5-63.5");
}

}  // namespace
}  // namespace toccata::composing
