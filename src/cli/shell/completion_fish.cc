#include <fmt/format.h>

#include "cli/shell/completion.h"

namespace toccata::cli {
namespace {

std::string quoted(const std::string& text) {
  std::string out = "'";
  for (const char c : text) {
    if (c == '\'' || c == '\\') out += '\\';
    out += c;
  }
  return out + "'";
}

// complete -c PROGRAM [-n condition]: what a line begins with.
std::string option_line(const std::string& begin, const OptionFacts& option) {
  std::string text = begin;
  for (const std::string& name : option.names)
    text += name.starts_with("--") ? " -l " + name.substr(2) : " -s " + name.substr(1);
  switch (option.kind) {
    case ValueKind::none:
      break;
    case ValueKind::words:
      text += fmt::format(" -x -a '{}'", fmt::join(option.words, " "));
      break;
    case ValueKind::file:
    case ValueKind::path:
      text += " -r -F";
      break;
    case ValueKind::folder:
      text += " -x -a '(__fish_complete_directories)'";
      break;
    case ValueKind::model:
      text += " -x -a '(__toccata_models)'";
      break;
    case ValueKind::other:
      text += " -x";
      break;
  }
  return text + " -d " + quoted(option.description) + "\n";
}

std::string lines(const std::string& begin, const CommandFacts& command) {
  std::string text;
  bool files = false;
  for (const OptionFacts& option : command.options) text += option_line(begin, option);
  for (const OptionFacts& positional : command.positionals) {
    if (positional.kind == ValueKind::model) text += begin + " -a '(__toccata_models)'\n";
    files = files || positional.kind == ValueKind::path || positional.kind == ValueKind::file ||
            positional.kind == ValueKind::folder || positional.kind == ValueKind::model;
  }
  return text + begin + (files ? " -F\n" : " -f\n");
}

}  // namespace

std::string fish_completion(const CommandFacts& program) {
  const std::string& name = program.name;
  std::string text = fmt::format(
      "# fish completion for {0}, made by {0} --completion fish\n"
      "function __toccata_models\n  {1}\nend\n",
      name, kModelNames);
  const std::string all = fmt::format("complete -c {}", name);
  const std::string first = all + " -n __fish_use_subcommand";
  text += lines(first, program);
  for (const CommandFacts& command : program.commands)
    text += fmt::format("{} -a {} -d {}\n", first, command.name, quoted(command.description));
  for (const CommandFacts& command : program.commands)
    text +=
        lines(fmt::format("{} -n '__fish_seen_subcommand_from {}'", all, command.name), command);
  return text;
}

}  // namespace toccata::cli
