#include "composing/request.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

#include <cmath>
#include <set>

#include "base/error.h"
#include "composing/compose.h"
#include "composing/harmony.h"
#include "composing/music_hash.h"
#include "composing/piece_file.h"
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

// The limits, read off a piece in 4/4 at four steps a quarter: what a user would check by hand.
void expect_obeyed(const Request& request, const music::Roll& roll, int from) {
  const PitchClasses scale =
      request.key.empty() ? kAllPitchClasses : parse_key(request.key).classes;
  const PitchRange range = request.range.empty() ? PitchRange{} : parse_range(request.range);
  const int gap =
      request.repeat_gap.empty() ? 0 : static_cast<int>(parse_note_value(request.repeat_gap) * 16);
  const int silence = request.longest_silence.empty()
                          ? roll.steps
                          : static_cast<int>(parse_note_value(request.longest_silence) * 16);
  const int last_bar = (roll.steps - 1) / 16 * 16;
  int silent = 0;
  for (int t = from; t < roll.steps; ++t) {
    const int count = sounding_notes(roll, t);
    RC_ASSERT(request.most_notes == 0 || count <= request.most_notes);
    RC_ASSERT(count >= request.fewest_notes);
    silent = count ? 0 : silent + 1;
    RC_ASSERT(silent <= silence);
    PitchClasses allowed = scale;
    if (!request.chords.empty() && (request.ending.empty() || t < last_bar)) {
      // One chord a bar, in turn.
      const ChordTrack track = parse_chords(request.chords);
      allowed = track.chords[static_cast<std::size_t>((t - from) / 16 % track.bars)].chord.classes;
    }
    if (!request.ending.empty() && t >= last_bar) allowed = parse_chord(request.ending).classes;
    RC_ASSERT((sounding_classes(roll, t) & ~allowed) == 0);
    if (!request.ending.empty() && t >= roll.steps - 4) {
      const Chord chord = parse_chord(request.ending);
      if (request.most_notes == 0 || request.most_notes >= 3)
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

Request any_request() {
  Request request;
  const auto one_of = [](std::vector<std::string> texts) {
    return *rc::gen::elementOf(std::move(texts));
  };
  request.key = one_of({"", "D minor", "Eb", "F# major"});
  request.range = one_of({"", "C4-G5", "D4-D6"});
  request.most_notes = *rc::gen::element(0, 0, 3, 4, 6);
  request.fewest_notes = *rc::gen::element(0, 0, 1, 2, 3);
  request.longest_silence = one_of({"", "1/4", "1/16"});
  request.repeat_gap = one_of({"", "1/8", "3/16"});
  request.chords = one_of({"", "", "Dm | Gm7 | A7"});
  request.ending = one_of({"", "Dm", "G"});
  return request;
}

RC_GTEST_PROP(Request, NoHardLimitIsEverBroken, ()) {
  const bool articulation = *rc::gen::arbitrary<bool>();
  const network::Model model =
      tiny_model(27, articulation, *rc::gen::inRange<std::uint64_t>(1, 40));
  corpus::Piece primer = random_piece_for(model, "p", 16, 3);
  ComposeOptions options{.steps = 40,
                         .pieces = 2,
                         .seed = *rc::gen::inRange<std::uint64_t>(1, 1000),
                         .request = any_request(),
                         .particles = *rc::gen::element(1, 1, 5),
                         .threads = 1};
  if (*rc::gen::arbitrary<bool>()) {
    options.prime = &primer.roll;
    options.prime_name = "p";
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
    expect_obeyed(options.request, piece.roll, piece.new_from);
    RC_ASSERT(std::isfinite(piece.nats));
    RC_ASSERT(options.request != Request{} || piece.log_evidence == 0);
  }
}

std::vector<RollNote> notes_within(const music::Roll& roll, int from, int to) {
  std::vector<RollNote> inside;
  for (const RollNote& note : notes_of(roll)) {
    if (note.onset >= from && note.end() <= to) inside.push_back(note);
  }
  return inside;
}

RC_GTEST_PROP(Request, InfillLeavesTheRestUntouched, ()) {
  const network::Model model = tiny_model(8, *rc::gen::arbitrary<bool>(), 5);
  const corpus::Piece piece =
      random_piece_for(model, "p", 80, *rc::gen::inRange<std::uint64_t>(1, 1000));
  const int first = *rc::gen::inRange(1, 6), last = *rc::gen::inRange(first, 6);
  ComposeOptions options{
      .pieces = 1,
      .seed = *rc::gen::inRange<std::uint64_t>(1, 1000),
      .request = {.infill = GivenFile{"p.mid"}, .bars = fmt::format("{}-{}", first, last)},
      .music = {.infill = &piece.roll},
      .particles = 16,
      .threads = 1};
  options.request.most_notes = *rc::gen::element(0, 2);
  std::vector<Composed> made;
  try {
    made = pieces_of(model, options);
  } catch (const Error&) {
    // So many notes may hold on into the bar behind that two are too few.
    RC_ASSERT(options.request.most_notes == 2);
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

RC_GTEST_PROP(Request, AMelodyStaysAndNothingIsComposedBeyondIt, ()) {
  const network::Model model = tiny_model(10, *rc::gen::arbitrary<bool>(), 5);
  const corpus::Piece piece =
      random_piece_for(model, "p", 40, *rc::gen::inRange<std::uint64_t>(1, 1000));
  const Voice voice = *rc::gen::element(Voice::top, Voice::bottom);
  const music::Roll melody = voice_of(piece.roll, voice);
  const Composed made = pieces_of(model, {.pieces = 1,
                                          .seed = *rc::gen::inRange<std::uint64_t>(1, 1000),
                                          .request = {.melody = GivenFile{"m.mid"}, .voice = voice},
                                          .music = {.melody = &melody},
                                          .particles = 8,
                                          .threads = 1})
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

TEST(Request, TheVoiceOfAPieceIsItsHighestOrLowestNote) {
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

TEST(Request, ChordsFromMusicHoldOverItsRests) {
  const network::Model model = tiny_model(13, true, 2);
  music::Roll chords = music::make_roll(32, 0, 127, 4, true);
  for (const int pitch : {48, 52, 55}) chords.frame(0)[pitch] = 3;   // C in bar 1
  for (const int pitch : {50, 53, 57}) chords.frame(16)[pitch] = 3;  // Dm in bar 2
  const Composed made =
      pieces_of(model, {.steps = 64,
                        .pieces = 1,
                        .request = {.fewest_notes = 1, .chord_file = GivenFile{"c.mid"}},
                        .music = {.chord_file = &chords},
                        .threads = 1})
          .front();
  const PitchClasses c = parse_chord("C").classes, d = parse_chord("Dm").classes;
  for (int t = 0; t < 64; ++t) {
    EXPECT_EQ(sounding_classes(made.roll, t) & ~(t / 16 % 2 ? d : c), 0) << t;
    EXPECT_GE(sounding_notes(made.roll, t), 1) << t;
  }
}

TEST(Request, ChordTonesOnTheBeatLeaveTheRestToTheKey) {
  const network::Model model = tiny_model(13, true, 2);
  ComposeOptions options{.steps = 64,
                         .pieces = 2,
                         .request = {.key = "C major",
                                     .fewest_notes = 2,
                                     .chords = "D7",  // with F#, which C major has not
                                     .chord_tones = ChordTones::beats},
                         .threads = 1};
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

TEST(Request, TheSameSeedGivesTheSamePieceWhateverIsComposedBesideItWithParticlesToo) {
  const network::Model model = tiny_model(13, true, 4);
  const ComposeOptions all{.steps = 24,
                           .pieces = 6,
                           .seed = 3,
                           .request = {.key = "C major", .most_notes = 3, .ending = "C"},
                           .particles = 8,
                           .threads = 1};
  const std::vector<Composed> six = pieces_of(model, all);
  ASSERT_EQ(six.size(), 6u);
  EXPECT_NE(six[0].roll.cells, six[1].roll.cells);
  for (const int side_by_side : {1, 16, 64}) {
    ComposeOptions some = all;
    some.first = 2;
    some.pieces = 3;
    some.side_by_side = side_by_side;
    some.threads = side_by_side == 16 ? 2 : 1;
    const std::vector<Composed> three = pieces_of(model, some);
    for (std::size_t i = 0; i < 3; ++i) {
      EXPECT_EQ(three[i].roll, six[i + 2].roll);
      EXPECT_EQ(three[i].log_evidence, six[i + 2].log_evidence);
    }
  }
}

TEST(Request, WhatIsImpossibleIsSaidWithPlaceAndRemedyBeforeAnythingIsComposed) {
  const network::Model model = tiny_model(13, true, 2);  // C4 to C5
  const corpus::Piece piece = random_piece_for(model, "p", 64, 3);
  const auto error = [&](const Request& request, RequestMusic music = {}) {
    return error_of(model, {.steps = 64, .request = request, .music = music});
  };
  EXPECT_THAT(error({.range = "C4-D4", .fewest_notes = 5}),
              testing::AllOf(HasSubstr("bar 1"), HasSubstr("at least 5 sounding notes"),
                             HasSubstr("C4, C#4, D4"), HasSubstr("loosen")));
  EXPECT_THAT(error({.scale = "E F", .range = "C4-D4", .longest_silence = "1/4"}),
              HasSubstr("silence"));
  EXPECT_THAT(error({.scale = "E F", .range = "C4-D4", .fewest_notes = 1}),
              HasSubstr("no note may sound"));
  EXPECT_THAT(error({.range = "D4-G4", .ending = "C"}),
              testing::AllOf(HasSubstr("bar 4"), HasSubstr("C in the bass")));
  EXPECT_THAT(error({.most_notes = 2, .fewest_notes = 3}), HasSubstr("contradict"));
  EXPECT_THAT(error({.key = "H minor"}), HasSubstr("no key"));
  EXPECT_THAT(error({.key = "C", .scale = "C major"}), HasSubstr("exclude"));
  EXPECT_THAT(error({.longest_silence = "1/64"}), HasSubstr("1/16"));
  EXPECT_THAT(error({.ending = "tonic"}), HasSubstr("--key"));
  EXPECT_THAT(error({.range = "C9-G9"}), HasSubstr("nothing could sound"));
  EXPECT_THAT(error({.bars = "2"}), HasSubstr("--infill"));
  EXPECT_THAT(error({.infill = GivenFile{"p.mid"}}, {.infill = &piece.roll}), HasSubstr("--bars"));
  EXPECT_THAT(error({.infill = GivenFile{"p.mid"}, .bars = "3-9"}, {.infill = &piece.roll}),
              HasSubstr("the piece has 4 bars"));
  EXPECT_THAT(
      error({.infill = GivenFile{"p.mid"}, .bars = "2", .ending = "C"}, {.infill = &piece.roll}),
      HasSubstr("nothing is composed in the last"));
  EXPECT_THAT(error({.melody = GivenFile{"m.mid"}}), HasSubstr("m.mid"));
  const music::Roll silence = music::make_roll(16, 60, 72, 4, true);
  EXPECT_THAT(error({.melody = GivenFile{"m.mid"}}, {.melody = &silence}), HasSubstr("no note"));
  const music::Roll other = music::make_roll(16, 60, 71, 4, true);
  EXPECT_THAT(error({.melody = GivenFile{"m.mid"}}, {.melody = &other}), HasSubstr("m.mid"));
  EXPECT_THAT(error_of(model, {.particles = 0}), HasSubstr("particles"));
  EXPECT_THAT(error_of(model, {.taste = {.density = 0}}), HasSubstr("density"));
}

TEST(Request, ReadsBackFromJsonAsItWas) {
  const Request full{.infill = GivenFile{"a.mid", "aa"},
                     .bars = "2-3",
                     .melody = GivenFile{"b.mid", "bb"},
                     .voice = Voice::track,
                     .track = 4,
                     .key = "D minor",
                     .scale = "C D E",
                     .range = "C3-C5",
                     .most_notes = 5,
                     .fewest_notes = 2,
                     .longest_silence = "1/2",
                     .repeat_gap = "1/8",
                     .chords = "C | F",
                     .chord_file = GivenFile{"c.mid", "cc"},
                     .chord_tones = ChordTones::beats,
                     .ending = "Dm",
                     .ending_bars = 2};
  EXPECT_EQ(request_from_json(Json::parse(to_json(full).dump()), "x"), full);
  EXPECT_EQ(request_from_json(Json::parse(to_json(Request{}).dump()), "x"), Request{});
  EXPECT_EQ(to_json(Request{}).dump(), "{}");
  EXPECT_THROW(request_from_json(Json::parse(R"({"voice": "middle"})"), "x"), Error);
  EXPECT_THROW(request_from_json(Json::parse(R"({"infill": 3})"), "x"), Error);
}

TEST(Request, AReceiptMakesThePieceAgainByteForByteAndRefusesOtherMusic) {
  const network::Model model = tiny_model(13, true, 2);
  const corpus::Piece piece = random_piece_for(model, "p", 64, 3);
  Receipt receipt{.model_hash = model.hash,
                  .arithmetic = arithmetic_of(model),
                  .seed = 6,
                  .piece = 2,
                  .taste = {.temperature = 1.1, .density = 0.8, .adaptive = true},
                  .request = {.infill = GivenFile{"p.mid", music_hash(piece.roll)},
                              .bars = "2-3",
                              .key = "C major",
                              .most_notes = 6},
                  .particles = 8,
                  .pick = Pick::heaviest};
  ComposeOptions options = compose_options(receipt, nullptr, {.infill = &piece.roll});
  options.first = 0;
  options.pieces = 4;
  Bytes bytes;
  for (const Composed& made : pieces_of(model, options)) {
    if (made.number == 2) bytes = write_piece(made, receipt);
  }
  ASSERT_FALSE(bytes.empty());
  EXPECT_EQ(make_again(receipt, model, nullptr, {.infill = &piece.roll}, 2, quiet, never), bytes);
  const corpus::Piece other = random_piece_for(model, "p", 64, 4);
  EXPECT_THROW(make_again(receipt, model, nullptr, {.infill = &other.roll}, 1, quiet, never),
               Error);
  EXPECT_THROW(make_again(receipt, model, nullptr, {}, 1, quiet, never), Error);
}

}  // namespace
}  // namespace toccata::composing
