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
          .seed = 18446744073709551615u,
          .piece = 7,
          .steps = 12,
          .keep_prob = 0.9,
          .taste = {.temperature = 1.05,
                    .articulate_temperature = 0.9,
                    .density = 1.5,
                    .adaptive = true},
          .request = {.key = "D minor", .range = "C3-G5", .most_notes = 5},
          .particles = 3,
          .pick = Pick::heaviest,
          .meter = Meter{7, 8},
          .prime = Primer{"Für Elise.mid", "abcd", 4},
          .new_only = true,
          .retries = {{4, 2}, {8, 7}},
          .tempo = 96.5,
          .velocity = 71};
}

TEST(Receipt, ReadsBackAsItWasWritten) {
  EXPECT_EQ(parse_receipt(receipt_text(full_receipt()), "x.mid"), full_receipt());
  Receipt plain = full_receipt();
  plain.meter.reset();
  plain.prime.reset();
  plain.new_only = false;
  plain.retries.clear();
  EXPECT_EQ(parse_receipt(receipt_text(plain), "x.mid"), plain);
  EXPECT_EQ(receipt_text(plain).find('\n'), std::string::npos);
}

TEST(Receipt, OtherTextIsNoneAndADamagedOneIsAnError) {
  EXPECT_EQ(parse_receipt("composed by hand", "x.mid"), std::nullopt);
  EXPECT_EQ(parse_receipt("", "x.mid"), std::nullopt);
  EXPECT_THROW(parse_receipt("{\"toccata\":{\"seed\":", "x.mid"), Error);
  EXPECT_THROW(parse_receipt("{\"toccata\":{\"seed\":1}}", "x.mid"), Error);
}

TEST(Receipt, MusicHashNamesCellsRangeAndMeters) {
  music::Roll roll = music::make_roll(8, 60, 63, 4, true);
  const std::string silent = music_hash(roll);
  roll.frame(3)[1] = 3;
  const std::string one = music_hash(roll);
  EXPECT_NE(one, silent);
  roll.meters = {{0, 3, 4}};
  EXPECT_NE(music_hash(roll), one);
}

struct Made {
  network::Model model = listening::tiny_model(6, true);
  corpus::Piece primer = listening::random_piece_for(model, "p", 10, 3);
  Receipt receipt = full_receipt();
  Bytes bytes;

  explicit Made(network::Arithmetic arithmetic = network::Arithmetic::automatic,
                network::InstructionSet set = network::InstructionSet::automatic) {
    receipt.model_hash = model.hash;
    receipt.arithmetic = arithmetic_of(model, arithmetic, set);
    receipt.prime->hash = music_hash(primer.roll);
    // Among others, as the command makes it.
    ComposeOptions options = compose_options(receipt, &primer.roll);
    options.first = 5;
    options.pieces = 4;
    compose(
        model, options,
        [&](Composed&& piece) {
          if (piece.number == receipt.piece) bytes = write_piece(piece, receipt);
        },
        quiet, never);
  }
};

TEST(Receipt, AWrittenPieceCarriesItAndIsMadeAgainByteForByte) {
  using network::Arithmetic, network::InstructionSet;
  std::vector<Made> all(1);
  for (const Arithmetic arithmetic : {Arithmetic::f32, Arithmetic::bf16, Arithmetic::int8})
    all.emplace_back(arithmetic, InstructionSet::plain);
  if (network::has_native_int8()) all.emplace_back(Arithmetic::int8);
  EXPECT_EQ(all[3].receipt.arithmetic, "plain-int8");
  for (const Made& made : all) {
    SCOPED_TRACE(made.receipt.arithmetic);
    ASSERT_FALSE(made.bytes.empty());
    const notation::ReadResult read = notation::read_smf(made.bytes, "x.mid", {.strict = true});
    const std::optional<Receipt> found = find_receipt(read.scores.front(), "x.mid");
    ASSERT_TRUE(found);
    EXPECT_EQ(*found, made.receipt);
    EXPECT_EQ(make_again(*found, made.model, &made.primer.roll, {}, 2, quiet, never), made.bytes);
  }
}

TEST(Receipt, AnotherModelOrPrimerIsRefused) {
  const Made made;
  const auto again = [&](const network::Model& model, const music::Roll* prime) {
    return error_of([&] { make_again(made.receipt, model, prime, {}, 1, quiet, never); });
  };
  EXPECT_THAT(again(listening::tiny_model(6, true, 6), &made.primer.roll),
              HasSubstr("piano@step-500"));
  EXPECT_THAT(again(made.model, nullptr), HasSubstr("Für Elise.mid"));
  music::Roll edited = made.primer.roll;
  edited.frame(5)[2] ^= 3;
  EXPECT_THAT(again(made.model, &edited), HasSubstr("find the file as it was"));
  Stop stop;
  stop.request(2);
  EXPECT_THROW(make_again(made.receipt, made.model, &made.primer.roll, {}, 1, quiet, stop), Error);
}

}  // namespace
}  // namespace toccata::composing
