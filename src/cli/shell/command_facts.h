#pragma once
// What a program's commands and options are, as plain facts read from CLI11's definitions: the
// manual pages and the shells' completions are made from them and so cannot drift.

#include <CLI/CLI.hpp>
#include <string>
#include <vector>

namespace toccata::cli {

/// What a value may be completed with.
enum class ValueKind {
  none,    // a flag: takes no value
  other,   // numbers, names that nobody can guess
  words,   // one of `words`
  file,    // FILE
  folder,  // FOLDER
  path,    // PATH: either
  model,   // MODEL
};

struct OptionFacts {
  std::vector<std::string> names;  // "-h", "--help"; a positional's name alone: "MODEL"
  std::string value;               // "INT", "FILE", "off|extend"; empty for a flag
  ValueKind kind = ValueKind::none;
  std::vector<std::string> words;  // for ValueKind::words
  std::string description;         // with the default at its end, where there is one
  std::string group;               // "Options" where none was named
  bool required = false;
  bool many = false;  // takes several values
};

struct CommandFacts {
  std::string name;  // "generate", or the program's
  std::string description;
  std::string footer;
  std::vector<OptionFacts> options;      // with --help
  std::vector<OptionFacts> positionals;  // in order
  std::vector<CommandFacts> commands;
};

CommandFacts facts_of(const CLI::App& app);
OptionFacts facts_of(const CLI::Option& option);

/// "[OPTION]… MODEL PATH…": what stands after the program's name.
std::string usage(const CommandFacts& command);

}  // namespace toccata::cli
