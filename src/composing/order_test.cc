#include "composing/order.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

#include <cmath>
#include <cstdlib>
#include <set>

#include "base/error.h"
#include "base/files.h"
#include "composing/compose.h"
#include "composing/controls.h"
#include "composing/harmony.h"
#include "composing/order_json.h"
#include "composing/piece_file.h"
#include "composing/plan.h"
#include "composing/test_pieces.h"
#include "composing/voice.h"
#include "listening/notes.h"
#include "listening/tiny_model.h"
#include "music/bars.h"

namespace toccata::composing {
namespace {

using listening::notes_of;
using listening::random_piece_for;
using listening::RollNote;
using listening::tiny_model;
using testing::HasSubstr;

bool sounds(const music::Roll& roll, int t, int n) {
  return roll.frame(t)[n] & music::kPlay;
}

bool begins(const music::Roll& roll, int t, int n) {
  if (!sounds(roll, t, n)) return false;
  return t == 0 || !sounds(roll, t - 1, n) || (roll.frame(t)[n] & music::kArticulate);
}

PitchClasses sounding_classes(const music::Roll& roll, int t) {
  PitchClasses classes = 0;
  for (int n = 0; n < roll.notes(); ++n) {
    if (sounds(roll, t, n)) classes |= static_cast<PitchClasses>(1 << ((roll.low + n) % 12));
  }
  return classes;
}

int sounding_notes(const music::Roll& roll, int t) {
  int count = 0;
  for (int n = 0; n < roll.notes(); ++n) count += sounds(roll, t, n);
  return count;
}

// The limits, read off a piece in 4/4 at four steps per quarter: what a user would check by hand.
void expect_obeyed(const Order& order, const music::Roll& roll, int from) {
  const PitchClasses scale =
      order.key.empty() ? kAllPitchClasses : parse_key(order.key.text()).classes;
  const PitchRange range = order.range.empty() ? PitchRange{} : parse_range(order.range.text());
  const int gap = order.repeat_gap.empty()
                      ? 0
                      : static_cast<int>(parse_note_value(order.repeat_gap.text()) * 16);
  const int silence = order.longest_silence.empty()
                          ? roll.steps
                          : static_cast<int>(parse_note_value(order.longest_silence.text()) * 16);
  const int last_bar = (roll.steps - 1) / 16 * 16;
  int silent = 0;
  for (int t = from; t < roll.steps; ++t) {
    const int count = sounding_notes(roll, t);
    RC_ASSERT(order.most_notes == 0 || count <= order.most_notes);
    RC_ASSERT(count >= order.fewest_notes);
    silent = count ? 0 : silent + 1;
    RC_ASSERT(silent <= silence);
    PitchClasses allowed = scale;
    if (!order.chords.empty() && (order.ending.empty() || t < last_bar)) {
      // One chord a bar, in turn.
      const ChordTrack track = parse_chords(order.chords.text());
      allowed = track.chords[static_cast<std::size_t>((t - from) / 16 % track.bars)].chord.classes;
    }
    if (!order.ending.empty() && t >= last_bar) allowed = parse_chord(order.ending.text()).classes;
    RC_ASSERT((sounding_classes(roll, t) & ~allowed) == 0);
    if (!order.ending.empty() && t >= roll.steps - 4) {
      const Chord chord = parse_chord(order.ending.text());
      if (order.most_notes == 0 || order.most_notes >= 3)
        RC_ASSERT(sounding_classes(roll, t) == chord.classes);
      int lowest = 0;
      while (!sounds(roll, t, lowest)) ++lowest;
      RC_ASSERT((roll.low + lowest) % 12 == chord.root);
    }
    for (int n = 0; n < roll.notes(); ++n) {
      const int pitch = roll.low + n;
      RC_ASSERT(!sounds(roll, t, n) || (pitch >= range.low && pitch <= range.high));
      for (int back = 1; back < gap && back <= t && begins(roll, t, n); ++back)
        RC_ASSERT(!begins(roll, t - back, n));
    }
  }
}

Order any_limits() {
  Order order;
  const auto one_of = [](std::vector<std::string> texts) {
    return *rc::gen::elementOf(std::move(texts));
  };
  order.key = one_of({"", "D minor", "Eb", "F# major"});
  order.range = one_of({"", "C4-G5", "D4-D6"});
  order.most_notes = *rc::gen::element(0, 0, 3, 4, 6);
  order.fewest_notes = *rc::gen::element(0, 0, 1, 2, 3);
  order.longest_silence = one_of({"", "1/4", "1/16"});
  order.repeat_gap = one_of({"", "1/8", "3/16"});
  order.chords = one_of({"", "", "Dm | Gm7 | A7"});
  order.ending = one_of({"", "Dm", "G"});
  return order;
}

RC_GTEST_PROP(Order, NoHardLimitIsEverBroken, ()) {
  const bool articulation = *rc::gen::arbitrary<bool>();
  const network::Model model =
      tiny_model(27, articulation, *rc::gen::inRange<std::uint64_t>(1, 40));
  corpus::Piece primer = random_piece_for(model, "p", 16, 3);
  Order options = any_limits();
  options.seed = *rc::gen::inRange<std::uint64_t>(1, 1000);
  options.pieces = 2;
  options.steps = 40;
  options.particles = *rc::gen::element(1, 1, 5);
  if (*rc::gen::arbitrary<bool>()) {
    options.prime = given(primer.roll);
  }
  std::vector<Composed> made;
  try {
    made = pieces_of(model, options);
  } catch (const Error& error) {
    // A way may be lost, or there may be none; but it is said.
    RC_ASSERT(std::string(error.what()).find("bar ") != std::string::npos);
    RC_TAG("no way");
    return;
  }
  RC_TAG("composed");
  for (const Composed& piece : made) {
    expect_obeyed(options, piece.roll, piece.new_from);
    RC_ASSERT(std::isfinite(piece.nats));
    RC_ASSERT(!plan_of(model.config, options).limits.none() || piece.log_evidence == 0);
  }
}

std::vector<RollNote> notes_within(const music::Roll& roll, int from, int to) {
  std::vector<RollNote> inside;
  for (const RollNote& note : notes_of(roll)) {
    if (note.onset >= from && note.end() <= to) inside.push_back(note);
  }
  return inside;
}

RC_GTEST_PROP(Order, InfillLeavesTheRestUntouched, ()) {
  const network::Model model = tiny_model(8, *rc::gen::arbitrary<bool>(), 5);
  const corpus::Piece piece =
      random_piece_for(model, "p", 80, *rc::gen::inRange<std::uint64_t>(1, 1000));
  const int first = *rc::gen::inRange(1, 6), last = *rc::gen::inRange(first, 6);
  Order options{.seed = *rc::gen::inRange<std::uint64_t>(1, 1000),
                .pieces = 1,
                .infill = given(piece.roll, "p.mid"),
                .infill_bars = fmt::format("{}-{}", first, last),
                .particles = 16};
  options.most_notes = *rc::gen::element(0, 2);
  std::vector<Composed> made;
  try {
    made = pieces_of(model, options);
  } catch (const Error&) {
    // So many notes may hold on into the bar behind that two are too few.
    RC_ASSERT(options.most_notes == 2);
    return;
  }
  const music::Roll& roll = made.front().roll;
  const int from = (first - 1) * 16, to = last * 16;
  RC_ASSERT(made.front().new_from == from);
  for (int t = 0; t < 80; ++t) {
    const bool same = std::equal(roll.frame(t), roll.frame(t) + 8, piece.roll.frame(t));
    RC_ASSERT(same || (t >= from && t < to));
  }
  // A note that sounded on into the bars may now end where they begin.
  const std::vector<RollNote> before = notes_within(roll, 0, from);
  for (const RollNote& note : notes_within(piece.roll, 0, from))
    RC_ASSERT(std::find(before.begin(), before.end(), note) != before.end());
  RC_ASSERT(notes_within(roll, to, 80) == notes_within(piece.roll, to, 80));
  bool other = false;
  for (int t = from; t < to; ++t)
    other = other || !std::equal(roll.frame(t), roll.frame(t) + 8, piece.roll.frame(t));
  RC_ASSERT(other);
}

RC_GTEST_PROP(Order, AMelodyStaysAndNothingIsComposedBeyondIt, ()) {
  const network::Model model = tiny_model(10, *rc::gen::arbitrary<bool>(), 5);
  const corpus::Piece piece =
      random_piece_for(model, "p", 40, *rc::gen::inRange<std::uint64_t>(1, 1000));
  const Voice voice = *rc::gen::element(Voice::top, Voice::bottom);
  const music::Roll melody = voice_of(piece.roll, voice);
  const Composed made = pieces_of(model, {.seed = *rc::gen::inRange<std::uint64_t>(1, 1000),
                                          .pieces = 1,
                                          .melody = given(melody, "m.mid"),
                                          .voice = {voice},
                                          .particles = 8})
                            .front();
  const std::vector<RollNote> all = notes_of(made.roll);
  for (const RollNote& note : notes_of(melody))
    RC_ASSERT(std::find(all.begin(), all.end(), note) != all.end());
  RC_ASSERT(notes_of(voice_of(made.roll, voice)).size() >= notes_of(melody).size());
  for (int t = 0; t < 40; ++t) {
    int bound = -1;
    for (int n = 0; n < 10; ++n) bound = sounds(melody, t, n) ? n : bound;
    for (int n = 0; n < 10 && bound >= 0; ++n)
      RC_ASSERT(!sounds(made.roll, t, n) || (voice == Voice::top ? n <= bound : n >= bound));
  }
  RC_ASSERT(made.steps == 40);
  RC_ASSERT(made.log_evidence < 0);
}

TEST(Order, TheVoiceOfAPieceIsItsHighestOrLowestNote) {
  music::Roll piece = music::make_roll(4, 60, 63, 4, true);
  const auto play = [&](int n, int from, int to) {
    for (int t = from; t < to; ++t) piece.frame(t)[n] = t == from ? 3 : 1;
  };
  play(0, 0, 4);
  play(3, 1, 3);
  EXPECT_EQ(notes_of(voice_of(piece, Voice::top)),
            (std::vector<RollNote>{{0, 1, 60}, {1, 2, 63}, {3, 1, 60}}));
  EXPECT_EQ(notes_of(voice_of(piece, Voice::bottom)), (std::vector<RollNote>{{0, 4, 60}}));
  EXPECT_EQ(voice_of(piece, Voice::track), piece);
}

TEST(Order, ChordsFromMusicHoldOverItsRests) {
  const network::Model model = tiny_model(13, true, 2);
  music::Roll chords = music::make_roll(32, 0, 127, 4, true);
  for (const int pitch : {48, 52, 55}) chords.frame(0)[pitch] = 3;   // C in bar 1
  for (const int pitch : {50, 53, 57}) chords.frame(16)[pitch] = 3;  // Dm in bar 2
  const Composed made =
      pieces_of(model,
                {.pieces = 1, .steps = 64, .fewest_notes = 1, .chord_file = given(chords, "c.mid")})
          .front();
  const PitchClasses c = parse_chord("C").classes, d = parse_chord("Dm").classes;
  for (int t = 0; t < 64; ++t) {
    EXPECT_EQ(sounding_classes(made.roll, t) & ~(t / 16 % 2 ? d : c), 0) << t;
    EXPECT_GE(sounding_notes(made.roll, t), 1) << t;
  }
}

TEST(Order, NoComposedNoteIsLongerThanTheLongest) {
  for (const bool articulation : {true, false}) {
    const network::Model model = tiny_model(13, articulation, 2);
    music::Roll primer = music::make_roll(16, 60, 72, 4, articulation);
    for (int t = 0; t < 16; ++t) primer.frame(t)[4] = articulation && t == 0 ? 3 : 1;
    std::size_t shortened = 0;
    for (const Composed& made : pieces_of(
             model, {.pieces = 4, .steps = 64, .prime = given(primer), .longest_note = "1/8"})) {
      for (const RollNote& note : notes_of(made.roll)) {
        // The primer's own note ends as the new music begins, at the latest.
        if (note.onset >= 16) {
          EXPECT_LE(note.length, 2);
        } else {
          EXPECT_EQ(note.end(), 16);
        }
        shortened += note.length == 2;
      }
    }
    EXPECT_GT(shortened, 10u);
  }
}

TEST(Order, ChordTonesOnTheBeatLeaveTheRestToTheKey) {
  const network::Model model = tiny_model(13, true, 2);
  Order options{.pieces = 2,
                .steps = 64,
                .key = "C major",
                .fewest_notes = 2,
                .chords = "D7",
                .chord_tones = ChordTones::beats};
  PitchClasses between = 0;
  for (const Composed& made : pieces_of(model, options)) {
    for (int t = 0; t < 64; ++t) {
      const PitchClasses now = sounding_classes(made.roll, t);
      if (t % 4 == 0) {
        EXPECT_EQ(now & ~parse_chord("D7").classes, 0);
      } else {
        between |= now;
      }
    }
  }
  EXPECT_EQ(between & ~(parse_key("C").classes | 1 << 6), 0);
  EXPECT_NE(between & ~parse_chord("D7").classes, 0);
}

TEST(Order, TheSameSeedGivesTheSamePieceWhateverIsComposedBesideItWithParticlesToo) {
  const network::Model model = tiny_model(13, true, 4);
  const Order all{.seed = 3,
                  .pieces = 6,
                  .steps = 24,
                  .key = "C major",
                  .most_notes = 3,
                  .ending = "C",
                  .particles = 8};
  const std::vector<Composed> six = pieces_of(model, all);
  ASSERT_EQ(six.size(), 6u);
  EXPECT_NE(six[0].roll.cells, six[1].roll.cells);
  for (const int side_by_side : {1, 16, 64}) {
    Order some = all;
    some.first = 2;
    some.pieces = 3;
    const std::vector<Composed> three = pieces_of(
        model, some, {.side_by_side = side_by_side, .threads = side_by_side == 16 ? 2 : 1});
    for (std::size_t i = 0; i < 3; ++i) {
      EXPECT_EQ(three[i].roll, six[i + 2].roll);
      EXPECT_EQ(three[i].log_evidence, six[i + 2].log_evidence);
    }
  }
}

TEST(Order, WhatIsImpossibleIsSaidWithPlaceAndRemedyBeforeAnythingIsComposed) {
  const network::Model model = tiny_model(13, true, 2);  // C4 to C5
  const corpus::Piece piece = random_piece_for(model, "p", 64, 3);
  const auto error = [&](Order order) {
    if (!order.infill && !order.melody) order.steps = 64;
    return error_of(model, order);
  };
  EXPECT_THAT(error({.range = "C4-D4", .fewest_notes = 5}),
              testing::AllOf(testing::StartsWith("fewest notes, bar 1: "),
                             HasSubstr("at least 5 sounding notes"), HasSubstr("C4, C#4, D4"),
                             HasSubstr("loosen")));
  EXPECT_THAT(error({.scale = "E F", .range = "C4-D4", .longest_silence = "1/4"}),
              testing::StartsWith("longest silence, bar 1: "));
  EXPECT_THAT(error({.scale = "E F", .range = "C4-D4", .fewest_notes = 1}),
              HasSubstr("no note may sound"));
  EXPECT_THAT(error({.range = "D4-G4", .ending = "C"}),
              testing::AllOf(HasSubstr("bar 4"), HasSubstr("C in the bass")));
  EXPECT_THAT(error({.most_notes = 2, .fewest_notes = 3}), testing::StartsWith("fewest notes: "));
  EXPECT_THAT(error_of([] { WrittenKey("H minor"); }), HasSubstr("no key"));
  EXPECT_THAT(error({.key = "C", .scale = "C major"}), testing::StartsWith("key: either"));
  EXPECT_THAT(error({.longest_silence = "1/64"}),
              testing::AllOf(testing::StartsWith("longest silence: "), HasSubstr("1/16")));
  EXPECT_THAT(error({.ending = "tonic"}), HasSubstr("--key"));
  EXPECT_THAT(error({.range = "C9-G9"}), HasSubstr("nothing could sound"));
  EXPECT_THAT(error({.infill_bars = "2"}), HasSubstr("--infill"));
  EXPECT_THAT(error({.infill = given(piece.roll)}), HasSubstr("--bars"));
  EXPECT_THAT(error({.infill = given(piece.roll), .infill_bars = "3-9"}),
              HasSubstr("the piece has 4 bars"));
  EXPECT_THAT(error({.infill = given(piece.roll), .infill_bars = "2", .ending = "C"}),
              HasSubstr("nothing is composed in the last"));
  EXPECT_THAT(error({.melody = GivenFile{"m.mid"}}), HasSubstr("m.mid"));
  const music::Roll silence = music::make_roll(16, 60, 72, 4, true);
  EXPECT_THAT(error({.melody = given(silence)}), HasSubstr("no note"));
  const music::Roll other = music::make_roll(16, 60, 71, 4, true);
  EXPECT_THAT(error({.melody = given(other, "m.mid")}), HasSubstr("m.mid"));
  EXPECT_THAT(error_of(model, {.particles = 0}), HasSubstr("particles"));
  EXPECT_THAT(error_of(model, {.sampling = {.density = 0}}), HasSubstr("density"));
}

Order full_order() {
  return {.seed = 18446744073709551615u,
          .first = 7,
          .pieces = 3,
          .bars = 5,
          .meter = "7/8",
          .prime = GivenFile{"p.mid", "pp"},
          .prime_bars = 4,
          .new_only = true,
          .infill = GivenFile{"a.mid", "aa"},
          .infill_bars = "2-3",
          .region = Region{4, 8, 50, 55, {{4, 52}, {6, 53}}},
          .melody = GivenFile{"b.mid", "bb"},
          .voice = {Voice::track, 4},
          .beats = music::BeatsFrom::found,
          .out_of_range = music::OutOfRange::drop,
          .key = "D minor",
          .scale = "C D E",
          .range = "C3-C5",
          .most_notes = 5,
          .fewest_notes = 2,
          .longest_silence = "1/2",
          .repeat_gap = "1/8",
          .longest_note = "1/4",
          .chords = "C | F",
          .chord_file = GivenFile{"c.mid", "cc"},
          .chord_tones = ChordTones::beats,
          .opening = Opening::sound,
          .ending = "Dm",
          .ending_bars = 2,
          .sampling = {.temperature = 1.05,
                       .articulate_temperature = 0.9,
                       .density = 1.5,
                       .conservativity = {1, true},
                       .echo_strength = 2},
          .keep_prob = 0.5,
          .manner = "register 50-60",
          .particles = 3,
          .pick = Pick::heaviest,
          .retries = {{4, 2}, {8, 7}},
          .tempo = 96.5,
          .velocity = 71};
}

Order read(const Json& json) {
  Order order;
  read_order(json, order);
  return order;
}

TEST(Order, ReadsBackFromJsonAsItWas) {
  const Order full = full_order();
  EXPECT_EQ(read(Json::parse(to_json(full).dump())), full);
  EXPECT_EQ(read(Json::parse(to_json(Order{}).dump())), Order{});
  EXPECT_EQ(to_json(Order{}).dump(), "{}");
  // Every field is in it: none of them has its default in the full order.
  const OrderedJson json = to_json(full);
  for (const FieldFacts& facts : field_facts()) {
    if (std::string_view(facts.field.key) == "steps") continue;  // excludes bars
    EXPECT_THAT(
        json.dump(),
        HasSubstr(std::string(facts.field.key).substr(std::string(facts.field.key).find('.') + 1)));
  }
  EXPECT_EQ(differences(full, Order{}).size(), field_facts().size() - 1);
}

TEST(Order, WhatItCannotReadIsRefusedInTheFieldsOwnWords) {
  const auto error = [](const char* json) { return error_of([&] { read(Json::parse(json)); }); };
  EXPECT_EQ(error(R"({"most_notes": 200})"),
            "most notes: expected a whole number from 0 to 128, found 200");
  EXPECT_THAT(error(R"({"most_notes": 1e40})"), HasSubstr("whole number"));
  EXPECT_THAT(error(R"({"most_notes": 2.5})"), HasSubstr("whole number"));
  EXPECT_THAT(error(R"({"seed": -1})"), HasSubstr("0 or more"));
  EXPECT_THAT(error(R"({"temperature": "hot"})"), HasSubstr("expected a number from 0.01 to 100"));
  EXPECT_THAT(error(R"({"conservativity": "much"})"), HasSubstr("adaptive"));
  EXPECT_THAT(error(R"({"melody": {"voice": 2}})"), HasSubstr("a text"));
  EXPECT_THAT(error(R"({"pick": "best"})"), HasSubstr("drawn or heaviest"));
  EXPECT_THAT(error(R"({"infill": {"from": 1}})"), HasSubstr("to"));
  EXPECT_THAT(error(R"({"infill": {"loud": 1}})"), HasSubstr("loud"));
  EXPECT_THAT(error(R"({"loud": 1})"), HasSubstr("loud"));
  EXPECT_THROW(read(Json::parse("[]")), Error);
  EXPECT_THROW(read(Json::parse(R"({"infill": 3})")), Error);
}

TEST(Order, AFieldIsSetFromTextByItsKeyItsOptionOrItsName) {
  Order order;
  set_field(order, "most_notes", "4");
  set_field(order, "fewest-notes", "2");
  set_field(order, "articulate temperature", "0.9");
  set_field(order, "length", "8");
  set_field(order, "voice", "track:2");
  set_field(order, "conservativity", "adaptive");
  set_field(order, "chord_tones", "Beats");
  set_field(order, "new-only", "true");
  EXPECT_EQ(order,
            (Order{.bars = 8,
                   .new_only = true,
                   .voice = {Voice::track, 2},
                   .most_notes = 4,
                   .fewest_notes = 2,
                   .chord_tones = ChordTones::beats,
                   .sampling = {.articulate_temperature = 0.9, .conservativity = {1, true}}}));
  const Order before = order;
  EXPECT_THROW(set_field(order, "most_notes", "many"), Error);
  EXPECT_THROW(set_field(order, "key", "H minor"), Error);
  EXPECT_THROW(set_field(order, "loudness", "3"), Error);
  EXPECT_THROW(set_field(order, "seed", "-1"), Error);
  EXPECT_EQ(order, before);
}

TEST(Order, ItsLengthIsThirtyTwoBarsOfTheMeterThatHolds) {
  EXPECT_EQ(new_steps({}, {.grid = 4}), 512);
  EXPECT_EQ(new_steps({.meter = "3/4"}, {.grid = 4}), 384);
  // A model's own meter, where none is asked for.
  EXPECT_EQ(new_steps({.bars = 4}, {.grid = 4, .meter_numerator = 3}), 48);
  EXPECT_EQ(new_steps({.bars = 4, .meter = "4/4"}, {.grid = 4, .meter_numerator = 3}), 64);
  EXPECT_EQ(new_steps({.bars = 1, .meter = "7/8"}, {.grid = 1}), 4);  // 3.5, rounded up
  EXPECT_EQ(new_steps({.steps = 9}, {.grid = 4}), 9);
  music::Roll primer = music::make_roll(12, 60, 71, 4, true, {{0, 3, 4}});
  EXPECT_EQ(new_steps({.bars = 2, .prime = given(primer)}, {.grid = 4}), 24);
  EXPECT_EQ(new_steps({.melody = given(primer)}, {.grid = 4}), 0);
  EXPECT_EQ(particles_of({}), 1);
  EXPECT_EQ(particles_of({.melody = given(primer)}), 16);
  EXPECT_EQ(particles_of({.melody = given(primer), .particles = 2}), 2);
}

TEST(Order, AReceiptMakesThePieceAgainByteForByteAndRefusesOtherMusic) {
  const network::Model model = tiny_model(13, true, 2);
  const corpus::Piece piece = random_piece_for(model, "p", 64, 3);
  Order order{.seed = 6,
              .pieces = 4,
              .infill = given(piece.roll),
              .infill_bars = "2-3",
              .key = "C major",
              .most_notes = 6,
              .sampling = {.temperature = 1.1, .density = 0.8, .conservativity = {1, true}},
              .particles = 8,
              .pick = Pick::heaviest};
  const Receipt common{.model_hash = model.hash,
                       .arithmetic = arithmetic_of(model),
                       .order = resolved(order, {.grid = 4})};
  Receipt receipt;
  Bytes bytes;
  for (const Composed& made : pieces_of(model, order)) {
    if (made.number != 2) continue;
    receipt = receipt_of(common, made);
    bytes = write_piece(made, receipt);
  }
  ASSERT_FALSE(bytes.empty());
  EXPECT_EQ(make_again(receipt, model, 2, quiet, never), bytes);
  const std::string hash = receipt.order.infill->hash;
  receipt.order.infill = given(random_piece_for(model, "p", 64, 4).roll);
  receipt.order.infill->hash = hash;
  EXPECT_THROW(make_again(receipt, model, 1, quiet, never), Error);
  receipt.order.infill->music = nullptr;
  EXPECT_THROW(make_again(receipt, model, 1, quiet, never), Error);
}

// TOCCATA_WRITE_PAGES=1 writes it anew.
TEST(Order, TheTablesInTheDocsAreItsFields) {
  const std::filesystem::path page = std::filesystem::path(TOCCATA_SOURCE_DIR) / "docs/api.md";
  const std::string text = read_text(page);
  const std::string_view before = "<!-- controls -->\n", after = "<!-- end of controls -->";
  const std::size_t begin = text.find(before) + before.size(), end = text.find(after);
  ASSERT_LE(begin, end);
  const std::string wanted = "\n" + controls_table() + "\n";
  if (std::getenv("TOCCATA_WRITE_PAGES"))
    write_file(page, text.substr(0, begin) + wanted + text.substr(end));
  EXPECT_EQ(read_text(page).substr(begin, end - begin), wanted)
      << "TOCCATA_WRITE_PAGES=1 composing_tests --gtest_filter='*TablesInTheDocs*' writes it";
}

}  // namespace
}  // namespace toccata::composing
