// The lines of README and docs, as a reader would type them.

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <regex>
#include <sstream>
#include <vector>

#include "support/run_program.h"

namespace toccata {
namespace {
namespace fs = std::filesystem;

const fs::path kRoot = TOCCATA_SOURCE_DIR;

// Indented lines that stand together, and whether a comment before them says that they are not run:
// <!-- not run: needs a sound card -->.
struct Block {
  std::string where, text;
  bool marked = false;
};

bool begins_with_any(const std::string& line, const std::vector<std::string>& words) {
  return std::ranges::any_of(words,
                             [&](const std::string& word) { return line.starts_with(word); });
}

// Whether the block is of commands: what stands first in it says so.
bool is_runnable(const Block& block) {
  return begins_with_any(block.text, {"toccata ", "source ", "export "});
}
bool is_command(const Block& block) {
  return is_runnable(block) ||
         begins_with_any(block.text, {"./dev", "cmake ", "python3 ", "sudo ", "srun ", "mpirun ",
                                      "torchrun ", "training_tests", "recipes/", "git ", "cd "});
}

std::vector<Block> blocks_of(const fs::path& document) {
  std::istringstream text(read_text(document));
  std::vector<Block> blocks;
  std::string last_said;  // the last line that is neither empty nor indented
  bool open = false;
  int number = 0;
  for (std::string line; std::getline(text, line);) {
    ++number;
    if (line.starts_with("    ")) {
      if (!open)
        blocks.push_back({fmt::format("{}:{}", document.filename().string(), number), "",
                          last_said.starts_with("<!-- not run: ")});
      open = true;
      blocks.back().text += line.substr(4) + "\n";
    } else {
      open = false;
      if (!line.empty()) last_said = line;
    }
  }
  return blocks;
}

// What a reader has at hand: music in folders and files of the documents' names.
class Desk {
 public:
  Desk() {
    const fs::path here = folder_.path();
    for (const char* name : {"examples", "models", "docs"})
      fs::create_directory_symlink(kRoot / name, here / name);
    for (const char* name : {"FOLDER", "A", "B"}) fs::create_directory(here / name);
    int count = 0;
    for (const auto& entry : fs::directory_iterator(kRoot / "examples"))
      if (entry.path().extension() == ".abc") {
        fs::copy_file(entry.path(), here / "FOLDER" / entry.path().filename());
        fs::copy_file(entry.path(), here / (++count % 2 ? "A" : "B") / entry.path().filename());
      }
    for (const char* name : {"FILE.mid", "piece.mid"})
      fs::copy_file(kRoot / "docs/music/chorales-s1-000.mid", here / name);
  }

  // Runs a block in bash. Of what takes long a little is done; nothing else is changed.
  Outcome run(std::string text) const {
    text = std::regex_replace(text, std::regex("--minutes [0-9]+"), "--minutes 0.1");
    text = std::regex_replace(text, std::regex("--candidates [0-9]+"), "--candidates 12");
    const fs::path script = folder_.path() / "script";
    write_file(script, "set -e\nPATH=" TOCCATA_PROGRAMS ":$PATH\n" + text);
    return run_shell("cd " + folder_.path().string() + " && bash script");
  }

 private:
  TemporaryFolder folder_;
};

int run_documents(const std::vector<fs::path>& documents) {
  const Desk desk;
  int ran = 0;
  for (const fs::path& document : documents)
    for (const Block& block : blocks_of(document)) {
      if (block.marked || !is_command(block)) continue;
      if (!is_runnable(block)) {
        ADD_FAILURE() << block.where
                      << ": what cannot be run here needs <!-- not run: why --> before it";
        continue;
      }
      const Outcome outcome = desk.run(block.text);
      EXPECT_EQ(outcome.exit_code, 0) << block.where << "\n" << block.text << outcome.err;
      ++ran;
    }
  return ran;
}

TEST(DocumentLines, OfTheReadmeRunAsTheyStand) {
  EXPECT_GE(run_documents({kRoot / "README.md"}), 1);
}

TEST(LongDocumentLines, OfAllDocumentsRunAsTheyStand) {
  std::vector<fs::path> documents = {kRoot / "README.md", kRoot / "CONTRIBUTING.md"};
  for (const auto& entry : fs::directory_iterator(kRoot / "docs"))
    if (entry.path().extension() == ".md") documents.push_back(entry.path());
  std::sort(documents.begin() + 2, documents.end());
  EXPECT_GE(run_documents(documents), 10);
}

TEST(Dev, BuildEndsWithTheLineThatPutsToccataOnThePath) {
  const Outcome line = run_shell("cd " + kRoot.string() + " && ./dev path");
  ASSERT_EQ(line.exit_code, 0) << line.err;
  EXPECT_EQ(line.out, fmt::format("export PATH=\"{}/build/release:$PATH\"\n", kRoot.string()));
  const std::string dev = read_text(kRoot / "dev");
  const std::size_t build = dev.find("cmd_build() {");
  EXPECT_NE(dev.substr(build, dev.find("\n}", build) - build).find("cmd_path"), std::string::npos);
}

}  // namespace
}  // namespace toccata
