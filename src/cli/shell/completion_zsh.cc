#include <fmt/format.h>

#include "cli/shell/completion.h"

namespace toccata::cli {
namespace {

// Within '…[…]' and '…:…' of _arguments.
std::string quoted(const std::string& text) {
  std::string out;
  for (const char c : text) {
    if (c == '\'')
      out += "'\\''";
    else if (c == '[' || c == ']' || c == ':' || c == '\\')
      out += std::string("\\") + c;
    else
      out += c;
  }
  return out;
}

std::string action(const OptionFacts& value) {
  switch (value.kind) {
    case ValueKind::words:
      return fmt::format("({})", fmt::join(value.words, " "));
    case ValueKind::file:
    case ValueKind::path:
      return "_files";
    case ValueKind::folder:
      return "_files -/";
    case ValueKind::model:
      return "_toccata_models";
    default:
      return " ";  // a value that nobody can guess
  }
}

// One line of _arguments for each name of each option, and for each positional.
std::string arguments(const CommandFacts& command) {
  std::string text = "  _arguments";
  for (const OptionFacts& option : command.options)
    for (const std::string& name : option.names) {
      text += fmt::format(" \\\n    '{}{}[{}]", option.many ? "*" : "", name,
                          quoted(option.description));
      if (option.kind != ValueKind::none)
        text += fmt::format(":{}:{}", quoted(option.value), action(option));
      text += "'";
    }
  for (const OptionFacts& positional : command.positionals)
    text += fmt::format(" \\\n    '{}:{}:{}'", positional.many ? "*" : "", positional.value,
                        action(positional));
  return text + "\n";
}

}  // namespace

std::string zsh_completion(const CommandFacts& program) {
  const std::string& name = program.name;
  std::string text = fmt::format(
      "#compdef {0}\n# zsh completion for {0}, made by {0} --completion zsh\n\n"
      "_toccata_models() {{\n  local -a names=(${{(f)\"$({1})\"}})\n  compadd -a names\n"
      "  _files -/\n}}\n",
      name, kModelNames);
  std::string cases, list;
  for (const CommandFacts& command : program.commands) {
    list += fmt::format("    '{}:{}'\n", command.name, quoted(command.description));
    cases += fmt::format("    {0}) _{1}__{0} ;;\n", command.name, name);
    text += fmt::format("\n_{}__{}() {{\n{}}}\n", name, command.name, arguments(command));
  }
  text += fmt::format(
      "\n_{0}() {{\n  local -a commands=(\n{1}  )\n"
      "  if (( CURRENT == 2 )); then\n    _describe command commands\n  {2}"
      "    return\n  fi\n  shift words\n  (( CURRENT-- ))\n  case $words[1] in\n{3}  esac\n}}\n"
      "\n_{0} \"$@\"\n",
      name, list, arguments(program), cases);
  return text;
}

}  // namespace toccata::cli
