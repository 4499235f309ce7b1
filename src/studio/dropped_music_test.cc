#include "studio/dropped_music.h"

#include <gtest/gtest.h>

#include "base/error.h"
#include "base/files.h"
#include "studio/test_studio.h"
#include "support/temporary_folder.h"

namespace toccata::studio {
namespace {

namespace fs = std::filesystem;

TEST(DroppedMusic, GivesFilesPlainNames) {
  EXPECT_EQ(dropped_name("tune.mid"), "tune.mid");
  EXPECT_EQ(dropped_name("a/b\\Für Elise (1).MID"), "Für Elise (1).MID");
  EXPECT_EQ(dropped_name("../../etc/passwd.mid"), "passwd.mid");
  EXPECT_EQ(dropped_name("what?<>|:*.midi"), "what______.midi");
  EXPECT_EQ(dropped_name("...hidden.abc"), "hidden.abc");
  EXPECT_EQ(dropped_name("\xff\xfe.kar"), "__.kar") << "no UTF-8";
  for (const char* bad : {"", ".", "..", ".mid", "x.exe", "x.mid/", "a/..", "mid", "x.mid.sh"})
    EXPECT_THROW(dropped_name(bad), Error) << bad;
  EXPECT_THROW(dropped_name(std::string(200, 'a') + ".mid"), Error);
}

TEST(DroppedMusic, KeepsFilesInFoldersOfItsOwn) {
  const TemporaryFolder home;
  DroppedMusic music(home.path() / "dropped");
  EXPECT_TRUE(music.folders().empty());
  music.add("bach", "one.mid", "first");
  music.add("bach", "one.mid", "first");
  music.add("bach", "one.mid", "second");
  music.add("folk", "two.mid", "third");
  ASSERT_EQ(music.folders().size(), 2u);
  const fs::path bach = music.folders()[0].path;
  EXPECT_TRUE(music.folders()[0].dropped);
  EXPECT_EQ(read_text(bach / "one.mid", 100), "first");
  EXPECT_EQ(read_text(bach / "one-2.mid", 100), "second");
  EXPECT_FALSE(fs::exists(bach / "one-3.mid"));
  music.remove("bach");
  EXPECT_FALSE(fs::exists(bach));
  EXPECT_EQ(music.folders().size(), 1u);
  for (const char* bad : {"", "..", ".", "/etc", "a/b", "folk/..", "@x", ".hidden", "-x"}) {
    EXPECT_THROW(music.add(bad, "x.mid", "x"), Error) << bad;
    EXPECT_THROW(music.remove(bad), Error) << bad;
  }
}

TEST(DroppedMusic, HasBounds) {
  const TemporaryFolder home;
  DroppedMusic music(home.path(), {.files = 2, .bytes = 10, .file_bytes = 8});
  music.add("a", "1.mid", "1234");
  EXPECT_THROW(music.add("b", "2.mid", "1234567"), Error) << "of all folders together";
  music.add("a", "2.mid", "12");
  EXPECT_THROW(music.add("a", "3.mid", "1"), Error) << "files of a folder";
  // What was there before is counted, too.
  DroppedMusic again(home.path(), {.files = 2, .bytes = 10, .file_bytes = 8});
  EXPECT_THROW(again.add("b", "2.mid", "1234567"), Error);
}

TEST(DroppedMusic, ComesOverTheInterfaceAndIsExamined) {
  const TestStudio studio;
  const auto drop = [&](const std::string& path, const std::string& bytes) {
    return studio.ask("POST", "/api/folders/" + path, bytes, "application/octet-stream").status;
  };
  EXPECT_EQ(drop("mine/tune.abc", "X:1\nT:A tune\nM:4/4\nL:1/4\nK:C\nCDEF|GABc|\n"), 201);
  EXPECT_EQ(drop("mine/broken.mid", "no MIDI"), 201);
  const Json folders = studio.ask("GET", "/api/folders").json()["folders"];
  ASSERT_EQ(folders.size(), 1u);
  EXPECT_EQ(folders[0]["name"], "mine");
  EXPECT_EQ(folders[0]["dropped"], true);
  const Json found = studio.ask("GET", "/api/folders/mine").json();
  EXPECT_EQ(found["totals"]["kept"], 1);
  ASSERT_EQ(found["files"].size(), 2u);
  EXPECT_EQ(found["files"][0]["name"], "broken.mid");
  EXPECT_EQ(found["files"][0]["kept"], false);
  EXPECT_EQ(found["files"][1]["notes"]["kept"], 8);

  EXPECT_EQ(drop("mine/page.html", "x"), 400);
  EXPECT_EQ(drop("mine/..%2f..%2fx.mid", "x"), 201);
  EXPECT_TRUE(fs::exists(fs::path(studio.folder()) / "runs/dropped-music/mine/x.mid"));
  EXPECT_EQ(drop("..%2fmine/x.mid", "x"), 400);
  EXPECT_EQ(drop("%2e%2e/x.mid", "x"), 400);
  EXPECT_EQ(studio.ask("POST", "/api/folders/mine/x.mid", "x", "text/plain").status, 415);
  EXPECT_EQ(studio.ask("DELETE", "/api/folders/other").status, 400);
  EXPECT_EQ(studio.ask("DELETE", "/api/folders/..").status, 400);
  EXPECT_EQ(studio.ask("DELETE", "/api/folders/mine").status, 200);
  EXPECT_TRUE(studio.ask("GET", "/api/folders").json()["folders"].empty());
}

}  // namespace
}  // namespace toccata::studio
