#include <fmt/format.h>

#include "cli/shell/completion.h"

namespace toccata::cli {
namespace {

// What the word that is being typed can become.
std::string proposals(const OptionFacts& value) {
  switch (value.kind) {
    case ValueKind::words:
      return fmt::format("_toccata_words {}", fmt::join(value.words, " "));
    case ValueKind::file:
    case ValueKind::path:
      return "_toccata_files -f";
    case ValueKind::folder:
      return "_toccata_files -d";
    case ValueKind::model:
      return "_toccata_models";
    default:
      return ":";  // a value that nobody can guess
  }
}

// case $previous in …: the values of options; then options, then positionals.
std::string body(const CommandFacts& command) {
  std::string text = "  case $previous in\n", names;
  for (const OptionFacts& option : command.options) {
    names += fmt::format(" {}", fmt::join(option.names, " "));
    if (option.kind != ValueKind::none)
      text +=
          fmt::format("    {}) {}; return ;;\n", fmt::join(option.names, "|"), proposals(option));
  }
  text += fmt::format("  esac\n  [[ $current == -* ]] && {{ _toccata_words{}; return; }}\n", names);
  bool model = false, files = false;
  for (const OptionFacts& positional : command.positionals) {
    model = model || positional.kind == ValueKind::model;
    files = files || positional.kind == ValueKind::file || positional.kind == ValueKind::path ||
            positional.kind == ValueKind::folder;
  }
  if (files) text += "  _toccata_files -f\n";
  if (model) text += "  _toccata_models\n";
  return text;
}

constexpr const char* kHelpers = R"sh(
_toccata_words() {
  mapfile -t -O "${#COMPREPLY[@]}" COMPREPLY < <(compgen -W "$*" -- "$current")
}
_toccata_files() {
  compopt -o filenames 2>/dev/null
  mapfile -t -O "${#COMPREPLY[@]}" COMPREPLY < <(compgen "$1" -- "$current")
}
_toccata_models() {
  _toccata_words "$()sh";

// --name=value comes as three words.
constexpr const char* kWords = R"sh(
  COMPREPLY=()
  local current=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD-1]}
  if [[ $current == = ]]; then
    current=
  elif [[ $previous == = ]]; then
    previous=${COMP_WORDS[COMP_CWORD-2]}
  fi
)sh";

}  // namespace

std::string bash_completion(const CommandFacts& program) {
  const std::string function = "_" + program.name;
  std::string text =
      fmt::format("# bash completion for {}, made by {} --completion bash\n{}{})\"\n}}\n",
                  program.name, program.name, kHelpers, kModelNames);
  text += fmt::format("\n{}() {{{}", function, kWords);
  std::string names;
  for (const CommandFacts& command : program.commands) names += " " + command.name;
  text += "  if (( COMP_CWORD > 1 )); then\n    case ${COMP_WORDS[1]} in\n";
  for (const CommandFacts& command : program.commands)
    text += fmt::format("      {0}) {1}__{0} ;;\n", command.name, function);
  text += "    esac\n    return\n  fi\n" + body(program);
  text += fmt::format("  _toccata_words{}\n}}\n", names);
  for (const CommandFacts& command : program.commands)
    text += fmt::format("\n{}__{}() {{\n{}}}\n", function, command.name, body(command));
  return text + fmt::format("complete -F {} {}\n", function, program.name);
}

}  // namespace toccata::cli
