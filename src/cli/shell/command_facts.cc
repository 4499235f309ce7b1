#include "cli/shell/command_facts.h"

#include <fmt/format.h>

#include <set>

namespace toccata::cli {
namespace {

ValueKind kind_of(const std::string& value) {
  if (value.empty()) return ValueKind::none;
  if (value == "FILE") return ValueKind::file;
  if (value == "FOLDER") return ValueKind::folder;
  if (value == "PATH") return ValueKind::path;
  if (value == "MODEL") return ValueKind::model;
  return value.find('|') == std::string::npos ? ValueKind::other : ValueKind::words;
}

// By name: CLI11 keeps them by their addresses.
std::string names_of(const std::set<CLI::Option*>& options) {
  std::set<std::string> names;
  for (const CLI::Option* option : options) names.insert(option->get_name());
  return fmt::format("{}", fmt::join(names, ", "));
}

std::string description_of(const CLI::Option& option) {
  std::string text = option.get_description();
  if (!option.get_needs().empty()) text += fmt::format("; with {}", names_of(option.get_needs()));
  if (!option.get_excludes().empty())
    text += fmt::format("; not with {}", names_of(option.get_excludes()));
  if (!option.get_default_str().empty() && text.find("default") == std::string::npos)
    text += fmt::format(" [{}]", option.get_default_str());
  return text;
}

}  // namespace

OptionFacts facts_of(const CLI::Option& option) {
  OptionFacts facts;
  for (const std::string& name : option.get_snames()) facts.names.push_back("-" + name);
  for (const std::string& name : option.get_lnames()) facts.names.push_back("--" + name);
  const bool positional = facts.names.empty();
  if (positional) facts.names.push_back(option.get_name(true));
  const bool flag = option.get_type_size_max() == 0;
  if (!flag) facts.value = positional ? facts.names.front() : option.get_type_name();
  facts.kind = kind_of(facts.value);
  if (facts.kind == ValueKind::words) facts.words = CLI::detail::split(facts.value, '|');
  facts.description = description_of(option);
  facts.group = option.get_group();
  facts.required = option.get_required();
  facts.many = option.get_items_expected_max() >= CLI::detail::expected_max_vector_size;
  return facts;
}

CommandFacts facts_of(const CLI::App& app) {
  CommandFacts facts;
  facts.name = app.get_name();
  facts.description = app.get_description();
  facts.footer = app.get_footer();
  for (const CLI::Option* option : app.get_options()) {
    if (option->get_group().empty()) continue;  // hidden
    (option->get_positional() && !option->nonpositional() ? facts.positionals : facts.options)
        .push_back(facts_of(*option));
  }
  for (const CLI::App* command : app.get_subcommands([](const CLI::App*) { return true; }))
    facts.commands.push_back(facts_of(*command));
  return facts;
}

std::string usage(const CommandFacts& command) {
  std::string text = "[OPTION]…";
  for (const OptionFacts& positional : command.positionals) {
    const std::string name = positional.names.front() + (positional.many ? "…" : "");
    text += positional.required ? " " + name : " [" + name + "]";
  }
  return text;
}

}  // namespace toccata::cli
