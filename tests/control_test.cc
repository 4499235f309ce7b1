// Control over what is composed, from outside: the lines of docs/composing.md and what can go wrong
// with them.

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <regex>
#include <sstream>

#include "base/json.h"
#include "music/bars.h"
#include "music/from_score.h"
#include "notation/event_file.h"
#include "notation/smf_reader.h"
#include "support/run_program.h"
#include "support/shared_data.h"

namespace toccata {
namespace {
namespace fs = std::filesystem;

using ::testing::HasSubstr;

const std::string kRoot = TOCCATA_SOURCE_DIR;
const std::string kModel = kRoot + "/models/chorales";

Outcome generate(const std::string& arguments) {
  return run_shell("cd " + kRoot + " && " TOCCATA_PROGRAMS "/toccata generate " + arguments);
}

class Control : public testing::Test {
 protected:
  // What `arguments` compose, one piece, as JSON. Made again from its receipt it is the same.
  Json composed(const std::string& arguments) {
    const std::string out = folder_.path().string();
    const Outcome made =
        generate(kModel + " " + arguments + " --batch 1 --seed 3 --json --out " + out);
    EXPECT_EQ(made.exit_code, 0) << made.err;
    if (made.exit_code) return {};
    const Json piece = parse_json(made.out, "generate").at("pieces").at(0);
    const std::string file = piece.at("file").get<std::string>();
    const Outcome again =
        generate("--again " + file + " --json --output " + kRoot + " --out " + out + "/again");
    EXPECT_EQ(again.exit_code, 0) << again.err;
    if (again.exit_code == 0) {
      const fs::path second = parse_json(again.out, "again").at("file").get<std::string>();
      EXPECT_EQ(read_file(second), read_file(file));
    }
    return piece;
  }
  TemporaryFolder folder_;
};

TEST_F(Control, FillsBars) {
  const Json piece = composed("--infill examples/amazing-grace.abc --bars 9-12 --particles 4");
  EXPECT_LT(piece.at("log_evidence").get<double>(), 0);
}

TEST_F(Control, HarmonisesAMelody) {
  composed("--melody examples/amazing-grace.abc --voice top --particles 4");
  // A track of a MIDI file: one that was composed has one.
  const std::string file = composed("--steps 32").at("file").get<std::string>();
  composed("--melody " + file + " --voice track 1");
  EXPECT_EQ(generate("--melody " + file + " --voice bottom " + kModel + " --batch 1 --out " +
                     folder_.path().string())
                .exit_code,
            0);
  const Outcome none = generate(kModel + " --melody " + file + " --voice track 7");
  EXPECT_EQ(none.exit_code, 2);
  EXPECT_THAT(none.err, HasSubstr("it has 1 track with notes"));
}

// The tick of a bar's beginning.
notation::Tick tick_of_bar(const notation::Score& score, long number) {
  constexpr int kGrid = 4;
  const music::Bars bars(music::meters_on_grid(score, kGrid), kGrid);
  double step = 0;
  while (bars.at(step).number < number) step = bars.at(step).end;
  return static_cast<notation::Tick>(step * score.ticks_per_quarter / kGrid);
}

// A file's events as text, but for texts (one is the receipt) and notes that begin and end from
// `begin` to `end`.
std::vector<std::string> events_outside(const fs::path& path, notation::Tick begin,
                                        notation::Tick end) {
  const notation::EventFile file = notation::read_event_file(read_file(path), path.string());
  std::vector<std::vector<bool>> left_out;
  for (const notation::FileTrack& track : file.tracks)
    left_out.emplace_back(track.events.size(), false);
  for (const notation::FileNote& note : notes_of(file)) {
    if (note.note.onset < begin || note.note.end > end) continue;
    left_out[note.track][note.on] = true;
    if (note.off) left_out[note.track][*note.off] = true;
  }
  std::vector<std::string> events;
  for (std::size_t t = 0; t < file.tracks.size(); ++t) {
    for (std::size_t i = 0; i < left_out[t].size(); ++i) {
      const notation::FileEvent& event = file.tracks[t].events[i];
      if (left_out[t][i] || (event.status == 0xff && event.first == 1)) continue;
      events.push_back(fmt::format("{} {} {:02x} {} {} {}", t, event.tick, event.status,
                                   event.first, event.second, fmt::join(file.data_of(event), " ")));
    }
  }
  return events;
}

// A performance with velocities, pedals and a tempo for every beat; a quartet; a tune of repeated
// notes under a model that cannot hear them.
TEST_F(Control, WhatIsGivenStays) {
  TOCCATA_NEEDS_SHARED("corpora");
  const fs::path corpora = shared_data("corpora");
  struct Example {
    fs::path file;
    std::string model;
    long first, last;
  };
  const std::vector<Example> examples = {
      {corpora / "piano-midi/mozart/mz_311_3.mid", "models/piano", 9, 10},
      {corpora / "lieder/Abbott-Jane-Bingham_Just-for-Today_lc6583477.mid", "models/chorales", 3,
       4},
      {corpora / "beginner-piano/MaryHadALittleLamb.mid", "models/benchmarks/nottingham", 3, 3}};
  for (const auto& [file, model, first, last] : examples) {
    SCOPED_TRACE(file);
    const Outcome made = generate(
        fmt::format("{} --infill '{}' --bars {}-{} --particles 2 --batch 1 --seed 1 --out {}",
                    model, file.string(), first, last, (folder_.path() / "stays").string()));
    ASSERT_EQ(made.exit_code, 0) << made.err;
    const fs::path piece = made.out.substr(0, made.out.find('\n'));
    const notation::Score score = notation::read_smf(read_file(file), file.string()).scores.front();
    const notation::Tick half_step = score.ticks_per_quarter / 8 + 1;
    const notation::Tick begin = tick_of_bar(score, first) - half_step;
    const notation::Tick end = tick_of_bar(score, last + 1) + half_step;
    EXPECT_EQ(events_outside(piece, begin, end), events_outside(file, begin, end));
    EXPECT_NE(events_outside(piece, 0, -1), events_outside(file, 0, -1));
    fs::remove(piece);
  }
}

TEST_F(Control, KeepsToLimits) {
  composed(
      "--steps 64 --key 'D minor' --range C2-A5 --fewest-notes 3 --most-notes 4 --ending tonic "
      "--particles 4");
  composed("--steps 64 --chords 'C | Am | F | G7' --fewest-notes 3 --ending C");
  composed(
      "--steps 48 --scale 'C pentatonic' --longest-silence 1/4 --repeat-gap 1/8 --density 1.3 "
      "--conservativity adaptive --temperature 1.1 --articulate-temperature 0.9 --pick heaviest");
}

TEST_F(Control, SaysWhatIsWrongAndWritesNothing) {
  const std::string out = (folder_.path() / "none").string();
  const auto error = [&](const std::string& arguments) {
    const Outcome outcome = generate(kModel + " " + arguments + " --out " + out);
    EXPECT_EQ(outcome.exit_code, 2) << arguments;
    EXPECT_TRUE(outcome.out.empty()) << arguments;
    return outcome.err;
  };
  EXPECT_THAT(error("--range C4-D4 --fewest-notes 5"), HasSubstr("bar 1"));
  EXPECT_THAT(error("--key 'H minor'"), HasSubstr("no key"));
  EXPECT_THAT(error("--chords 'C | Xx'"), HasSubstr("bar 2"));
  EXPECT_THAT(error("--voice middle --melody examples/amazing-grace.abc"),
              HasSubstr("top and bottom"));
  EXPECT_THAT(error("--voice top"), HasSubstr("--melody"));
  EXPECT_THAT(error("--infill examples/amazing-grace.abc"), HasSubstr("--bars"));
  EXPECT_THAT(error("--infill examples/amazing-grace.abc --bars 90-99"), HasSubstr("bars"));
  EXPECT_THAT(error("--infill examples/amazing-grace.abc --bars 2 --steps 9"),
              HasSubstr("leave out the primer, the meter, the steps and the bars"));
  EXPECT_THAT(error("--conservativity much"), HasSubstr("adaptive"));
  EXPECT_THAT(error("--particles 0"), HasSubstr("particles"));
  EXPECT_FALSE(fs::exists(out));
  EXPECT_EQ(generate(kModel + " --melody absent.mid --out " + out).exit_code, 1);
}

// As a newcomer would: line by line, in order.
TEST(LongControl, EveryLineOfTheGuideWorksAsItStands) {
  const TemporaryFolder folder;
  std::istringstream guide(read_text(kRoot + "/docs/composing.md"));
  int lines = 0;
  for (std::string line; std::getline(guide, line);) {
    if (!line.starts_with("    toccata generate ")) continue;
    for (std::string more; line.ends_with('\\') && std::getline(guide, more);)
      line.replace(line.size() - 1, 1, more);
    // "new" and "again" are the folders that the guide writes to.
    line = std::regex_replace(line, std::regex(" (new|again)"),
                              fmt::format(" {}/$1", folder.path().string()));
    const Outcome outcome =
        run_shell("cd " + kRoot + " && " TOCCATA_PROGRAMS "/" + line.substr(line.find("toccata")));
    EXPECT_EQ(outcome.exit_code, 0) << line << "\n" << outcome.err;
    EXPECT_FALSE(outcome.out.empty()) << line;
    ++lines;
  }
  EXPECT_GE(lines, 7);
}

}  // namespace
}  // namespace toccata
