// What newcomers met: each of these once surprised somebody.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <unistd.h>

#include <algorithm>
#include <regex>

#include "base/json.h"
#include "notation/smf_writer.h"
#include "support/run_program.h"

namespace toccata {
namespace {
namespace fs = std::filesystem;

using ::testing::HasSubstr;
using ::testing::Not;

const std::string kRoot = TOCCATA_SOURCE_DIR;
const std::string kModel = kRoot + "/models/chorales";

Outcome toccata_(const std::string& arguments) {
  return run_shell(TOCCATA_PROGRAMS "/toccata " + arguments);
}

/// Whether a MIDI file says this tempo, in microseconds per quarter note.
bool has_tempo(const fs::path& path, std::uint32_t microseconds) {
  const Bytes bytes = read_file(path);
  const std::array<std::uint8_t, 6> event = {0xFF,
                                             0x51,
                                             3,
                                             static_cast<std::uint8_t>(microseconds >> 16),
                                             static_cast<std::uint8_t>(microseconds >> 8),
                                             static_cast<std::uint8_t>(microseconds)};
  return std::search(bytes.begin(), bytes.end(), event.begin(), event.end()) != bytes.end();
}

TEST(Tempo, OfAPieceThatIsGoneOnFromIsKept) {
  const TemporaryFolder folder;
  const std::string out = folder.path().string();
  ASSERT_EQ(
      toccata_("generate " + kModel + " --batch 1 --steps 16 --seed 1 --tempo 93 --out " + out)
          .exit_code,
      0);
  const fs::path primer = fs::directory_iterator(out)->path();
  const std::string more = " --batch 1 --steps 16 --seed 2 --prime " + primer.string();
  ASSERT_EQ(toccata_("generate " + kModel + more + " --out " + out + "/on").exit_code, 0);
  EXPECT_TRUE(has_tempo(fs::directory_iterator(out + "/on")->path(), 645161));
  ASSERT_EQ(toccata_("generate " + kModel + more + " --tempo 60 --out " + out + "/slow").exit_code,
            0);
  EXPECT_TRUE(has_tempo(fs::directory_iterator(out + "/slow")->path(), 1000000));
}

TEST(Messages, OfNumbersOutOfBoundsAreShort) {
  for (const char* words : {"generate chorales --max-copy -1 --corpus x", "play chorales --rest -2",
                            "render x.mid --gain 30", "play chorales --keep-prob 7"}) {
    const Outcome outcome = toccata_(words);
    EXPECT_EQ(outcome.exit_code, 2) << words;
    EXPECT_THAT(outcome.err, HasSubstr("expected")) << words;
    EXPECT_LT(outcome.err.size(), 200U) << outcome.err;
  }
}

TEST(Messages, OfAWrongWordNameTheWordsAndTheCommand) {
  const Outcome outcome = toccata_("export chorales x --as gold");
  EXPECT_EQ(outcome.exit_code, 2);
  EXPECT_EQ(outcome.err,
            "toccata export: --as: expected f32, bf16 or f16, found \"gold\"\n"
            "Try toccata export --help\n");
}

TEST(Evaluate, RefusesTrialsOfNoWindowsBeforeItPrintsAnything) {
  for (const char* wrong : {"--batch-size 0", "--time-steps 0", "--batch-size -3"}) {
    const Outcome outcome =
        toccata_("evaluate " + kModel + " " + kRoot + "/examples --trials 2 " + wrong);
    EXPECT_EQ(outcome.exit_code, 2) << wrong;
    EXPECT_EQ(outcome.out, "") << wrong;
  }
}

TEST(Models, ATruncatedOneIsListedWithItsFault) {
  const TemporaryFolder folder;
  for (const char* name : {"whole", "short", "other"}) {
    fs::create_directory(folder.path() / name);
    for (const char* file : {"config.json", "model.safetensors"})
      fs::copy_file(fs::path(kModel) / file, folder.path() / name / file);
  }
  const fs::path weights = folder.path() / "short/model.safetensors";
  fs::resize_file(weights, fs::file_size(weights) - 1);
  write_file(folder.path() / "other/model.safetensors", "no tensors");
  const Outcome outcome = run_shell("cd " + folder.path().string() + " && TOCCATA_MODELS=. " +
                                    TOCCATA_PROGRAMS "/toccata models --json");
  ASSERT_EQ(outcome.exit_code, 0) << outcome.err;
  int seen = 0;
  for (const Json& model : parse_json(outcome.out, "models")) {
    const auto name = model.at("name").get<std::string>();
    if (name == "whole") {
      EXPECT_FALSE(model.contains("fault")) << model.dump();
    }
    if (name == "short") {
      EXPECT_THAT(model.value("fault", ""), HasSubstr("cut short"));
    }
    if (name == "other") {
      EXPECT_THAT(model.value("fault", ""), HasSubstr("damaged"));
    }
    seen += name == "whole" || name == "short" || name == "other";
  }
  EXPECT_EQ(seen, 3) << outcome.out;
}

TEST(Program, ByItsNameAloneShowsWhatItCanDo) {
  const Outcome outcome = toccata_("");
  EXPECT_EQ(outcome.exit_code, 0);
  EXPECT_THAT(outcome.out, HasSubstr("Commands:\n  import "));
}

TEST(Messages, OfASlipSayWhatMayHaveBeenMeant) {
  for (const auto& [words, meant] :
       {std::pair{"generat chorales", "did you mean generate?"},
        {"generate chorales --temprature 1", "did you mean --temperature?"},
        {"generate chorales --tempo=90 --sed=1", "did you mean --seed?"},
        {"train x --name y --minuts 3", "did you mean --minutes?"},
        {"generate choralse", "did you mean chorales?"},
        {"train x --name y --restore pinao", "did you mean piano?"}}) {
    const Outcome outcome = toccata_(words);
    EXPECT_EQ(outcome.exit_code, 2) << words;
    EXPECT_THAT(outcome.err, HasSubstr(meant)) << words;
  }
  EXPECT_THAT(toccata_("generate chorales two words").err, HasSubstr("one word too many"));
}

/// A song of an alto and a flute, which meet on 12 notes, and of drums; 57 ticks late.
fs::path song_in(const fs::path& folder) {
  notation::Score song;
  song.tracks.resize(3);
  const auto add = [&](std::size_t track, const char* name, int channel, int program, int pitch,
                       int period) {
    notation::Track& part = song.tracks[track];
    part.name = name;
    part.programs = {{0, static_cast<std::uint8_t>(channel), static_cast<std::uint8_t>(program)}};
    for (int i = 0; i < 64; ++i)
      part.notes.push_back({.onset = 57 + 240 * i,
                            .end = 57 + 240 * i + 200,
                            .pitch = static_cast<std::uint8_t>(pitch + i % period),
                            .channel = static_cast<std::uint8_t>(channel)});
  };
  add(0, "Alto", 0, 0, 60, 5);
  add(1, "Flute", 1, 73, 62, 3);
  add(2, "Kit", 9, 0, 36, 5);
  song.end = 57 + 240 * 65;
  write_file(folder / "song.mid", notation::write_smf(song));
  return folder / "song.mid";
}

TEST(Import, SaysInWordsWhatBecomesOfABand) {
  const TemporaryFolder folder;
  song_in(folder.path());
  const Outcome outcome = toccata_("import " + folder.path().string());
  ASSERT_EQ(outcome.exit_code, 0) << outcome.err;
  for (const char* words : {"shifted against the file's beats: read on the beats found",
                            "2 instruments become one piano;",
                            "; 12 notes met others on their pitch, 64 drum notes left out",
                            "3 tracks: 1 Alto (Acoustic grand piano, 64 notes), 2 Flute (Flute, 64 "
                            "notes), 3 Kit (drums"})
    EXPECT_THAT(std::regex_replace(outcome.out, std::regex("\n +"), " "), HasSubstr(words));
  EXPECT_THAT(outcome.out, Not(HasSubstr("%")));
  const Json json = parse_json(toccata_("import --json " + folder.path().string()).out, "import");
  EXPECT_EQ(json["files"][0]["tracks"][1]["name"], "Flute");
  EXPECT_EQ(json["files"][0]["shift_ticks"], 57);
  EXPECT_EQ(json["files"][0]["verdicts"].size(), 2U);
}

TEST(Files, AreNamedAfterWhatIsInThem) {
  const TemporaryFolder folder;
  const std::string song = song_in(folder.path()).string(), out = (folder.path() / "out").string();
  const Outcome outcome = toccata_("generate " + kModel + " --melody " + song +
                                   " --voice alto --batch 2 --seed 1 --particles 1 --out " + out);
  ASSERT_EQ(outcome.exit_code, 0) << outcome.err;
  // One line per piece, and nothing else on standard output.
  EXPECT_EQ(outcome.out, out + "/song-harmonised-1.mid\n" + out + "/song-harmonised-2.mid\n");
  EXPECT_THAT(outcome.err, Not(HasSubstr("song-harmonised")));
}

TEST(Import, OfAFolderThatCannotBeReachedSaysSo) {
  const TemporaryFolder folder;
  fs::create_directories(folder.path() / "closed/within");
  fs::permissions(folder.path(), fs::perms::others_exec | fs::perms::others_read,
                  fs::perm_options::add);
  fs::permissions(folder.path() / "closed", fs::perms::none);
  // Root may enter whatever it likes.
  const std::string nobody =
      ::geteuid() == 0 ? "setpriv --reuid 65534 --regid 65534 --clear-groups " : "";
  for (const char* path : {"closed", "closed/within", "closed/within/song.mid"}) {
    const Outcome outcome =
        run_shell(nobody + TOCCATA_PROGRAMS "/toccata import " + (folder.path() / path).string());
    EXPECT_EQ(outcome.exit_code, 1) << path;
    EXPECT_THAT(outcome.err, HasSubstr("ermission denied")) << path;
    EXPECT_THAT(outcome.err, HasSubstr("closed")) << path;
  }
  fs::permissions(folder.path() / "closed", fs::perms::owner_all);
}

TEST(Training, ThatIsRefusedLeavesNoFolder) {
  const TemporaryFolder folder;
  const std::string output = (folder.path() / "output").string();
  fs::create_directory(folder.path() / "empty");
  const Outcome refused = toccata_("train " + (folder.path() / "empty").string() +
                                   " --name one --batches 1 --output " + output);
  EXPECT_EQ(refused.exit_code, 1);
  EXPECT_FALSE(fs::exists(output));
}

TEST(Training, BeginsWithNoModelWhereRestoreIsNone) {
  const TemporaryFolder folder;
  write_file(folder.path() / "run.toml", "restore = \"no-such-model\"\nbatches = 1\n");
  const std::string words =
      "train " + kRoot + "/examples/canon-in-d.abc --config " +
      (folder.path() / "run.toml").string() + " --name one --output " + folder.path().string() +
      " --validation-pieces 0 --time-units 4 --note-units 4 --batch-size 1 --time-steps 8 "
      "--threads 1 --sample-steps 0";
  EXPECT_EQ(toccata_(words).exit_code, 2);
  const Outcome outcome = toccata_(words + " --restore none");
  EXPECT_EQ(outcome.exit_code, 0) << outcome.err;
}

TEST(Training, EndsWithAVerdict) {
  const TemporaryFolder folder;
  const Outcome outcome =
      toccata_("train " + kRoot + "/examples --name one --output " + folder.path().string() +
               " --batches 2 --validation-pieces 2 --time-units 4 --note-units 4 --batch-size 1 "
               "--time-steps 8 --threads 1 --sample-steps 0 --json");
  ASSERT_EQ(outcome.exit_code, 0) << outcome.err;
  for (const char* words :
       {"How it came out:", "Music that it has not seen:", "It composed 6 pieces to judge by",
        "What would help:", "--from piano", "toccata generate one composes with it"})
    EXPECT_THAT(outcome.err, HasSubstr(words));
  const Json verdict = parse_json(outcome.out, "train").at("verdict");
  EXPECT_LT(verdict.at("valid_nats_per_step").get<double>(), 0);
  EXPECT_LT(verdict.at("baseline_nats_per_step").get<double>(), 0);
  EXPECT_EQ(verdict.at("valid_pieces"), 2);
  EXPECT_GT(verdict.at("statistics").size(), 10U);
  EXPECT_TRUE(verdict.contains("longest_copy"));
  // Two updates teach nothing.
  EXPECT_THAT(verdict.at("warnings").dump(), HasSubstr("no better than its baseline"));
  EXPECT_EQ(parse_json(read_text(folder.path() / "one/verdict.json"), "verdict.json"), verdict);
}

TEST(Training, LeavesWhatIsUsualInItsMusicAndComposingKeepsToIt) {
  const TemporaryFolder folder;
  const fs::path run = folder.path() / "one";
  const std::string output = " --output " + folder.path().string();
  const std::string music = kRoot + "/examples";
  const Outcome trained =
      toccata_("train " + music + " --name one" + output +
               " --batches 1 --validation-pieces 0 --time-units 4 --note-units 4 --batch-size 1 "
               "--time-steps 8 --threads 1 --sample-steps 0");
  ASSERT_EQ(trained.exit_code, 0) << trained.err;
  const std::string kept = read_text(run / "statistics.json");
  fs::remove(run / "statistics.json");
  ASSERT_EQ(toccata_("describe " + music + " --for one" + output).exit_code, 0);
  EXPECT_EQ(read_text(run / "statistics.json"), kept);

  const std::string out = (folder.path() / "new").string();
  const Outcome composed = toccata_("generate one --steps 16 --seed 1 --out " + out + output);
  ASSERT_EQ(composed.exit_code, 0) << composed.err;
  EXPECT_THAT(read_text(fs::directory_iterator(out)->path()), HasSubstr("\"manner\":\"pitches "));
}

TEST(Training, CountsInTheSingularAndIsNotResumedAsAnotherRun) {
  const TemporaryFolder folder;
  const std::string where = " --name one --output " + folder.path().string();
  const std::string piece = kRoot + "/examples/canon-in-d.abc";
  const Outcome made = toccata_("train " + piece + where +
                                " --batches 1 --validation-pieces 0 --time-units 4 --note-units 4 "
                                "--batch-size 1 --time-steps 8 --threads 1 --sample-steps 0");
  ASSERT_EQ(made.exit_code, 0) << made.err;
  for (const char* text : {"Read 1 piece in", "1 piece to learn from", "1 update", "after 1 batch,",
                           "there is one piece to learn from", "no piece is held out"})
    EXPECT_THAT(made.err, HasSubstr(text));
  const std::string before = read_text(folder.path() / "one/options.toml");

  for (const std::string& words :
       {std::string("--seed 9"), std::string("--optimizer sgd"), std::string("--restore chorast"),
        std::string("--time-units 5"), std::string("--grid 8"), std::string("--batch-size 3"),
        kRoot + "/examples/la-folia.abc"}) {
    const Outcome outcome = toccata_("train --resume --batches 2 " + words + where);
    EXPECT_EQ(outcome.exit_code, 2) << words << ": " << outcome.err;
    EXPECT_THAT(outcome.err, HasSubstr("began otherwise")) << words;
    EXPECT_EQ(read_text(folder.path() / "one/options.toml"), before) << words;
  }
  // What is said again as it was, and what may change, is no contradiction.
  const Outcome resumed =
      toccata_("train --resume " + piece + " --batches 2 --time-units 4 --seed 1" + where);
  EXPECT_EQ(resumed.exit_code, 0) << resumed.err;
  EXPECT_THAT(resumed.err, HasSubstr("after 2 batches,"));
}

}  // namespace
}  // namespace toccata
