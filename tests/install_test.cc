// cmake --install into a folder of its own, and a program of somebody else's that composes with
// what lies there: by find_package(Toccata), and by pkg-config.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/run_program.h"

namespace toccata {
namespace {
namespace fs = std::filesystem;

using ::testing::HasSubstr;

class LongInstall : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    folder_ = new TemporaryFolder;
    const Outcome installed =
        run_shell("cmake --install " TOCCATA_PROGRAMS " --prefix " + prefix().string());
    ASSERT_EQ(installed.exit_code, 0) << installed.out << installed.err;
  }
  static void TearDownTestSuite() {
    delete folder_;
    folder_ = nullptr;
  }
  static fs::path prefix() { return folder_->path() / "prefix"; }
  /// A copy of the example, away from the source tree.
  static fs::path example(const std::string& name) {
    const fs::path copy = folder_->path() / name;
    fs::copy(TOCCATA_SOURCE_DIR "/examples/library", copy);
    return copy;
  }
  /// Runs a built example; its file is the command line's music for the same seed.
  static void composes(const fs::path& program) {
    const fs::path place = program.parent_path();
    const Outcome composed =
        run_shell("cd " + place.string() + " && XDG_DATA_DIRS=" + (prefix() / "share").string() +
                  " " + program.string() + " chorales 5");
    ASSERT_EQ(composed.exit_code, 0) << composed.err;
    EXPECT_THAT(composed.out, HasSubstr("nats per step"));
    const Outcome made = run_shell("cd / && " + (prefix() / "bin/toccata").string() +
                                   " generate chorales --steps 128 --batch 1 --seed 5 --out " +
                                   place.string() + "/made");
    ASSERT_EQ(made.exit_code, 0) << made.err;
    // Note for note: each beside its own folder under the same name, as a table.
    fs::rename(fs::directory_iterator(place / "made")->path(), place / "made/composed.mid");
    const auto notes = [](const fs::path& folder) {
      return run_shell("cd " + folder.string() + " && " + (prefix() / "bin/toccata").string() +
                       " score chorales composed.mid")
          .out;
    };
    const std::string ours = notes(place);
    EXPECT_GT(ours.size(), 1000U);
    EXPECT_EQ(ours, notes(place / "made"));
  }

  static TemporaryFolder* folder_;
};
TemporaryFolder* LongInstall::folder_ = nullptr;

TEST_F(LongInstall, HoldsTheProgramItsManualCompletionsAndModels) {
  for (const char* file :
       {"bin/toccata", "share/man/man1/toccata.1.gz", "share/bash-completion/completions/toccata",
        "share/zsh/vendor-completions/_toccata", "share/fish/vendor_completions.d/toccata.fish",
        "share/toccata/models/chorales/model.safetensors", "include/toccata/composing/compose.h",
        "bin/toccata-train", "share/toccata/recipes/original.toml", "share/doc/toccata/copyright"})
    EXPECT_TRUE(fs::exists(prefix() / file)) << file;
  const Outcome version = run_shell((prefix() / "bin/toccata").string() + " --version");
  EXPECT_THAT(version.out, HasSubstr("models: " + (prefix() / "share/toccata/models").string()));
}

TEST_F(LongInstall, IsFoundByFindPackage) {
  const fs::path place = example("by-cmake");
  const std::string build = (place / "build").string();
  const Outcome built =
      run_shell("cmake -S " + place.string() + " -B " + build +
                " -DCMAKE_PREFIX_PATH=" + prefix().string() + " && cmake --build " + build);
  ASSERT_EQ(built.exit_code, 0) << built.out << built.err;
  composes(place / "build/compose");
}

TEST_F(LongInstall, IsFoundByPkgConfig) {
  const fs::path place = example("by-pkg-config");
  const Outcome built = run_shell(
      "cd " + place.string() + " && export PKG_CONFIG_PATH=$(dirname $(find " + prefix().string() +
      " -name toccata.pc)) && g++ compose.cc -o compose $(pkg-config --cflags --libs toccata)");
  ASSERT_EQ(built.exit_code, 0) << built.out << built.err;
  composes(place / "compose");
}

TEST_F(LongInstall, EveryHeaderStandsAlone) {
  std::string all;
  for (const auto& entry : fs::recursive_directory_iterator(prefix() / "include/toccata"))
    if (entry.path().extension() == ".h")
      all += "#include <" + entry.path().lexically_relative(prefix() / "include").string() + ">\n";
  const fs::path source = folder_->path() / "all.cc";
  write_file(source, all);
  const Outcome built = run_shell("export PKG_CONFIG_PATH=$(dirname $(find " + prefix().string() +
                                  " -name toccata.pc)) && g++ -fsyntax-only $(pkg-config --cflags "
                                  "toccata) " +
                                  source.string());
  EXPECT_EQ(built.exit_code, 0) << built.err;
}

}  // namespace
}  // namespace toccata
