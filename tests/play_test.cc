// toccata play from outside, into a file of sound.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/json.h"
#include "support/run_program.h"

namespace toccata {
namespace {

using ::testing::HasSubstr;

const std::string kPlay = TOCCATA_PROGRAMS "/toccata play chorales --seed 4 --sound-file ";

TEST(Play, TakesLinesWhileItPlaysAndReportsAtTheEnd) {
  const TemporaryFolder folder;
  const std::string wav = (folder.path() / "out.wav").string();
  const std::string midi = (folder.path() / "out.mid").string();
  const Outcome outcome =
      run_shell("(echo key D minor; echo temperature 0.9; echo louder) | " + kPlay + wav +
                " --tempo 300 --steps 60 --json --record " + midi);
  ASSERT_EQ(outcome.exit_code, 0) << outcome.err;
  const Json report = parse_json(outcome.out, "play");
  EXPECT_EQ(report["steps"], 60);
  EXPECT_EQ(report["seed"], 4);
  EXPECT_GE(report["changes"].size(), 2u);
  EXPECT_EQ(report["changes"][0]["line"], "key D minor");
  EXPECT_GE(report["lateness_ms"]["most"], report["lateness_ms"]["median"]);
  EXPECT_THAT(outcome.err, HasSubstr("\"louder\" is not a command"));
  EXPECT_THAT(read_text(midi), HasSubstr("{\"toccata_play\":{\"program\""));
  EXPECT_GT(std::filesystem::file_size(wav), 44100u);
}

TEST(Play, CtrlCEndsItWithAReport) {
  const TemporaryFolder folder;
  const Outcome outcome =
      run_shell(kPlay + (folder.path() / "out.wav").string() +
                " --minutes 600 --json & pid=$!; sleep 2; kill -INT $pid; wait $pid");
  EXPECT_EQ(outcome.exit_code, 130) << outcome.err;
  EXPECT_GT(parse_json(outcome.out, "play")["steps"], 0);
}

TEST(Play, WritesWhatTheFilesNameSaysSoonerThanItLastsAndNeverOverAFile) {
  const TemporaryFolder folder;
  for (const auto& [name, magic] :
       {std::pair{"a.flac", "fLaC"}, {"a.ogg", "OggS"}, {"a.wav", "RIFF"}}) {
    const std::string path = (folder.path() / name).string();
    const Outcome outcome = run_shell("timeout 25 " + kPlay + path + " --minutes 1 </dev/null");
    ASSERT_EQ(outcome.exit_code, 0) << outcome.err;
    EXPECT_EQ(outcome.out, path + "\n");
    EXPECT_EQ(read_text(path).substr(0, 4), magic);
  }
  const std::string there = (folder.path() / "a.wav").string(), before = read_text(there);
  Outcome refused = run_shell(kPlay + there + " --steps 4");
  EXPECT_EQ(refused.exit_code, 2);
  EXPECT_THAT(refused.err, HasSubstr("already"));
  EXPECT_EQ(read_text(there), before);
  EXPECT_EQ(run_shell(kPlay + (folder.path() / "a.mp3").string() + " --steps 4").exit_code, 2);
  refused = run_shell(kPlay + (folder.path() / "endless.wav").string());
  EXPECT_EQ(refused.exit_code, 2);
  EXPECT_THAT(refused.err, HasSubstr("--minutes"));
}

// What ALSA, JACK and RtMidi write about devices that are not there is nobody's business.
TEST(Play, SaysNothingBesideItsOwnWords) {
  for (const char* words : {"play --ports", "play chorales --port x --steps 4",
                            "play chorales --steps 4 --minutes 0 </dev/null"}) {
    const Outcome outcome = run_shell(TOCCATA_PROGRAMS "/toccata " + std::string(words));
    for (const char* noise : {"ALSA lib", "jack server", "Cannot connect", "RtMidi", "RtApi"})
      EXPECT_THAT(outcome.err, testing::Not(HasSubstr(noise))) << words;
  }
}

TEST(Play, WhatCannotBeIsSaidAtOnce) {
  for (const char* words : {"--key H", "--tempo 0", "--meter 4", "--steps 4 --minutes 1",
                            "--temperature 0", "--scale up", "--port a --virtual b"}) {
    const Outcome outcome =
        run_shell(TOCCATA_PROGRAMS "/toccata play chorales " + std::string(words));
    EXPECT_EQ(outcome.exit_code, 2) << words << ": " << outcome.err;
    EXPECT_FALSE(outcome.err.empty()) << words;
  }
  const Outcome outcome =
      run_shell(TOCCATA_PROGRAMS "/toccata play chorales --driver gramophone --steps 4");
  EXPECT_EQ(outcome.exit_code, 1);
  EXPECT_THAT(outcome.err, HasSubstr("gramophone"));
}

}  // namespace
}  // namespace toccata
