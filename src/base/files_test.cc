#include "base/files.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <fstream>
#include <stdexcept>

#include "base/error.h"
#include "support/temporary_folder.h"

namespace toccata {
namespace {

using ::testing::HasSubstr;
using ::testing::ThrowsMessage;

TEST(WriteFile, ReplacesTheWholeFileAndLeavesNothingElse) {
  const TemporaryFolder folder;
  const auto path = folder.path() / "a" / "b.txt";
  write_file(path, "one");
  write_file(path, "two");
  EXPECT_EQ(read_text(path), "two");
  EXPECT_EQ(std::distance(std::filesystem::directory_iterator(path.parent_path()), {}), 1);
}

TEST(AppendFile, SaysThatTheDiskIsFull) {
  if (!std::filesystem::is_character_file("/dev/full")) GTEST_SKIP() << "no /dev/full here";
  // /dev/full takes no bytes; append_file is the one writer that goes to the named file itself.
  EXPECT_THAT([] { append_file("/dev/full", "x"); },
              ThrowsMessage<Error>(HasSubstr("No space left")));
}

TEST(WriteFile, ReplacesNoFolderAndNoDevice) {
  const TemporaryFolder folder;
  const auto pipe = folder.path() / "pipe";
  ASSERT_EQ(::mkfifo(pipe.c_str(), 0600), 0);
  EXPECT_THAT([&] { write_file(pipe, "x"); }, ThrowsMessage<Error>(HasSubstr("pipe")));
  EXPECT_THAT([&] { write_file_with(pipe, [](const auto&) { FAIL() << "must not be asked"; }); },
              ThrowsMessage<Error>(HasSubstr("pipe")));
  EXPECT_TRUE(std::filesystem::is_fifo(pipe));
  EXPECT_THAT([&] { write_file(folder.path(), "x"); },
              ThrowsMessage<Error>(HasSubstr("found a directory")));
}

TEST(WriteFolder, AppearsWholeOrNotAtAll) {
  const TemporaryFolder folder;
  const auto path = folder.path() / "step-1";
  write_folder(path, [](const auto& inside) { write_file(inside / "x", "1"); });
  EXPECT_EQ(read_text(path / "x"), "1");
  EXPECT_THROW(write_folder(path,
                            [](const auto& inside) {
                              write_file(inside / "x", "2");
                              fail("half way");
                            }),
               Error);
  EXPECT_EQ(read_text(path / "x"), "1");
  write_folder(path, [](const auto& inside) { write_file(inside / "y", "3"); });
  EXPECT_FALSE(std::filesystem::exists(path / "x"));
  EXPECT_EQ(std::distance(std::filesystem::directory_iterator(folder.path()), {}), 1);
}

TEST(ReadFile, SaysWhatIsWrong) {
  const TemporaryFolder folder;
  EXPECT_THAT([&] { read_file(folder.path() / "none"); },
              ThrowsMessage<Error>(HasSubstr("No such file")));
  EXPECT_THAT([&] { read_file(folder.path()); },
              ThrowsMessage<Error>(HasSubstr("found a directory")));
  write_file(folder.path() / "big", std::string(11, 'x'));
  EXPECT_THAT([&] { read_file(folder.path() / "big", 10); },
              ThrowsMessage<Error>(HasSubstr("11 bytes")));
}

TEST(WriteFileWith, KeepsWhatAWriterOfItsOwnFinishedAndNothingElse) {
  const TemporaryFolder folder;
  const auto path = folder.path() / "sound.wav";
  write_file_with(path, [](const std::filesystem::path& temporary) {
    EXPECT_TRUE(is_temporary(temporary));
    std::ofstream(temporary) << "whole";
  });
  EXPECT_EQ(read_text(path), "whole");
  EXPECT_THROW(write_file_with(path,
                               [](const std::filesystem::path& temporary) {
                                 std::ofstream(temporary) << "half";
                                 throw std::runtime_error("encoder failed");
                               }),
               std::runtime_error);
  EXPECT_THROW(write_file_with(path, [](const std::filesystem::path&) {}),
               Error);  // it made no file
  EXPECT_EQ(read_text(path), "whole");
  EXPECT_EQ(std::distance(std::filesystem::directory_iterator(folder.path()), {}), 1);
}

}  // namespace
}  // namespace toccata
