#include "cli/shell/help_text.h"

#include <fmt/format.h>

#include "cli/shell/command_facts.h"

namespace toccata::cli {
namespace {

constexpr std::size_t kColumn = 30;  // where descriptions begin

// In columns of a terminal: a letter takes one, whatever its bytes in UTF-8.
std::size_t width_of(std::string_view word) {
  std::size_t width = 0;
  for (const char c : word) width += (static_cast<unsigned char>(c) & 0xC0) != 0x80;
  return width;
}

// "  -h, --help" or "  --grid INT", and what it means from kColumn on.
std::string row(const std::string& left, const std::string& meaning) {
  std::string text = "  " + left;
  const std::size_t width = width_of(text);
  if (width + 2 > kColumn)
    text += "\n" + std::string(kColumn, ' ');
  else
    text += std::string(kColumn - width, ' ');
  return text + wrapped(meaning, kColumn) + "\n";
}

}  // namespace

std::string wrapped(const std::string& text, std::size_t indent, std::size_t columns) {
  std::string lines;
  std::size_t column = indent;
  for (const std::string& word : CLI::detail::split(text, ' ')) {
    const std::size_t width = width_of(word);
    if (column > indent && column + 1 + width > columns) {
      lines += "\n" + std::string(indent, ' ');
      column = indent;
    } else if (column > indent) {
      lines += " ";
      ++column;
    }
    lines += word;
    column += width;
  }
  return lines;
}

std::string HelpText::make_description(const CLI::App* app) const {
  return wrapped(app->get_description(), 0) + "\n\n";
}

std::string HelpText::make_usage(const CLI::App* app, std::string name) const {
  const CommandFacts facts = facts_of(*app);
  if (name.empty()) name = app->get_name();
  return fmt::format("Usage: {} {}\n\n", name,
                     facts.commands.empty() ? usage(facts) : "COMMAND [OPTION]…");
}

std::string HelpText::make_positionals(const CLI::App* app) const {
  std::string text;
  for (const CLI::Option* option : app->get_options())
    if (option->get_positional() && !option->nonpositional()) text += make_option(option, true);
  return text.empty() ? "" : text + "\n";
}

std::string HelpText::make_group(std::string group, bool is_positional,
                                 std::vector<const CLI::Option*> options) const {
  std::string text = group + ":\n";
  for (const CLI::Option* option : options) text += make_option(option, is_positional);
  return text;
}

std::string HelpText::make_option(const CLI::Option* option, bool is_positional) const {
  const OptionFacts facts = facts_of(*option);
  std::string left = fmt::format("{}", fmt::join(facts.names, ", "));
  if (!is_positional && !facts.value.empty()) left += " " + facts.value;
  return row(left, facts.description);
}

std::string HelpText::make_subcommands(const CLI::App* app, CLI::AppFormatMode) const {
  const CommandFacts facts = facts_of(*app);
  if (facts.commands.empty()) return "";
  std::string text = "Commands:\n";
  for (const CommandFacts& command : facts.commands)
    text += fmt::format("  {:<14}{}\n", command.name, wrapped(command.description, 16));
  return text;
}

std::string HelpText::make_footer(const CLI::App* app) const {
  std::string text = app->get_footer().empty() ? "" : wrapped(app->get_footer(), 0) + "\n";
  for (const CLI::Option* option : app->get_options()) {
    if (option->get_envname().empty()) continue;
    return text +
           wrapped(fmt::format("Every option can also be given in the environment: {} as {}.",
                               option->get_name(), option->get_envname()),
                   0) +
           "\n";
  }
  return text;
}

}  // namespace toccata::cli
