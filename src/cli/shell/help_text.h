#pragma once
// The help of a command, in the form that people know from git and GNU: usage, options by group
// with what they mean, wrapped at 100 columns.

#include <CLI/CLI.hpp>
#include <string>

namespace toccata::cli {

class HelpText : public CLI::Formatter {
 public:
  std::string make_description(const CLI::App* app) const override;
  std::string make_usage(const CLI::App* app, std::string name) const override;
  std::string make_positionals(const CLI::App* app) const override;
  std::string make_group(std::string group, bool is_positional,
                         std::vector<const CLI::Option*> options) const override;
  std::string make_option(const CLI::Option* option, bool is_positional) const override;
  std::string make_subcommands(const CLI::App* app, CLI::AppFormatMode mode) const override;
  std::string make_footer(const CLI::App* app) const override;
};

/// `text` in lines of up to `columns`, each after the first `indent` columns in; broken at spaces.
std::string wrapped(const std::string& text, std::size_t indent, std::size_t columns = 100);

}  // namespace toccata::cli
