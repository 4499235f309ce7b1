#include "studio/music.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "music/to_score.h"
#include "notation/smf_writer.h"
#include "studio/compose_order.h"
#include "studio/test_studio.h"

namespace toccata::studio {
namespace {

music::Roll random_roll(bool articulation) {
  const int steps = *rc::gen::inRange(1, 40);
  music::Roll roll = music::make_roll(steps, 48, 71, 4, articulation, {{0, 3, 4}, {12, 4, 4}});
  for (int t = 0; t < steps; ++t) {
    for (int n = 0; n < roll.notes(); ++n) {
      const bool before = t > 0 && (roll.frame(t - 1)[n] & music::kPlay);
      if (*rc::gen::inRange(0, 4) > 0) continue;
      const bool struck = articulation && (!before || *rc::gen::arbitrary<bool>());
      roll.frame(t)[n] = struck ? music::kPlay | music::kArticulate : music::kPlay;
    }
  }
  return roll;
}

RC_GTEST_PROP(Music, LosesNothingOnItsWayToThePageAndBack, ()) {
  const music::Roll roll = random_roll(*rc::gen::arbitrary<bool>());
  music::Options read;
  read.low = roll.low;
  read.high = roll.high;
  read.articulation = roll.articulation;
  const Json travelled = Json::parse(to_json(roll).dump());
  RC_ASSERT(roll_from_json(travelled, read, 1000) == roll);
}

TEST(Music, IsRefusedWhereItIsNone) {
  music::Options read;
  const std::string good = R"("steps":8,"meters":[[0,4,4]],"notes":[])";
  EXPECT_EQ(roll_from_json(Json::parse('{' + good + '}'), read, 100).steps, 8);
  for (const char* bad :
       {R"([])", R"({})", R"({"steps":-1,"meters":[],"notes":[]})",
        R"({"steps":1e9,"meters":[],"notes":[]})", R"({"steps":101,"meters":[],"notes":[]})",
        R"({"steps":8,"meters":[],"notes":[[0,1]]})",
        R"({"steps":8,"meters":[],"notes":[[8,1,60]]})",
        R"({"steps":8,"meters":[],"notes":[[7,2,60]]})",
        R"({"steps":8,"meters":[],"notes":[[-1,2,60]]})",
        R"({"steps":8,"meters":[],"notes":[[0,99999999999,60]]})",
        R"({"steps":8,"meters":[],"notes":[[0,1,23]]})",
        R"({"steps":8,"meters":[],"notes":[["0",1,60]]})",
        R"({"steps":8,"meters":[[0,0,4]],"notes":[]})",
        R"({"steps":8,"meters":[[1e300,4,4]],"notes":[]})",
        R"({"steps":8,"meters":[[4,4,4],[0,3,4]],"notes":[]})",
        R"({"steps":8,"meters":{},"notes":[]})", R"({"grid":8,"steps":8,"meters":[],"notes":[]})",
        R"({"steps":0,"meters":[],"notes":[[0,1,60]]})"}) {
    EXPECT_THROW(roll_from_json(Json::parse(bad), read, 100), std::exception) << bad;
  }
}

TEST(Music, OfAFileIsWhatTheModelHears) {
  music::Roll roll = music::make_roll(32, 48, 71, 4, true);
  roll.frame(0)[12] = music::kPlay | music::kArticulate;
  roll.frame(31)[3] = music::kPlay | music::kArticulate;
  const Bytes bytes = notation::write_smf(music::to_score(roll, {.tempo = 90, .track_name = "x"}));
  const std::string_view text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  const ReadMusic read = read_midi(text, "x.mid", small_model().config.roll, 1000);
  EXPECT_EQ(read.roll, roll);
  EXPECT_NEAR(read.tempo, 90, 0.01);
  EXPECT_THROW(read_midi(text, "x.mid", small_model().config.roll, 31), Error);
  EXPECT_THROW(read_midi("MThd and nothing else", "x.mid", {}, 1000), Error);
  EXPECT_THROW(read_midi("", "x.mid", {}, 1000), Error);
}

class Order : public testing::Test {
 protected:
  Order() { network::save_model(folder_.path() / "models" / "small", small_model()); }
  ComposeOrder read(std::string_view text) {
    return read_order(Json::parse(text), models_, OrderLimits{});
  }
  TemporaryFolder folder_;
  Models models_{{.output = folder_.path() / "runs", .shipped = {folder_.path() / "models"}}};
};

TEST_F(Order, CountsBarsByTheMeter) {
  EXPECT_EQ(read(R"({"model":"small","bars":4})").all_steps, 64);
  EXPECT_EQ(read(R"({"model":"small","bars":4,"meter":"3/4"})").all_steps, 48);
  EXPECT_EQ(read(R"({"model":"small","bars":2,"meter":"7/8"})").all_steps, 28);
  EXPECT_EQ(read(R"({"model":"small"})").all_steps, 512);
}

TEST_F(Order, IsRefusedWhereItLeavesItsBounds) {
  for (
      const char* more :
      {R"("steps":1000000000)",
       R"("steps":0)",
       R"("steps":-5)",
       R"("steps":"9")",
       R"("steps":12.5)",
       R"("bars":100000)",
       R"("steps":8,"bars":2)",
       R"("pieces":65)",
       R"("pieces":64,"steps":16384)",
       R"("seed":-1)",
       R"("seed":1e40)",
       R"("temperature":0)",
       R"("temperature":1e9)",
       R"("temperature":null)",
       R"("keep_prob":0)",
       R"("keep_prob":2)",
       R"("meter":"4/3")",
       R"("meter":4)",
       R"("tempo":0)",
       R"("tempo":1e9)",
       R"("velocity":0)",
       R"("velocity":128)",
       R"("new_only":true)",
       R"("new_only":1)",
       R"("prime":{})",
       R"("prime":[])",
       R"("out":"/etc/x")",
       R"("infill":{})",
       R"("infill":{"music":{"steps":8,"meters":[],"notes":[]},"from":4,"to":4})",
       R"("infill":{"music":{"steps":8,"meters":[],"notes":[]},"from":0,"to":9})",
       R"("infill":{"music":{"steps":8,"meters":[],"notes":[]},"low":60,"high":50})",
       R"("infill":{"music":{"steps":8,"meters":[],"notes":[]},"pinned":[[1]]})",
       R"("infill":{"music":{"steps":8,"meters":[],"notes":[]},"pinned":[[1,60]]})",
       R"("infill":{"music":{"steps":8,"meters":[],"notes":[]},"pinned":[[-1,60]]})",
       R"("infill":{"music":{"steps":8,"meters":[],"notes":[]},"bars":"9"})",
       R"("infill":{"music":{"steps":8,"meters":[],"notes":[]},"bars":"1","from":2})",
       R"("infill":{"music":{"steps":8,"meters":[],"notes":[]}},"steps":4)",
       R"("infill":{"music":{"steps":8,"meters":[],"notes":[]}},"bars":4)",
       R"("infill":{"path":"/etc/passwd"})",
       R"("prime":"/etc/passwd")",
       R"("retries":[{"step":0,"try":1}])",
       R"("infill":{"music":{"steps":8,"meters":[],"notes":[]}},"melody":{"music":{"steps":8,"meters":[],"notes":[]}})",
       R"("melody":{"music":{"steps":8,"meters":[],"notes":[]}})",
       R"("melody":{"music":{"steps":8,"meters":[],"notes":[]},"voice":"middle"})",
       R"("melody":{"file":"/etc/passwd"})",
       R"("chord_file":{"music":{"steps":8,"meters":[],"notes":[]}})",
       R"("chord_file":"/etc/passwd")",
       R"("key":"H moll")",
       R"("key":4)",
       R"("key":"C","scale":"C D E")",
       R"("range":"C9-C1")",
       R"("range":"C9-G9")",
       R"("most_notes":-1)",
       R"("most_notes":1000000000)",
       R"("most_notes":2,"fewest_notes":3)",
       R"("fewest_notes":25)",
       R"("longest_silence":"never")",
       R"("repeat_gap":"1/100000")",
       R"("chords":"C | X")",
       R"("chord_tones":"some")",
       R"("ending":"tonic")",
       R"("ending":"loud")",
       R"("ending":"C","ending_bars":0)",
       R"("particles":0)",
       R"("particles":1000000000)",
       R"("particles":256,"steps":16384)",
       R"("pick":"best")",
       R"("density":0)",
       R"("density":"thick")",
       R"("conservativity":"reckless")",
       R"("articulate_temperature":-1)"}) {
    const std::string text = fmt::format(R"({{"model":"small",{}}})", more);
    EXPECT_THROW(read(text), Error) << text;
  }
  for (const char* name : {"", "..", "../models/small", "small/", "./small", "/etc", "small@last",
                           "small@step-1", "Small"}) {
    EXPECT_THROW(read(Json{{"model", name}}.dump()), Error) << name;
  }
}

TEST_F(Order, AsksForWhatTheCommandLineAsksFor) {
  const ComposeOrder order = read(
      R"({"model":"small","steps":8,"key":"D minor","range":"C3-B4","most_notes":3,"chords":"Dm | A",
          "ending":"tonic","temperature":0.9,"density":1.5,"conservativity":"adaptive","particles":4,
          "pick":"heaviest"})");
  EXPECT_EQ(order.order,
            (composing::Order{
                .seed = order.order.seed,
                .steps = 8,
                .key = "D minor",
                .range = "C3-B4",
                .most_notes = 3,
                .chords = "Dm | A",
                .opening = composing::Opening::sound,
                .ending = "tonic",
                .sampling = {.temperature = 0.9, .density = 1.5, .conservativity = {1, true}},
                .particles = 4,
                .pick = composing::Pick::heaviest}));
}

TEST_F(Order, TakesTheVoiceThatIsHarmonised) {
  const ComposeOrder order = read(
      R"({"model":"small","melody":{"music":{"steps":8,"meters":[],"notes":[[0,4,60],[0,8,52]]},
          "voice":"bottom"}})");
  EXPECT_EQ(order.all_steps, 8);
  EXPECT_TRUE(order.order.melody->music->frame(0)[52 - 48]);
  EXPECT_FALSE(order.order.melody->music->frame(0)[60 - 48]);
  EXPECT_EQ(particles_of(order.order), 16);
}

}  // namespace
}  // namespace toccata::studio
