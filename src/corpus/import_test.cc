#include "corpus/import.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "base/error.h"
#include "corpus/test_music.h"
#include "music/test_songs.h"
#include "notation/smf_writer.h"
#include "support/shared_data.h"
#include "support/temporary_folder.h"

namespace toccata::corpus {
namespace {

namespace fs = std::filesystem;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

class Import : public testing::Test {
 protected:
  void write(const std::string& name, const Bytes& bytes) {
    fs::create_directories((folder.path() / name).parent_path());
    std::ofstream(folder.path() / name, std::ios::binary)
        .write(reinterpret_cast<const char*>(bytes.data()),
               static_cast<std::streamsize>(bytes.size()));
  }
  void write(const std::string& name, std::string_view text) {
    write(name, Bytes(text.begin(), text.end()));
  }

  Corpus read(std::vector<fs::path> paths = {}) {
    if (paths.empty()) paths = {folder.path()};
    const Corpus corpus = read_paths(paths, options, progress, stop);
    for (const FileReport& file : corpus.report.files)
      EXPECT_EQ(file.notes_read, file.notes_kept + file.merged + file.dropped + file.drums)
          << file.name;
    return corpus;
  }

  std::string error(std::vector<fs::path> paths = {}) {
    if (paths.empty()) paths = {folder.path()};
    try {
      import_paths(paths, options, progress, stop);
      return "no error";
    } catch (const Error& thrown) {
      return thrown.what();
    }
  }

  static std::vector<std::string> names(const Corpus& corpus) {
    std::vector<std::string> all;
    for (const Piece& piece : corpus.pieces) all.push_back(piece.name);
    return all;
  }

  static const FileReport& row(const Corpus& corpus, const std::string& name) {
    for (const FileReport& file : corpus.report.files)
      if (file.name == name) return file;
    ADD_FAILURE() << "no row " << name;
    static const FileReport none;
    return none;
  }

  TemporaryFolder folder;
  ImportOptions options;
  TestProgress progress;
  Stop stop;
};

TEST_F(Import, FindsMusicInEveryFolderUnderEveryCaseOfItsNames) {
  write("b.MID", test_scale(60, 4));
  write("a/x.midi", test_scale(61, 5));
  write("a/deep/er/y.KaR", test_scale(62, 6));
  write("a/readme.txt", "not music");
  EXPECT_THAT(names(read()), ElementsAre("a/deep/er/y.KaR", "a/x.midi", "b.MID"));
  EXPECT_THAT(read().report.files, SizeIs(3));
}

TEST_F(Import, TellsPiecesOfSeveralPathsApart) {
  write("a/x.mid", test_scale(60, 4));
  write("b/x.mid", test_scale(60, 5));
  write("deep/a/x.mid", test_scale(60, 6));
  const fs::path f = folder.path();
  EXPECT_THAT(names(read({f / "b", f / "a/"})), ElementsAre("b/x.mid", "a/x.mid"));
  EXPECT_THAT(names(read({f / "a" / "x.mid"})), ElementsAre("x.mid"));
  // Two folders called "a": the whole paths tell them apart.
  EXPECT_THAT(names(read({f / "a", f / "deep/a"})),
              ElementsAre((f / "a/x.mid").string(), (f / "deep/a/x.mid").string()));
}

TEST_F(Import, ReadsNothingTwice) {
  write("a/x.mid", test_scale(60, 4));
  fs::create_symlink("x.mid", folder.path() / "a/y.mid");
  const Corpus corpus = read({folder.path(), folder.path() / "a"});
  EXPECT_THAT(corpus.pieces, SizeIs(1));
  EXPECT_THAT(corpus.report.files[1].reason, HasSubstr("the same file as"));
  EXPECT_FALSE(corpus.report.files[1].unreadable);
}

TEST_F(Import, LoopsOfLinksEnd) {
  write("a/x.mid", test_scale(60, 4));
  fs::create_directory_symlink("..", folder.path() / "a/up");
  fs::create_symlink("self.mid", folder.path() / "self.mid");
  const Corpus corpus = read();
  EXPECT_THAT(names(corpus), ElementsAre("a/x.mid"));
  EXPECT_THAT(row(corpus, "a/up").reason, HasSubstr("read already"));
  EXPECT_TRUE(row(corpus, "self.mid").unreadable);
}

TEST_F(Import, OneBadFileNeverStopsAFolderAndEachIsNamedOnce) {
  write("good.mid", test_scale(60, 4));
  write("empty.mid", "");
  write("page.mid", "<html><body>404</body></html>");
  fs::create_directory(folder.path() / "x.mid");
  write("x.mid/inside.mid", test_scale(70, 4));
  write("noppq.mid", Bytes{'M', 'T', 'h', 'd', 0, 0, 0, 6, 0, 0, 0, 1, 0, 0});
  ::mkfifo((folder.path() / "pipe.mid").c_str(), 0600);
  fs::create_symlink("gone", folder.path() / "broken.mid");
  const Corpus corpus = read();
  EXPECT_THAT(names(corpus), ElementsAre("good.mid", "x.mid/inside.mid"));
  EXPECT_THAT(corpus.report.files, SizeIs(8));
  for (const char* name :
       {"empty.mid", "page.mid", "x.mid", "noppq.mid", "pipe.mid", "broken.mid"}) {
    EXPECT_FALSE(row(corpus, name).kept) << name;
    EXPECT_FALSE(row(corpus, name).reason.empty()) << name;
    // A folder's music is read: nothing is lost, and max_bad does not count it.
    EXPECT_EQ(row(corpus, name).unreadable, name != std::string("x.mid")) << name;
  }
  EXPECT_EQ(totals(corpus.report).unreadable, 5);
}

TEST_F(Import, StopsForBadFilesWhenAsked) {
  write("good.mid", test_scale(60, 4));
  write("bad.mid", "x");
  options.max_bad = 1;
  EXPECT_EQ(error(), "no error");
  options.max_bad = 0;
  EXPECT_THAT(error(), AllOf(HasSubstr("1 file cannot be read"), HasSubstr("bad.mid")));
}

TEST_F(Import, AFileWithoutPermissionIsReported) {
  write("secret.mid", test_scale(60, 4));
  write("good.mid", test_scale(60, 4));
  fs::permissions(folder.path() / "secret.mid", fs::perms::none);
  fs::permissions(folder.path(), fs::perms(0755));
  // The superuser may read everything: for once, be nobody.
  const bool superuser = ::geteuid() == 0;
  if (superuser) {
    ASSERT_EQ(::seteuid(65534), 0);
  }
  const Corpus corpus = read();
  if (superuser) {
    ASSERT_EQ(::seteuid(0), 0);
  }
  EXPECT_THAT(row(corpus, "secret.mid").reason, HasSubstr("Permission denied"));
  EXPECT_TRUE(row(corpus, "secret.mid").unreadable);
  EXPECT_TRUE(row(corpus, "good.mid").kept);
}

TEST_F(Import, NamesThatAreNotUtf8AreMadeSo) {
  write("ok.mid", test_scale(60, 4));
  write("caf\xe9.mid", test_scale(60, 5));
  write("caf\xc3\xa9.mid", test_scale(60, 6));
  const Corpus corpus = read();
  EXPECT_THAT(corpus.pieces, SizeIs(3));
  EXPECT_NO_THROW(to_json(corpus.report).dump());
  EXPECT_EQ(
      std::set<std::string>({corpus.pieces[0].name, corpus.pieces[1].name, corpus.pieces[2].name}),
      std::set<std::string>({"ok.mid", "caf\xc3\xa9.mid", "caf\xc3\xa9.mid~2"}));
}

TEST_F(Import, LeavesShortPiecesOutAndSaysHowLongTheLongestIs) {
  write("four.mid", test_scale(60, 4));   // 16 steps
  write("eight.mid", test_scale(60, 8));  // 32 steps
  options.min_steps = 32;
  const Corpus corpus = read();
  EXPECT_THAT(names(corpus), ElementsAre("eight.mid"));
  EXPECT_THAT(row(corpus, "four.mid").reason, AllOf(HasSubstr("too short"), HasSubstr("16")));
  EXPECT_EQ(row(corpus, "four.mid").notes_read, 4);
  options.min_steps = 33;
  EXPECT_THAT(error(), AllOf(HasSubstr("longest"), HasSubstr("32"), HasSubstr("33")));
}

TEST_F(Import, SaysWhatIsMissing) {
  EXPECT_THAT(error({folder.path() / "nowhere"}), HasSubstr("nowhere"));
  EXPECT_THAT(error(), AllOf(HasSubstr(folder.path().string()), HasSubstr("no music found")));
  write("bad.mid", "x");
  EXPECT_THAT(error(), AllOf(HasSubstr("no piece"), HasSubstr("bad.mid")));
  write("bad.mid", test_midi({{36, 0, 24, 9}}));
  EXPECT_THAT(error(), HasSubstr("no notes but drums (1)"));
}

TEST_F(Import, CountsWhatBecameOfEveryNote) {
  // Ticks of 96 a quarter: 24 a step. One kept on the grid, one moved by a quarter step, one merged
  // with it, one folded from below, one drum.
  write("x.mid",
        test_midi(
            {{60, 0, 24, 0}, {62, 30, 48, 0}, {62, 24, 30, 1}, {12, 48, 72, 0}, {40, 48, 72, 9}}));
  const Corpus corpus = read();
  const FileReport& found = row(corpus, "x.mid");
  EXPECT_EQ(found.notes_read, 5);
  EXPECT_EQ(found.notes_kept, 3);
  EXPECT_EQ(found.merged, 1);
  EXPECT_EQ(found.folded, 1);
  EXPECT_EQ(found.drums, 1);
  EXPECT_EQ(found.moved, 1);
  EXPECT_DOUBLE_EQ(found.most_moved, 0.25);
  EXPECT_DOUBLE_EQ(found.mean_move, 0.25 / 4);
  EXPECT_EQ(found.steps, 3);
  EXPECT_DOUBLE_EQ(found.bars, 3.0 / 16);
  EXPECT_THAT(found.meters, ElementsAre("4/4"));
  const OrderedJson json = to_json(corpus.report);
  EXPECT_EQ(json["files"][0]["notes"]["read"], 5);
  EXPECT_EQ(json["totals"]["notes"]["merged"], 1);
  EXPECT_EQ(json["totals"]["kept"], 1);
  EXPECT_EQ(json["files"][0]["moved"]["most_steps"], 0.25);
}

TEST_F(Import, RepairsUnlessStrict) {
  Bytes open_end = test_scale(60, 4);
  open_end.resize(open_end.size() - 4);  // without its end of track
  open_end[21] = static_cast<std::uint8_t>(open_end[21] - 4);
  write("x.mid", open_end);
  const Corpus mended = read();
  EXPECT_THAT(mended.pieces, SizeIs(1));
  ASSERT_THAT(row(mended, "x.mid").repairs, SizeIs(1));
  EXPECT_THAT(row(mended, "x.mid").repairs[0], HasSubstr("byte"));
  EXPECT_EQ(row(mended, "x.mid").repair_count, 1u);
  options.strict = true;
  EXPECT_TRUE(row(read(), "x.mid").unreadable);
}

TEST_F(Import, ReadsMusicWrittenAsText) {
  write("tune.abc", "X:1\nT:four quarters\nM:4/4\nL:1/4\nK:C\nC D E F |\n");
  write("broken.abc", "X:1\nK:C\n[CE");
  const Corpus corpus = read();
  ASSERT_THAT(names(corpus), ElementsAre("tune.abc"));
  EXPECT_EQ(corpus.pieces[0].roll.steps, 16);
  EXPECT_EQ(row(corpus, "tune.abc").notes_kept, 4);
  EXPECT_TRUE(row(corpus, "broken.abc").unreadable);
}

TEST_F(Import, ReadsRollFiles) {
  write("set.json", R"({"train": [[[60, 64], [60, 64], [], [64]], [[67]]], "test": [[[20]]],
                       "meter": "3/4", "by": {"train": "someone"}})");
  options.roll.grid = 2;
  const Corpus corpus = read({folder.path() / "set.json"});
  EXPECT_THAT(names(corpus), ElementsAre("train[0]", "train[1]", "test[0]"));
  const music::Roll& first = corpus.pieces[0].roll;
  EXPECT_FALSE(first.articulation);
  EXPECT_FALSE(corpus.roll.articulation);
  EXPECT_EQ(first.steps, 4);
  EXPECT_EQ(first.grid, 2);
  EXPECT_THAT(first.meters, ElementsAre(music::MeterAt{0, 3, 4}));
  const auto plays = [&](int t, int pitch) { return first.frame(t)[pitch - first.low]; };
  EXPECT_EQ(plays(0, 60), music::kPlay);
  EXPECT_EQ(plays(1, 64), music::kPlay);
  EXPECT_EQ(plays(2, 64), 0);
  EXPECT_EQ(plays(3, 64), music::kPlay);
  EXPECT_EQ(plays(3, 60), 0);
  EXPECT_EQ(row(corpus, "train[0]").notes_read, 3);
  EXPECT_EQ(row(corpus, "test[0]").folded, 1);
  EXPECT_EQ(corpus.given_split.at("train[1]"), Part::train);
  EXPECT_EQ(corpus.given_split.at("test[0]"), Part::test);
}

TEST_F(Import, RollFilesWithoutAMeterHaveTheModels) {
  write("set.json", R"({"train": [[[60], [60], [60], [60], [60], [62]]]})");
  options.roll.grid = 1;
  options.roll.meter_denominator = 1;  // bars of 16 quarter notes, beats of four
  const music::Roll roll = read().pieces.at(0).roll;
  EXPECT_THAT(roll.meters, ElementsAre(music::MeterAt{0, 4, 1}));
  EXPECT_EQ(roll.bar_phase[5], 5 / 16.0f);
  EXPECT_EQ(roll.beat_phase[5], 1 / 4.0f);
}

TEST_F(Import, ReadsPlayedMusicOnItsBeatsAndSaysSo) {
  write("played.mid", notation::write_smf(music::song(40, 4, 4, music::freely_played())));
  write("written.mid",
        notation::write_smf(music::song(40, 4, 4, [](double beat) { return 0.5 * beat; })));
  const Corpus found = read();
  const FileReport& played = row(found, "played.mid");
  EXPECT_TRUE(played.beats.used);
  EXPECT_THAT(played.verdicts, ElementsAre(HasSubstr("played freely: read on the beats found")));
  EXPECT_NEAR(played.bars, 40, 2);
  EXPECT_LT(played.mean_move, 0.12);
  const OrderedJson json = to_json(found.report);
  EXPECT_EQ(json["files"][0]["beats"]["kind"], "free");
  EXPECT_EQ(json["files"][0]["beats"]["used"], true);
  EXPECT_GT(json["files"][0]["beats"]["confidence"], 0.2);
  EXPECT_LT(json["files"][0]["beats"]["slowest"], json["files"][0]["beats"]["fastest"]);
  EXPECT_EQ(json["files"][1]["beats"]["kind"], "as written");
  options.roll.beats = music::BeatsFrom::file;
  const Corpus file = read();
  EXPECT_GT(row(file, "played.mid").mean_move, 0.2);
  EXPECT_EQ(file.pieces[1].roll, found.pieces[1].roll);
}

// Music that has no beats to find, or hardly any: what is read is what the file's own grid gives,
// or the music is at least all there.
TEST_F(Import, OddMusicIsReadNoWorseThanOnTheFilesOwnGrid) {
  using notation::Score;
  std::map<std::string, Score> odd;
  Score& one = odd["one-note.mid"];
  one.tracks.resize(1);
  one.tracks[0].notes = {{.onset = 7, .end = 99}};
  one.end = 99;
  Score& heap = odd["100000-notes-on-one-tick.mid"];
  heap.tracks.resize(1);
  heap.tracks[0].notes.assign(100'000, {.onset = 7, .end = 9});
  heap.end = 9;
  const Score played = music::song(40, 4, 4, music::freely_played());
  odd["slow.mid"] = odd["fast.mid"] = odd["loud.mid"] = odd["drums.mid"] = played;
  odd["slow.mid"].tempos = {{0, 0xffffff}};  // the slowest that a file can say: 3.6 per minute
  odd["fast.mid"].tempos = {{0, 200}};       // 300,000
  const auto later = [](Score score, notation::Tick ticks, std::size_t from) {
    auto& notes = score.tracks[0].notes;
    for (std::size_t i = from; i < notes.size(); ++i)
      notes[i].onset += ticks, notes[i].end += ticks;
    score.end += ticks;
    return score;
  };
  odd["a-minute-of-silence.mid"] = later(played, 60 * 960, played.tracks[0].notes.size() / 2);
  for (notation::Note& note : odd["loud.mid"].tracks[0].notes) note.velocity = 127;
  for (notation::Note& note : odd["drums.mid"].tracks[0].notes)
    note.channel = notation::kDrumChannel;
  Score& takes = odd["three-takes.mid"] = played;  // at tempos of their own
  for (const double period : {0.4, 0.83}) {
    const Score next = later(music::song(16, 3, 2, [&](double beat) { return period * beat; }),
                             takes.end + 2000, 0);
    auto& all = takes.tracks[0].notes;
    all.insert(all.end(), next.tracks[0].notes.begin(), next.tracks[0].notes.end());
    takes.end = next.end;
  }
  for (const auto& [name, score] : odd) write(name, notation::write_smf(score));
  options.roll.drums = true;
  const Corpus found = read();
  options.roll.beats = music::BeatsFrom::file;
  const Corpus own = read();
  for (const auto& [name, score] : odd) {
    const FileReport &now = row(found, name), &before = row(own, name);
    EXPECT_TRUE(now.kept) << name << now.reason;
    EXPECT_EQ(now.notes_read, before.notes_read) << name;
    if (!now.beats.used) {
      EXPECT_EQ(now.notes_kept, before.notes_kept) << name;
    } else {
      EXPECT_LT(now.mean_move, before.mean_move) << name;
      EXPECT_GE(now.notes_kept, before.notes_kept * 9 / 10) << name;
    }
  }
  for (const char* name : {"one-note.mid", "100000-notes-on-one-tick.mid"})
    EXPECT_FALSE(row(found, name).beats.used) << name;
  for (const char* name : {"loud.mid", "a-minute-of-silence.mid", "three-takes.mid"})
    EXPECT_TRUE(row(found, name).beats.used) << name;
}

TEST_F(Import, RollFilesKeepTheirSilence) {
  write("set.json", R"({"train": [[[], [], [60], [], [], [], []]]})");
  EXPECT_EQ(read().pieces.at(0).roll.steps, 7);
  EXPECT_EQ(read().pieces.at(0).name, "set.json:train[0]");
}

TEST_F(Import, RollFilesObeyTheRange) {
  write("set.json", R"({"train": [[[60, 120]], [[60]]]})");
  options.roll.out_of_range = music::OutOfRange::refuse;
  const Corpus corpus = read();
  EXPECT_THAT(row(corpus, "set.json:train[0]").reason, AllOf(HasSubstr("120"), HasSubstr("bar 1")));
  EXPECT_TRUE(row(corpus, "set.json:train[1]").kept);
  options.roll.out_of_range = music::OutOfRange::drop;
  EXPECT_EQ(row(read(), "set.json:train[0]").dropped, 1);
}

TEST_F(Import, RefusesRollFilesThatAreNot) {
  const auto why = [&](std::string_view text) {
    write("set.json", text);
    const Corpus corpus = read({folder.path() / "set.json"});
    EXPECT_TRUE(corpus.pieces.empty()) << text;
    EXPECT_TRUE(corpus.report.files.at(0).unreadable) << text;
    return corpus.report.files.at(0).reason;
  };
  EXPECT_THAT(why(R"({"train": [[[60], [128]]]})"),
              AllOf(HasSubstr("train[0], frame 1"), HasSubstr("128")));
  EXPECT_THAT(why(R"({"train": [[[60], 61]]})"), HasSubstr("expected a frame"));
  EXPECT_THAT(why(R"({"train": [[[60.5]]]})"), HasSubstr("train[0], frame 0"));
  EXPECT_THAT(why(R"({"train": [[[[60]]]]})"), HasSubstr("found a list"));
  EXPECT_THAT(why(R"({"train": ["a.mid"]})"), HasSubstr("split.json"));
  EXPECT_THAT(why(R"({"train": [[[60]])"), HasSubstr("not valid JSON"));
  EXPECT_THAT(why(R"({"train": []})"), HasSubstr("no piece"));
  EXPECT_THAT(why(R"({"notes": []})"), HasSubstr("no roll file"));
  EXPECT_THAT(why("[1]"), HasSubstr("no roll file"));
  EXPECT_THAT(why(R"({"train": [[[60]]], "meter": "3/5"})"), HasSubstr("meter"));
  EXPECT_THAT(why(R"({"train": [[[60]]], "steps_per_beat": 2})"), HasSubstr("--grid 2"));
  EXPECT_THAT(why(R"({"train": [[[60]]], "steps_per_beat": "2"})"), HasSubstr("steps_per_beat"));
}

TEST_F(Import, MusicBesideARollFileIsReadWithoutArticulation) {
  write("a.mid", test_scale(60, 4));
  write("b.json", R"({"train": [[[60]]]})");
  const Corpus corpus = read();
  ASSERT_THAT(names(corpus), ElementsAre("a.mid", "b.json:train[0]"));
  EXPECT_FALSE(corpus.pieces[0].roll.articulation);
  EXPECT_FALSE(corpus.roll.articulation);
}

TEST_F(Import, ASplitFileGivesPartsAndIsNoMusic) {
  write("set/a.mid", test_scale(60, 4));
  write("set/sub/b.mid", test_scale(60, 5));
  write("set/c.mid", test_scale(60, 6));
  write("set/split.json", R"({"train": ["a.mid"], "valid": ["sub/b.mid"], "test": ["gone.mid"]})");
  for (const bool above : {false, true}) {
    const Corpus corpus = read({above ? folder.path() : folder.path() / "set"});
    const std::string prefix = above ? "set/" : "";
    EXPECT_THAT(corpus.given_split, ElementsAre(std::pair(prefix + "a.mid", Part::train),
                                                std::pair(prefix + "sub/b.mid", Part::valid)));
    EXPECT_THAT(corpus.report.files, SizeIs(3));
    EXPECT_THAT(progress.warnings.back(), HasSubstr("gone.mid"));
  }
  write("set/split.json", R"({"train": ["a.mid"], "test": ["a.mid"]})");
  EXPECT_THAT(error(), AllOf(HasSubstr("a.mid"), HasSubstr("one part")));
  write("set/split.json", R"({"train": [1]})");
  EXPECT_THAT(error(), AllOf(HasSubstr("split.json"), HasSubstr("train")));
}

TEST_F(Import, NamesDuplicatesWhateverTheirKey) {
  write("a.mid", test_scale(60, 4));
  write("b.mid", test_scale(55, 4));
  write("c.mid", test_scale(55, 5));
  const Corpus corpus = read();
  EXPECT_EQ(corpus.pieces[0].hash, corpus.pieces[1].hash);
  EXPECT_NE(corpus.pieces[0].hash, corpus.pieces[2].hash);
  EXPECT_EQ(row(corpus, "b.mid").duplicate_of, "a.mid");
  EXPECT_EQ(row(corpus, "a.mid").duplicate_of, "");
  EXPECT_EQ(totals(corpus.report).duplicates, 1);
}

TEST_F(Import, SuggestsAGridOverAllFiles) {
  // Triplets in one file, quarters in another.
  write("a.mid", test_midi({{60, 0, 32, 0}, {61, 32, 64, 0}, {62, 64, 96, 0}}));
  write("b.mid", test_scale(60, 4));
  const Corpus corpus = read();
  EXPECT_EQ(row(corpus, "a.mid").suggested_grid, 12);
  EXPECT_EQ(row(corpus, "b.mid").suggested_grid, 4);
  EXPECT_EQ(corpus.report.suggested_grid, 12);
}

TEST_F(Import, IsTheSameWithAnyNumberOfThreads) {
  for (int i = 0; i < 40; ++i)
    write(fmt::format("{}.mid", i), i % 7 ? test_scale(40, 3 + i) : Bytes{1});
  options.threads = 1;
  OrderedJson one = to_json(read().report);
  options.threads = 5;
  OrderedJson five = to_json(read().report);
  one.erase("seconds");
  five.erase("seconds");
  EXPECT_EQ(one, five);
}

TEST_F(Import, LeavesWhenAskedTo) {
  write("a.mid", test_scale(60, 4));
  stop.request(2);
  EXPECT_THAT(error(), HasSubstr("stopped"));
}

TEST_F(Import, RefusesOptionsOutsideTheirBounds) {
  write("a.mid", test_scale(60, 4));
  options.roll.grid = 0;
  try {
    read();
    FAIL();
  } catch (const Error& thrown) {
    EXPECT_EQ(thrown.kind(), ErrorKind::usage);
  }
}

class ImportCorpora : public Import {};

TEST_F(ImportCorpora, KeepEveryNote) {
  TOCCATA_NEEDS_SHARED("corpora");
  for (const auto& [name, files] :
       {std::pair{"piano-midi", 271}, {"bach-fugues", 32}, {"beginner-piano", 10}}) {
    const Corpus corpus = read({shared_data("corpora") / name});
    const ImportTotals sum = totals(corpus.report);
    EXPECT_EQ(sum.files, files) << name;
    EXPECT_EQ(sum.kept, files) << name;
    EXPECT_EQ(sum.unreadable, 0) << name;
    EXPECT_GT(sum.notes_kept, 0) << name;
    EXPECT_EQ(sum.dropped, 0) << name;
  }
}

TEST_F(ImportCorpora, TheGivenSplitOfPianoMidiNamesEveryPiece) {
  TOCCATA_NEEDS_SHARED("corpora/piano-midi");
  const Corpus corpus = read({shared_data("corpora/piano-midi")});
  EXPECT_EQ(corpus.given_split.size(), corpus.pieces.size());
  EXPECT_THAT(progress.warnings, IsEmpty());
}

TEST_F(ImportCorpora, RollFilesHaveTheirPublishedSizes) {
  TOCCATA_NEEDS_SHARED("rolls");
  options.roll.low = 21;
  options.roll.high = 108;
  options.roll.out_of_range = music::OutOfRange::refuse;
  const Corpus corpus = read({shared_data("rolls/jsb-quarter.json")});
  std::array<int, 3> pieces = {};
  for (const auto& [name, part] : corpus.given_split) ++pieces[static_cast<std::size_t>(part)];
  EXPECT_THAT(pieces, ElementsAre(229, 76, 77));  // Boulanger-Lewandowski et al. 2012
}

}  // namespace
}  // namespace toccata::corpus
