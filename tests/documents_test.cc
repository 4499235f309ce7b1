// Manual pages, completions and --version: what the programs print of themselves.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <regex>
#include <set>
#include <sstream>

#include "support/run_program.h"

namespace toccata {
namespace {
namespace fs = std::filesystem;

using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

const std::string kToccata = TOCCATA_PROGRAMS "/toccata";

/// Each asked once.
const std::string& printed(const std::string& words) {
  static std::map<std::string, std::string> known;
  const auto [found, fresh] = known.try_emplace(words);
  if (fresh) {
    const Outcome outcome = run_shell(TOCCATA_PROGRAMS "/" + words);
    EXPECT_EQ(outcome.exit_code, 0) << words << ": " << outcome.err;
    found->second = outcome.out;
  }
  return found->second;
}

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream stream(text);
  for (std::string line; std::getline(stream, line);) lines.push_back(line);
  return lines;
}

/// The names that the help lists: `pattern` at the beginning of a line, after two spaces.
std::set<std::string> listed(const std::string& help, const std::string& pattern) {
  std::set<std::string> names;
  const std::regex name("^  (?:-[a-z], ?)?(" + pattern + ")(?:[ ,].*)?$");
  for (const std::string& line : lines_of(help)) {
    std::smatch found;
    if (std::regex_match(line, found, name)) names.insert(found[1]);
  }
  return names;
}

/// The commands that the help lists; "" is the program itself.
std::set<std::string> all_commands() {
  std::set<std::string> commands = listed(printed("toccata --help"), "[a-z]+");
  EXPECT_GE(commands.size(), 12U);
  commands.insert("");
  return commands;
}

TEST(Documents, NameEveryOptionOfEveryCommand) {
  const std::string page = printed("toccata --help-man");
  const std::string bash = printed("toccata --completion bash");
  const std::string zsh = printed("toccata --completion zsh");
  const std::string fish = printed("toccata --completion fish");
  for (const std::string& command : all_commands()) {
    const std::set<std::string> options =
        listed(printed("toccata " + command + " --help"), "--[a-z0-9-]+");
    EXPECT_GE(options.size(), command == "signature" ? 1U : 2U) << command;
    for (const std::string& option : options) {
      const std::string about = command + " " + option;
      EXPECT_THAT(page, HasSubstr(std::regex_replace(option, std::regex("-"), "\\-"))) << about;
      EXPECT_THAT(bash, HasSubstr(" " + option)) << about;
      EXPECT_THAT(zsh, HasSubstr(option + "[")) << about;
      EXPECT_THAT(fish, HasSubstr(" -l " + option.substr(2) + " ")) << about;
    }
  }
}

TEST(ManualPage, IsReadByManWithoutAWarning) {
  if (run_shell("command -v man && man --version").exit_code != 0)
    GTEST_SKIP() << "man is not installed";
  const TemporaryFolder folder;
  const fs::path page = folder.path() / "toccata.1";
  write_file(page, printed("toccata --help-man"));
  const Outcome read =
      run_shell("MANWIDTH=80 LC_ALL=C.UTF-8 man --warnings -l " + page.string() + " | col -b");
  EXPECT_EQ(read.exit_code, 0);
  EXPECT_EQ(read.err, "");
  EXPECT_THAT(read.out, HasSubstr("--threads"));
  EXPECT_THAT(read.out, HasSubstr("EXIT STATUS"));
}

/// What bash proposes for the last of `words`.
std::vector<std::string> by_bash(const std::string& words) {
  const TemporaryFolder folder;
  const fs::path script = folder.path() / "script";
  write_file(script, "PATH=" TOCCATA_PROGRAMS ":$PATH\n" + printed("toccata --completion bash") +
                         "COMP_WORDS=(" + words +
                         ")\nCOMP_CWORD=$((${#COMP_WORDS[@]} - 1))\n"
                         "_toccata\nprintf '%s\\n' \"${COMPREPLY[@]}\"\n");
  const Outcome outcome = run_shell("bash --norc " + script.string());
  EXPECT_EQ(outcome.exit_code, 0) << outcome.err;
  EXPECT_EQ(outcome.err, "");
  return lines_of(outcome.out);
}

TEST(Completion, InBashOfCommandsOptionsWordsModelsAndFiles) {
  EXPECT_THAT(by_bash("toccata gen"), ::testing::ElementsAre("generate"));
  EXPECT_THAT(by_bash("toccata generate --temp"),
              ::testing::UnorderedElementsAre("--temperature", "--tempo"));
  EXPECT_THAT(by_bash("toccata import --pedal ''"), ::testing::ElementsAre("off", "extend"));
  EXPECT_THAT(by_bash("toccata import --pedal = e"), ::testing::ElementsAre("extend"));
  EXPECT_THAT(by_bash("toccata generate chora"), ::testing::ElementsAre("chorales"));
  EXPECT_THAT(by_bash("toccata render " TOCCATA_SOURCE_DIR "/READ"),
              ::testing::ElementsAre(TOCCATA_SOURCE_DIR "/README.md"));
  EXPECT_THAT(by_bash("toccata generate --steps 1"), ::testing::ElementsAre(""));
  EXPECT_THAT(by_bash("toccata train --devi"), ::testing::ElementsAre("--device"));
  EXPECT_THAT(by_bash("toccata train --device ''"), ::testing::ElementsAre("cpu", "cuda"));
  EXPECT_THAT(by_bash("toccata train --restore chora"), ::testing::ElementsAre("chorales"));
}

std::vector<std::string> by_fish(const std::string& line) {
  const TemporaryFolder folder;
  const fs::path script = folder.path() / "script.fish";
  write_file(script, "set -x PATH " TOCCATA_PROGRAMS " $PATH\n" +
                         printed("toccata --completion fish") + "complete -C '" + line +
                         "' | string replace -r '\\t.*' ''\n");
  const Outcome outcome =
      run_shell("HOME=" + folder.path().string() + " fish --no-config " + script.string());
  EXPECT_EQ(outcome.err, "");
  return lines_of(outcome.out);
}

TEST(Completion, InFish) {
  if (run_shell("command -v fish").exit_code != 0) GTEST_SKIP() << "fish is not installed";
  EXPECT_THAT(by_fish("toccata gen"), ::testing::ElementsAre("generate"));
  EXPECT_THAT(by_fish("toccata generate --temp"),
              ::testing::UnorderedElementsAre("--temperature", "--tempo"));
  EXPECT_THAT(by_fish("toccata import --pedal "), ::testing::UnorderedElementsAre("off", "extend"));
  EXPECT_THAT(by_fish("toccata generate chora"), Contains("chorales"));
  EXPECT_THAT(by_fish("toccata train --devi"), ::testing::ElementsAre("--device"));
}

/// What zsh makes of a line and a press of the tab key.
std::string by_zsh(const std::string& line) {
  const TemporaryFolder folder;
  const fs::path script = folder.path() / "script.zsh";
  write_file(folder.path() / "_toccata", printed("toccata --completion zsh"));
  write_file(
      script,
      "zmodload zsh/zpty\nzpty shell zsh -f -i\n"
      "zpty -w shell 'PS1=; PATH=" TOCCATA_PROGRAMS ":$PATH; fpath=(" +
          folder.path().string() +
          " $fpath)'\n"
          "zpty -w shell 'autoload -Uz compinit; compinit -u -D; bindkey \"^I\" complete-word; "
          "finish() { print -r -- \"<<$BUFFER>>\"; exit }; zle -N finish; bindkey \"^X\" finish; "
          "print re\"\"ady'\n"
          "zpty -r shell text '*ready*'\nzpty -n -w shell $'" +
          line +
          "\\t\\x18'\n"
          "while zpty -r shell text; do print -r -- $text; done\n");
  const Outcome outcome = run_shell("HOME=" + folder.path().string() +
                                    " TERM=dumb timeout 60 zsh -f " + script.string());
  const std::size_t begin = outcome.out.find("<<"), end = outcome.out.find(">>");
  if (begin == std::string::npos || end == std::string::npos) return outcome.out + outcome.err;
  return outcome.out.substr(begin + 2, end - begin - 2);
}

TEST(Completion, InZsh) {
  if (run_shell("command -v zsh").exit_code != 0) GTEST_SKIP() << "zsh is not installed";
  EXPECT_EQ(by_zsh("toccata gen"), "toccata generate ");
  EXPECT_EQ(by_zsh("toccata generate --densi"), "toccata generate --density ");
  EXPECT_EQ(by_zsh("toccata import --pedal ext"), "toccata import --pedal extend ");
  EXPECT_THAT(by_zsh("toccata generate chora"), StartsWith("toccata generate chorales"));
  EXPECT_EQ(by_zsh("toccata train --devi"), "toccata train --device ");
}

TEST(Version, SaysBuildFeaturesAndDevices) {
  const std::string text = printed("toccata --version");
  EXPECT_THAT(text, StartsWith("toccata "));
  for (const char* part : {"\nfeatures: ", "\nprocessor: ", "composing: ", "; training: "})
    EXPECT_THAT(text, HasSubstr(part));
  EXPECT_THAT(text, HasSubstr("\ntraining on graphics cards and in several processes: "));
}

TEST(Help, HasNoNumbersOfEnumsAndNoNoise) {
  for (const std::string& command : all_commands()) {
    const std::string help = printed("toccata " + command + " --help");
    for (const char* noise : {"->", "ENUM", "(Env:", "NONNEGATIVE", "UINT:", "INT:"})
      EXPECT_THAT(help, Not(HasSubstr(noise))) << command;
    for (const std::string& line : lines_of(help)) EXPECT_LE(line.size(), 104U) << line;
  }
}

}  // namespace
}  // namespace toccata
