// What base asks the operating system for.

#include <gtest/gtest.h>

#include <chrono>
#include <cmath>
#include <thread>

#include "base/child_process.h"
#include "base/error.h"
#include "base/file_map.h"
#include "base/files.h"
#include "base/folder_lock.h"
#include "base/open_file.h"
#include "base/shared_library.h"
#include "base/this_process.h"
#include "support/temporary_folder.h"

namespace toccata {
namespace {

TEST(Examine, TellsFilesFoldersAndNothingApart) {
  const TemporaryFolder folder;
  write_file(folder.path() / "a", "four");
  const FileFacts facts = examine(folder.path() / "a");
  EXPECT_EQ(facts.kind, FileFacts::Kind::regular);
  EXPECT_EQ(facts.size, 4u);
  EXPECT_EQ(examine(folder.path()).kind, FileFacts::Kind::folder);
  EXPECT_EQ(examine(folder.path() / "none").kind, FileFacts::Kind::unknown);
}

TEST(Examine, KnowsOneFileByAllItsNames) {
  const TemporaryFolder folder;
  write_file(folder.path() / "a", "1");
  write_file(folder.path() / "b", "1");
  std::filesystem::create_hard_link(folder.path() / "a", folder.path() / "c");
  EXPECT_EQ(examine(folder.path() / "a").identity, examine(folder.path() / "c").identity);
  EXPECT_NE(examine(folder.path() / "a").identity, examine(folder.path() / "b").identity);
}

TEST(FileMap, ShowsTheFilesBytesAlsoAfterTheirPagesAreReleased) {
  const TemporaryFolder folder;
  const Bytes bytes(10000, 7);
  write_file(folder.path() / "a", bytes);
  const FileMap map(folder.path() / "a");
  release_pages(map.bytes().subspan(5000));
  EXPECT_TRUE(std::ranges::equal(map.bytes(), bytes));
}

TEST(FileMap, RefusesWhatIsNotThereAndWhatIsEmpty) {
  const TemporaryFolder folder;
  write_file(folder.path() / "empty", "");
  EXPECT_THROW(FileMap(folder.path() / "none"), Error);
  EXPECT_THROW(FileMap(folder.path() / "empty"), Error);
}

TEST(FolderLock, IsHeldByOneAndFreedWithIt) {
  const TemporaryFolder folder;
  {
    const FolderLock first(folder.path());
    EXPECT_TRUE(first.held());
    EXPECT_FALSE(FolderLock(folder.path()).held());
  }
  EXPECT_TRUE(FolderLock(folder.path()).held());
  EXPECT_THROW(FolderLock(folder.path() / "none"), Error);
}

struct Ended {
  std::string text;
  int status;
};

Ended run(const std::vector<std::string>& words, bool interrupted = false) {
  ChildProcess child(words);
  if (interrupted) child.interrupt();
  Ended ended;
  while (const auto text = child.read()) ended.text += *text;
  child.wait_keeping_number();
  ended.status = child.wait();
  return ended;
}

TEST(ChildProcess, IsReadToItsEndAndTellsItsStatus) {
  const Ended ended =
      run({"sh", "-c", "echo \"$1\"; echo to errors >&2; exit 3", "sh", "a \"b\" c"});
  EXPECT_EQ(ended.text, "a \"b\" c\nto errors\n");
  EXPECT_EQ(ended.status, 3);
}

TEST(ChildProcess, EndsWhenItIsInterrupted) {
  EXPECT_EQ(run({"sleep", "60"}, true).status, 128 + 2);
}

TEST(ChildProcess, IsNotWaitedForThroughAChildOfItsOwnThatKeepsThePipe) {
  const auto begun = std::chrono::steady_clock::now();
  EXPECT_EQ(run({"sh", "-c", "sleep 20 & exit 0"}).status, 0);
  EXPECT_LT(std::chrono::steady_clock::now() - begun, std::chrono::seconds(10));
}

TEST(ChildProcess, SaysWhatCannotBeStarted) {
  try {
    const ChildProcess child({"no-such-program-anywhere"});
    FAIL();
  } catch (const Error& error) {
    EXPECT_NE(std::string(error.what()).find("no-such-program-anywhere"), std::string::npos);
  }
}

TEST(SharedLibrary, FindsItsSymbolsAndNamesWhatItHasNot) {
  const SharedLibrary library("libm.so.6");
  EXPECT_EQ(library.function<double(double)>("sqrt")(9.0), 3.0);
  EXPECT_THROW(library.symbol("no_such_function"), Error);
  EXPECT_THROW(SharedLibrary("libnone-of-this-name.so"), Error);
}

TEST(ThisProcess, KnowsItself) {
  EXPECT_TRUE(std::filesystem::exists(program_path()));
  EXPECT_EQ(program_path().filename(), "base_tests");
  EXPECT_GT(process_age(), 0.0);
  EXPECT_LT(process_age(), 3600.0);
  EXPECT_GE(processors().present, processors().allowed);
  EXPECT_GE(processors().allowed, 1);
  EXPECT_FALSE(host_name().empty());
}

TEST(ThisProcess, ReadsItsEnvironment) {
  ::setenv("TOCCATA_OF_THE_TEST", "", 1);
  EXPECT_EQ(environment("TOCCATA_OF_THE_TEST"), "");
  ::unsetenv("TOCCATA_OF_THE_TEST");
  EXPECT_EQ(environment("TOCCATA_OF_THE_TEST"), std::nullopt);
  EXPECT_EQ(path_list(":/a::b:"), (std::vector<std::filesystem::path>{"/a", "b"}));
}

}  // namespace
}  // namespace toccata
