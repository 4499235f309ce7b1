#pragma once
// TrainOptions from and to text: config files (TOML), and single values as flags and the
// environment give them. A run's options.toml is a config file too.

#include <filesystem>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "training/options.h"

namespace toccata::training {

/// Sets what the config file says, leaves the rest. Paths in it are relative to the working folder,
/// as on the command line. Throws Error (usage) with file, line, key, and the type that was
/// expected and found, for a key that does not exist, a wrong type or a word that is none of the
/// choices.
void apply_toml(TrainOptions& options, const std::filesystem::path& file);
void apply_toml_text(TrainOptions& options, std::string_view text,
                     const std::filesystem::path& file);

/// What a run's options.toml says. An option that is missing there is younger than the run: it is
/// as it was before there was a choice.
TrainOptions stored_options(const std::filesystem::path& file);

/// The keys that the config file sets.
std::set<std::string> toml_keys(const std::filesystem::path& file);

/// Sets one value by key from what a user typed. Throws Error (usage) where it cannot be read.
void apply_text(TrainOptions& options, std::string_view key, const std::string& text);
/// Several at once: batches, epochs and minutes given here replace any of them given before.
void apply_texts(TrainOptions& options, const std::map<std::string, std::string>& texts);

/// An option's default as a user would type it; "" for an empty one.
std::string default_text(std::string_view key);

/// What an option's value is, for its help: "INT", "NUMBER", "f32|bf16", "INT,…", "true|false";
/// FILE, FOLDER and MODEL where it names one.
std::string wanted_text(std::string_view key);

/// An option that two have otherwise, with both values as TOML.
struct Difference {
  std::string group, key, first, second;
};
/// In the list's order; neither paths nor stages.
std::vector<Difference> differences(const TrainOptions& first, const TrainOptions& second);

/// Every option, in the list's order. apply_toml_text of it gives the same options again.
std::string to_toml(const TrainOptions& options);

}  // namespace toccata::training
