#include "cli/shell/man_page.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>

namespace toccata::cli {
namespace {

// Text that roff prints as it stands.
std::string plain(const std::string& text) {
  std::string escaped;
  for (const char c : text) {
    if (c == '\\')
      escaped += "\\e";
    else if (c == '-')
      escaped += "\\-";
    else if ((c == '.' || c == '\'') && (escaped.empty() || escaped.back() == '\n'))
      escaped += std::string("\\&") + c;  // no request
    else
      escaped += c;
  }
  return escaped;
}

std::string in_capitals(std::string text) {
  std::ranges::transform(text, text.begin(), [](unsigned char c) { return std::toupper(c); });
  return text;
}

void add_option(std::string& page, const OptionFacts& option) {
  page += ".TP\n";
  std::string names;
  for (const std::string& name : option.names)
    names += fmt::format("{}\\fB{}\\fR", names.empty() ? "" : ", ", plain(name));
  if (!option.value.empty() && option.value != option.names.front())
    names += fmt::format(" \\fI{}\\fR", plain(option.value));
  page += names + "\n" + plain(option.description) + "\n";
}

void add_options(std::string& page, const CommandFacts& command) {
  for (const OptionFacts& positional : command.positionals) add_option(page, positional);
  std::string group = "Options";
  for (const OptionFacts& option : command.options) {
    if (option.group != group) {
      group = option.group;
      page += fmt::format(".PP\n{}:\n", plain(group));
    }
    add_option(page, option);
  }
  if (!command.footer.empty()) page += fmt::format(".PP\n{}\n", plain(command.footer));
}

}  // namespace

std::string man_page(const CommandFacts& program, const std::string& version) {
  std::string page = fmt::format(
      ".TH {} 1 \"\" \"toccata {}\" \"User Commands\"\n.SH NAME\n{} \\- {}\n.SH SYNOPSIS\n",
      in_capitals(program.name), version, plain(program.name), plain(program.description));
  for (const CommandFacts& command : program.commands)
    page += fmt::format("\\fB{} {}\\fR {}\n.br\n", plain(program.name), plain(command.name),
                        plain(usage(command)));
  page += ".SH OPTIONS\n";
  add_options(page, program);
  page += ".SH COMMANDS\n";
  for (const CommandFacts& command : program.commands) {
    page += fmt::format(".SS {} {} {}\n{}\n", plain(program.name), plain(command.name),
                        plain(usage(command)), plain(command.description + "."));
    add_options(page, command);
  }
  page +=
      ".SH ENVIRONMENT\n"
      "Every option can also be given in the environment: \\fB\\-\\-batch\\-size\\fR as "
      "\\fBTOCCATA_COMMAND_BATCH_SIZE\\fR. Flags come first, then the environment.\n"
      ".TP\n\\fBTOCCATA_MODELS\\fR\nFolders with model folders in them, separated by colons.\n"
      ".TP\n\\fBTOCCATA_SOUNDFONT\\fR\nThe .sf2 file that music sounds with.\n"
      ".TP\n\\fBNO_COLOR\\fR\nNo colours on the terminal.\n"
      ".SH EXIT STATUS\n"
      "0 where all was done, 1 where something failed, 2 for wrong usage, 130 and 143 after "
      "SIGINT and SIGTERM.\n";
  return page;
}

}  // namespace toccata::cli
