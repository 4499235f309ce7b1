#include "tasks/compose.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/error.h"
#include "base/hash.h"
#include "listening/notes.h"
#include "listening/tiny_model.h"
#include "music/to_score.h"
#include "notation/smf_writer.h"
#include "support/error_of.h"
#include "support/temporary_folder.h"
#include "tasks/given_music.h"

namespace toccata::tasks {
namespace {
namespace fs = std::filesystem;
using composing::GivenFile;
using composing::Order;
using ::testing::AllOf;
using ::testing::HasSubstr;

Progress quiet;
const Stop never;

struct Desk {
  TemporaryFolder folder;
  network::Model model = listening::tiny_model(12, true);
  std::string melody = write("melody.mid", {60, 64, 67, 64}, 90);

  // A quarter note per pitch.
  std::string write(const std::string& name, const std::vector<int>& pitches, double tempo) const {
    music::Roll roll = music::make_roll(4 * static_cast<int>(pitches.size()), 60, 71, 4, true);
    for (int t = 0; t < roll.steps; ++t)
      roll.frame(t)[pitches[static_cast<std::size_t>(t / 4)] - 60] = t % 4 == 0 ? 3 : 1;
    const fs::path path = folder.path() / name;
    write_file(path,
               notation::write_smf(music::to_score(roll, {.tempo = tempo, .track_name = "x"})));
    return path.string();
  }
  Order read(Order order) const {
    read_given(order, model.config, quiet, never);
    return order;
  }
  std::vector<MadePiece> made(const Order& order) const {
    std::vector<MadePiece> pieces;
    compose(
        {.program = "toccata 3", .model_name = "tiny", .model = &model, .order = read(order)},
        [&](MadePiece&& piece) { pieces.push_back(std::move(piece)); }, quiet, never);
    return pieces;
  }
  Bytes again(const fs::path& file, const Order& asked = {},
              std::vector<std::string> said = {}) const {
    const Bytes bytes = read_file(file);
    return compose_again(file, bytes, receipt_in(file, bytes), asked, said, model, 1, "toccata 3",
                         quiet, never);
  }
};

TEST(GivenMusic, IsReadAsTheModelHearsItWithHashAndTempo) {
  const Desk desk;
  const Order order = desk.read({.melody = GivenFile{desk.melody}, .key = "C major"});
  ASSERT_TRUE(order.melody->music);
  EXPECT_EQ(order.melody->music->steps, 16);
  EXPECT_EQ(order.melody->hash, hash_hex(read_file(desk.melody)));
  EXPECT_NEAR(order.tempo.value(), 90, 0.01);
  EXPECT_EQ(desk.read({.prime = GivenFile{desk.melody}, .tempo = 60}).tempo, 60);
  EXPECT_EQ(desk.read({}).tempo, std::nullopt);
  EXPECT_EQ(desk.read({.melody = GivenFile{desk.melody}, .voice = {composing::Voice::track, 1}})
                .melody->music->steps,
            16);
  EXPECT_THAT(
      error_of([&] {
        desk.read({.melody = GivenFile{desk.melody}, .voice = {composing::Voice::track, 7}});
      }),
      HasSubstr("it has 1 track with notes"));
  notation::Score parts;
  parts.tracks.resize(3);
  parts.tracks[0].name = "Soprano";
  parts.tracks[0].notes = {{.onset = 0, .end = 480, .pitch = 65}};
  parts.tracks[2].name = "Alto";  // the empty track between them does not count
  parts.tracks[2].notes = {{.onset = 0, .end = 480, .pitch = 62}};
  parts.end = 480;
  const std::string path = (desk.folder.path() / "parts.mid").string();
  write_file(path, notation::write_smf(parts));
  for (const char* voice : {"alto", "Alto", "track 2"}) {
    const Order read =
        desk.read({.melody = GivenFile{path}, .voice = composing::parse_voice(voice)});
    const auto notes = listening::notes_of(*read.melody->music);
    ASSERT_EQ(notes.size(), 1U) << voice;
    EXPECT_EQ(notes.front().pitch, 62) << voice;
  }
  EXPECT_THAT(error_of([&] {
                desk.read({.melody = GivenFile{path}, .voice = composing::parse_voice("Atlo")});
              }),
              AllOf(HasSubstr("did you mean Alto?"), HasSubstr("1 Soprano, 2 Alto")));
  EXPECT_THAT(error_of([&] { desk.read({.infill = GivenFile{"absent.mid"}}); }),
              HasSubstr("the piece to fill"));
}

TEST(GivenMusic, FirstBarsAreCountedInThePiecesMeter) {
  const music::Roll roll = music::make_roll(40, 60, 71, 4, true, {{0, 3, 4}});
  EXPECT_EQ(first_bars(roll, 2).steps, 24);
  EXPECT_EQ(first_bars(roll, 0).steps, 40);
  EXPECT_EQ(first_bars(roll, 9).steps, 40);
}

TEST(GivenMusic, ChordsComeFromNamesATextFileOrMusic) {
  const Desk desk;
  const auto taken = [](const std::string& text) {
    Order order;
    take_chords(order, text);
    return order;
  };
  EXPECT_EQ(taken("C | Am").chords, "C | Am");
  EXPECT_EQ(taken(desk.melody).chord_file->path, desk.melody);
  const std::string path = (desk.folder.path() / "chords.txt").string();
  write_file(path, std::string_view("F | G7"));
  EXPECT_EQ(taken(path).chords, "F | G7");
  write_file(path, std::string_view("F | Hx"));
  EXPECT_THAT(error_of([&] { taken(path); }), AllOf(HasSubstr("chords.txt"), HasSubstr("bar 2")));
  EXPECT_THAT(error_of([&] { taken(desk.folder.path().string()); }), HasSubstr("directory"));
}

TEST(ComposeTask, WritesPiecesThatAreMadeAgainByteForByte) {
  const Desk desk;
  const fs::path out = desk.folder.path() / "out";
  const std::vector<MadePiece> made = desk.made({.seed = 4, .pieces = 2, .steps = 24});
  ASSERT_EQ(made.size(), 2u);
  const fs::path file = write_into(out, made[1].receipt, made[1].midi);
  EXPECT_EQ(file, out / "tiny-s4-001.mid");
  EXPECT_EQ(write_into(out, made[1].receipt, made[1].midi), file);  // the same bytes
  EXPECT_EQ(write_into(out, made[1].receipt, made[0].midi), out / "tiny-s4-001-2.mid");
  EXPECT_EQ(facts_of(made[1], file)["steps"], 24);
  EXPECT_EQ(desk.again(file), made[1].midi);
  EXPECT_THROW(receipt_in(desk.melody, read_file(desk.melody)), Error);
}

TEST(ComposeTask, NamesSayWhatAPieceIs) {
  const Desk desk;
  const fs::path out = desk.folder.path() / "out";
  std::vector<MadePiece> made =
      desk.made({.seed = 4, .pieces = 2, .melody = GivenFile{desk.melody}});
  ASSERT_EQ(made.size(), 2u);
  EXPECT_EQ(write_into(out, made[0].receipt, made[0].midi), out / "melody-harmonised-1.mid");
  EXPECT_EQ(write_into(out, made[1].receipt, made[1].midi), out / "melody-harmonised-2.mid");
  EXPECT_EQ(write_into(out, made[0].receipt, made[0].midi), out / "melody-harmonised-1.mid");
  made = desk.made({.seed = 4, .steps = 16, .prime = GivenFile{desk.melody}});
  EXPECT_EQ(write_into(out, made[0].receipt, made[0].midi), out / "melody-continued-1.mid");
}

TEST(ComposeTask, WhatMovedIsFoundByItsNewNameAndOtherMusicIsRefused) {
  const Desk desk;
  const fs::path out = desk.folder.path() / "out";
  const MadePiece made = desk.made({.seed = 4, .melody = GivenFile{desk.melody}}).front();
  const fs::path file = write_into(out, made.receipt, made.midi);
  fs::rename(desk.melody, desk.folder.path() / "moved.mid");
  EXPECT_THAT(error_of([&] { desk.again(file); }), HasSubstr("melody.mid"));
  const std::string moved = (desk.folder.path() / "moved.mid").string();
  EXPECT_EQ(desk.again(file, {.melody = GivenFile{moved}}, {"melody"}), made.midi);
  const std::string other = desk.write("other.mid", {62, 65, 69, 65}, 90);
  EXPECT_THAT(error_of([&] { desk.again(file, {.melody = GivenFile{other}}, {"melody"}); }),
              HasSubstr("find the file as it was"));
}

TEST(ComposeTask, WhatContradictsTheReceiptIsRefused) {
  const Desk desk;
  const fs::path out = desk.folder.path() / "out";
  const MadePiece made = desk.made({.seed = 4, .steps = 16}).front();
  const fs::path file = write_into(out, made.receipt, made.midi);
  const Order other{.sampling = {.temperature = 0.9}};
  EXPECT_THAT(error_of([&] { desk.again(file, other, {"temperature"}); }),
              AllOf(HasSubstr("temperature"), HasSubstr("1.0"), HasSubstr("0.9")));
  // What was not said does not count, nor what is the same.
  EXPECT_EQ(desk.again(file, {.seed = 4, .steps = 16}, {"seed", "steps"}), made.midi);
}

}  // namespace
}  // namespace toccata::tasks
