#include "composing/receipt.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/error.h"
#include "composing/piece_file.h"
#include "composing/test_pieces.h"
#include "listening/tiny_model.h"
#include "notation/smf_reader.h"

namespace toccata::composing {
namespace {

using testing::HasSubstr;

Receipt full_receipt() {
  return {.program = "toccata 1.2.3",
          .model = "piano@step-500",
          .model_hash = "00ff",
          .arithmetic = "avx2-f32",
          .order = {.seed = 18446744073709551615u,
                    .first = 7,
                    .steps = 12,
                    .meter = "7/8",
                    .prime = GivenFile{"Für Elise.mid", "abcd"},
                    .prime_bars = 4,
                    .new_only = true,
                    .key = "D minor",
                    .range = "C3-G5",
                    .most_notes = 5,
                    .sampling = {.temperature = 1.05,
                                 .articulate_temperature = 0.9,
                                 .density = 1.5,
                                 .conservativity = {1, true}},
                    .keep_prob = 0.9,
                    .particles = 3,
                    .pick = Pick::heaviest,
                    .retries = {{4, 2}, {8, 7}},
                    .tempo = 96.5,
                    .velocity = 71}};
}

// What parse_receipt makes of its text, but for the text itself.
Receipt read_back(const Receipt& receipt) {
  Receipt read = parse_receipt(receipt_text(receipt), "x.mid").value();
  EXPECT_EQ(receipt_text(read), receipt_text(receipt));
  read.text.clear();
  return read;
}

TEST(Receipt, ReadsBackAsItWasWritten) {
  EXPECT_EQ(read_back(full_receipt()), full_receipt());
  Receipt plain{.program = "toccata", .order = resolved({}, {.grid = 4})};
  EXPECT_EQ(read_back(plain), plain);
  EXPECT_EQ(receipt_text(plain).find('\n'), std::string::npos);
}

// Word for word as version 0.1 wrote them.
TEST(Receipt, ThoseOfEarlierVersionsAreRead) {
  const auto order = [](const std::string& fields) {
    return parse_receipt(
               R"({"toccata":{"program":"toccata 0.1.0","model":"m","model_hash":"h","arithmetic":"avx2-f32","seed":6,"piece":2,)" +
                   fields + R"("tempo":96.5,"velocity":71}})",
               "x.mid")
        .value()
        .order;
  };
  const Order usual{.seed = 6, .first = 2, .particles = 1, .tempo = 96.5, .velocity = 71};
  Order expected = usual;
  expected.steps = 256;
  expected.sampling = {
      .temperature = 1.1, .articulate_temperature = 0.9, .conservativity = {1, true}};
  expected.meter = "3/4";
  expected.prime = GivenFile{"p.mid", "pp"};
  expected.prime_bars = 4;
  expected.key = "D minor";
  expected.most_notes = 5;
  expected.retries = {{4, 2}};
  EXPECT_EQ(
      order(
          R"("steps":256,"keep_prob":1.0,"temperature":1.1,"articulate_temperature":0.9,"conservativity":"adaptive","meter":"3/4","prime":{"path":"p.mid","hash":"pp","bars":4},"new_only":false,"request":{"key":"D minor","most_notes":5},"retries":[{"step":4,"try":2}],)"),
      expected);
  expected = usual;
  expected.infill = GivenFile{"a.mid", "aa"};
  expected.infill_bars = "2-3";
  expected.particles = 16;
  expected.pick = Pick::heaviest;
  EXPECT_EQ(
      order(
          R"("steps":1024,"keep_prob":1.0,"temperature":1.0,"request":{"infill":{"path":"a.mid","hash":"aa"},"bars":"2-3"},"particles":16,"pick":"heaviest",)"),
      expected);
  expected.infill_bars = {};
  expected.region = Region{4, 8, 50, 55, {{4, 52}}};
  EXPECT_EQ(
      order(
          R"("steps":1024,"keep_prob":1.0,"temperature":1.0,"request":{"infill":{"path":"a.mid","hash":"aa"},"region":{"from":4,"to":8,"low":50,"high":55,"pinned":[[4,52]]}},"particles":16,"pick":"heaviest",)"),
      expected);
  expected = usual;
  expected.melody = GivenFile{"b.mid", "bb"};
  expected.voice = {Voice::track, 4};
  EXPECT_EQ(
      order(
          R"("steps":1024,"keep_prob":1.0,"temperature":1.0,"request":{"melody":{"path":"b.mid","hash":"bb"},"voice":"track","track":4},)"),
      expected);
}

TEST(Receipt, OtherTextIsNoneAndADamagedOneIsAnError) {
  EXPECT_EQ(parse_receipt("composed by hand", "x.mid"), std::nullopt);
  EXPECT_EQ(parse_receipt("", "x.mid"), std::nullopt);
  EXPECT_THROW(parse_receipt("{\"toccata\":{\"seed\":", "x.mid"), Error);
  EXPECT_THROW(parse_receipt("{\"toccata\":{\"seed\":1}}", "x.mid"), Error);
  std::string later = receipt_text(full_receipt());
  later.replace(later.find("\"velocity\""), 10, "\"loudness\"");
  EXPECT_THAT(error_of([&] { parse_receipt(later, "x.mid"); }),
              testing::AllOf(HasSubstr("loudness"), HasSubstr("toccata 1.2.3")));
}

TEST(Receipt, TheHashOfMusicNamesCellsRangeAndMeters) {
  music::Roll roll = music::make_roll(8, 60, 63, 4, true);
  const std::string silent = given_hash(roll);
  roll.frame(3)[1] = 3;
  const std::string one = given_hash(roll);
  EXPECT_NE(one, silent);
  roll.meters = {{0, 3, 4}};
  EXPECT_NE(given_hash(roll), one);
}

struct Made {
  network::Model model = listening::tiny_model(6, true);
  corpus::Piece primer = listening::random_piece_for(model, "p", 10, 3);
  Receipt receipt = full_receipt();
  Bytes bytes;

  explicit Made(const Resources& resources = {}) {
    receipt.model_hash = model.hash;
    receipt.arithmetic = arithmetic_of(model, resources);
    receipt.order.prime = given(primer.roll, receipt.order.prime->path);
    // Among others, as the command makes it.
    Order order = receipt.order;
    order.first = 5;
    order.pieces = 4;
    for (const Composed& piece : pieces_of(model, order, resources_of(receipt)))
      if (piece.number == receipt.order.first) bytes = write_piece(piece, receipt);
  }
};

TEST(Receipt, AWrittenPieceCarriesItAndIsMadeAgainByteForByte) {
  using network::InstructionSet, network::Precision;
  std::vector<Made> all(1);
  for (const Precision precision : {Precision::f32, Precision::bf16, Precision::int8})
    all.emplace_back(Resources{.precision = precision, .instruction_set = InstructionSet::plain});
  if (network::has_native_int8()) all.emplace_back(Resources{.precision = Precision::int8});
  EXPECT_EQ(all[3].receipt.arithmetic, "plain-int8");
  for (const Made& made : all) {
    SCOPED_TRACE(made.receipt.arithmetic);
    ASSERT_FALSE(made.bytes.empty());
    const notation::ReadResult read = notation::read_smf(made.bytes, "x.mid", {.strict = true});
    std::optional<Receipt> found = find_receipt(read.scores.front(), "x.mid");
    ASSERT_TRUE(found);
    EXPECT_EQ(found->order, made.receipt.order);
    found->order = made.receipt.order;  // with the music that was read
    EXPECT_EQ(make_again(*found, made.model, 2, quiet, never), made.bytes);
  }
}

TEST(Receipt, WhyAPieceCannotBeMadeAgainIsSaid) {
  const Made made;
  Receipt receipt = made.receipt;
  const auto again = [&] {
    return error_of([&] { make_again(receipt, made.model, 1, quiet, never); });
  };
  receipt.model_hash = "another";
  EXPECT_THAT(again(), HasSubstr("piano@step-500"));
  receipt = made.receipt;
  receipt.order.prime->music = nullptr;
  EXPECT_THAT(again(), HasSubstr("Für Elise.mid"));
  music::Roll edited = made.primer.roll;
  edited.frame(5)[2] ^= 3;
  receipt.order.prime->music = std::make_shared<const music::Roll>(edited);
  EXPECT_THAT(again(), HasSubstr("find the file as it was"));
  receipt = made.receipt;
  receipt.arithmetic = "abacus-f32";
  EXPECT_THAT(again(), HasSubstr("does not know"));
  const bool x86 =
      std::ranges::count(network::instruction_sets(), network::InstructionSet::neon) == 0;
  receipt.arithmetic = x86 ? "neon-f32" : "avx2-f32";
  EXPECT_THAT(again(), testing::AllOf(HasSubstr(receipt.arithmetic), HasSubstr("another kind"),
                                      HasSubstr(arithmetic_of(made.model))));
  Stop stop;
  stop.request(2);
  EXPECT_THROW(make_again(made.receipt, made.model, 1, quiet, stop), Error);
}

TEST(Receipt, WhyAFileComesOutOtherwiseIsSaid) {
  const Made made;
  Receipt receipt = made.receipt;
  EXPECT_EQ(difference(receipt, made.bytes, made.bytes, "toccata 2"), "");
  Bytes edited = made.bytes;
  edited.back() = 1;  // no end of a track
  EXPECT_THAT(difference(receipt, edited, made.bytes, receipt.program),
              testing::AllOf(HasSubstr("same version"), HasSubstr("edited")));
  EXPECT_THAT(difference(receipt, edited, made.bytes, "toccata 2"),
              testing::AllOf(HasSubstr("toccata 1.2.3 made it"), HasSubstr("this is toccata 2"),
                             HasSubstr("edited")));
  receipt.order.velocity = 60;
  const Bytes other = write_piece({0, music::make_roll(4, 60, 63, 4, true), 0, 4}, receipt);
  EXPECT_THAT(difference(receipt, other, made.bytes, "x"), HasSubstr("notes are others"));
  receipt.text = "another text";
  const Bytes text = write_piece({0, music::make_roll(4, 60, 63, 4, true), 0, 4}, receipt);
  EXPECT_THAT(difference(receipt, text, other, "x"), HasSubstr("notes are the same"));
}

}  // namespace
}  // namespace toccata::composing
