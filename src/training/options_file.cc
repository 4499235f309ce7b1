#include "training/options_file.h"

#include <fmt/ranges.h>
#include <toml++/toml.h>
#include <limits>

#include <vector>

#include "base/files.h"
#include "base/json.h"
#include "base/text.h"
#include "training/option_list.h"

namespace toccata::training {
namespace {
namespace fs = std::filesystem;

// What a field wants, in plain words.
template <typename T>
std::string wanted() {
  if constexpr (std::is_same_v<T, bool>)
    return "true or false";
  else if constexpr (Worded<T>)
    return fmt::format("one of {}", fmt::join(word_texts<T>(), ", "));
  else if constexpr (std::is_integral_v<T>)
    return "a whole number";
  else if constexpr (std::is_floating_point_v<T>)
    return "a number";
  else if constexpr (std::is_same_v<T, std::string>)
    return "a string";
  else
    return "a list of whole numbers";
}

// Text as a user types it.

template <typename T>
requires std::is_arithmetic_v<T>
bool read_text_value(std::string_view text, T& value) {
  if constexpr (std::is_same_v<T, bool>) {
    if (text == "true" || text == "1" || text == "yes" || text == "on") return value = true, true;
    if (text == "false" || text == "0" || text == "no" || text == "off") return value = false, true;
    return false;
  } else {
    const auto read = parse_number<T>(text);
    if (read) value = *read;
    return read.has_value();
  }
}
template <Worded Enum>
bool read_text_value(std::string_view text, Enum& value) {
  const auto read = from_word<Enum>(text);
  if (read) value = *read;
  return read.has_value();
}
bool read_text_value(std::string_view text, std::string& value) {
  value = text;
  return true;
}
bool read_text_value(std::string_view text, std::vector<int>& value) {
  std::vector<int> read;
  if (text == "none") {
    value.clear();
    return true;
  }
  while (!text.empty()) {
    const std::size_t comma = std::min(text.find(','), text.size());
    if (!read_text_value(text.substr(0, comma), read.emplace_back())) return false;
    if (comma + 1 == text.size()) return false;
    text.remove_prefix(std::min(comma + 1, text.size()));
  }
  if (read.empty()) return false;
  value = read;
  return true;
}

// TOML.

std::string toml_type(const toml::node& node) {
  switch (node.type()) {
    case toml::node_type::string:
      return "a string";
    case toml::node_type::integer:
      return "a whole number";
    case toml::node_type::floating_point:
      return "a number with a fraction";
    case toml::node_type::boolean:
      return "true or false";
    case toml::node_type::array:
      return "a list";
    case toml::node_type::table:
      return "a table";
    default:
      return "a date or time";
  }
}

template <typename T>
bool read_toml_value(const toml::node& node, T& value) {
  if constexpr (std::is_same_v<T, bool> || std::is_same_v<T, std::string>) {
    const auto read = node.value_exact<T>();
    if (read) value = *read;
    return read.has_value();
  } else if constexpr (Worded<T>) {
    const auto read = node.value_exact<std::string>();
    return read && read_text_value(*read, value);
  } else if constexpr (std::is_integral_v<T>) {
    const auto read = node.value_exact<std::int64_t>();
    if (!read || !std::in_range<T>(*read)) return false;
    value = static_cast<T>(*read);
    return true;
  } else if constexpr (std::is_floating_point_v<T>) {
    if (!node.is_number()) return false;
    value = *node.value<double>();
    return true;
  } else {
    const toml::array* list = node.as_array();
    if (!list) return false;
    T read;
    for (const toml::node& item : *list)
      if (!read_toml_value(item, read.emplace_back())) return false;
    value = read;
    return true;
  }
}

template <typename T>
std::string toml_text(const T& value) {
  if constexpr (Worded<T>)
    return fmt::format("\"{}\"", to_word(value));
  else
    return Json(value).dump();  // JSON's numbers, strings and lists are TOML's too
}

class TomlReader {
 public:
  explicit TomlReader(const fs::path& file) : file_(file) {}

  template <typename T>
  void read(const toml::node& node, std::string_view key, T& value) const {
    if (!read_toml_value(node, value))
      fail_usage("{}:{}: {}: expected {}, found {}", file_.string(), node.source().begin.line, key,
                 wanted<T>(), describe(node));
  }

  void read_paths(const toml::node& node, std::vector<std::string>& paths) const {
    std::vector<std::string> read;
    const toml::array* list = node.as_array();
    for (std::size_t i = 0; list && i < list->size(); ++i)
      if (const auto text = (*list)[i].value_exact<std::string>()) read.push_back(*text);
    if (!list || read.size() != list->size())
      fail_usage("{}:{}: paths: expected a list of strings, found {}", file_.string(),
                 node.source().begin.line, list ? "other things in the list" : toml_type(node));
    paths = read;
  }

  [[noreturn]] void unknown(const toml::key& key) const {
    fail_usage(
        "{}:{}: unknown key \"{}\"; toccata train --help lists them (a key is a flag "
        "without its dashes)",
        file_.string(), key.source().begin.line, key.str());
  }

 private:
  static std::string describe(const toml::node& node) {
    if (const auto text = node.value_exact<std::string>()) return fmt::format("\"{}\"", *text);
    return toml_type(node);
  }
  fs::path file_;
};

toml::table parse(std::string_view text, const fs::path& file) {
  try {
    return toml::parse(text, file.string());
  } catch (const toml::parse_error& error) {
    fail_usage("{}:{}: not TOML: {}", file.string(), error.source().begin.line,
               error.description());
  }
}

constexpr std::uint64_t kLongestFile = std::uint64_t{1} << 24;  // bytes

Stage read_stage(const TomlReader& reader, const toml::table& table) {
  Stage stage;
  for (const auto& [key, node] : table) {
    bool known = key.str() == "paths";
    if (known) reader.read_paths(node, stage.paths);
    visit_stage(stage, [&, name = key.str(), &value = node](const char*, const char* option,
                                                            auto& field, const char*) {
      if (name != option) return;
      known = true;
      reader.read(value, option, field);
    });
    if (!known) reader.unknown(key);
  }
  return stage;
}

/// A layer that gives a length replaces the length of the layers below it. A length of nothing is
/// refused, but beside a length of something: a run's options.toml names all three.
template <typename Apply>
void apply_layer(TrainOptions& options, const Apply& apply) {
  constexpr auto kNotGiven = std::numeric_limits<std::int64_t>::min();
  TrainOptions changed = options;
  changed.batches = changed.epochs = kNotGiven;
  changed.minutes = static_cast<double>(kNotGiven);
  apply(changed);
  bool given = false, none = true;
  const auto look = [&](auto& length) {
    const bool here = length != static_cast<std::remove_reference_t<decltype(length)>>(kNotGiven);
    given |= here;
    none &= !here || length == 0;
    if (!here) length = 0;
  };
  look(changed.batches);
  look(changed.epochs);
  look(changed.minutes);
  if (given && none && changed.stages.empty())
    fail_usage(
        "a training of no length was asked for: minutes, batches or epochs must be above 0 "
        "(without any of them a run takes 20 minutes)");
  if (!given) {
    changed.batches = options.batches;
    changed.epochs = options.epochs;
    changed.minutes = options.minutes;
  }
  options = std::move(changed);
}

}  // namespace

void apply_toml_text(TrainOptions& options, std::string_view text, const fs::path& file) {
  const toml::table table = parse(text, file);
  const TomlReader reader(file);
  apply_layer(options, [&](TrainOptions& layer) {
    for (const auto& [key, node] : table) {
      bool known = key.str() == "paths" || key.str() == "stages";
      if (key.str() == "paths") reader.read_paths(node, layer.paths);
      if (key.str() == "stages") {
        const toml::array* list = node.as_array();
        if (!list || !list->is_homogeneous<toml::table>())
          fail_usage("{}:{}: stages: expected tables ([[stages]]), found {}", file.string(),
                     node.source().begin.line, toml_type(node));
        layer.stages.clear();
        for (const toml::node& stage : *list)
          layer.stages.push_back(read_stage(reader, *stage.as_table()));
      }
      visit_options(layer, [&, name = key.str(), &value = node](const char*, const char* option,
                                                                auto& field, const char*) {
        if (name != option) return;
        known = true;
        reader.read(value, option, field);
      });
      if (!known) reader.unknown(key);
    }
  });
}

void apply_toml(TrainOptions& options, const fs::path& file) {
  apply_toml_text(options, read_text(file, kLongestFile), file);
}

TrainOptions stored_options(const fs::path& file) {
  TrainOptions options;
  options.model = {};
  options.average = 0;
  apply_toml(options, file);
  return options;
}

std::set<std::string> toml_keys(const fs::path& file) {
  std::set<std::string> keys;
  for (const auto& [key, node] : parse(read_text(file, kLongestFile), file))
    keys.emplace(key.str());
  return keys;
}

void apply_text(TrainOptions& options, std::string_view key, const std::string& text) {
  bool known = false;
  visit_options(options, [&](const char*, const char* option, auto& field, const char*) {
    if (key != option) return;
    known = true;
    using Field = std::remove_cvref_t<decltype(field)>;
    if (!read_text_value(text, field))
      fail_usage("--{}: expected {}, found \"{}\"", key, wanted<Field>(), text);
  });
  if (!known) fail_usage("unknown option \"{}\"", key);
}

void apply_texts(TrainOptions& options, const std::map<std::string, std::string>& texts) {
  apply_layer(options, [&](TrainOptions& layer) {
    for (const auto& [key, text] : texts) apply_text(layer, key, text);
  });
}

std::string default_text(std::string_view key) {
  if (key == "echoes" || key == "mix-units") return "";  // by the music, by other sizes
  if (key == "batches" || key == "epochs" || key == "minutes") return "";  // of none: 20 minutes
  std::string text;
  const TrainOptions usual;
  visit_options(usual, [&](const char*, const char* option, const auto& field, const char*) {
    if (key == option) text = toml_text(field);
  });
  std::erase_if(text, [](char c) { return c == '"' || c == '[' || c == ']'; });
  return text;
}

std::string wanted_text(std::string_view key) {
  if (key == "output") return "FOLDER";
  if (key == "restore") return "MODEL";
  if (key == "split") return "FILE";
  std::string text;
  const TrainOptions usual;
  visit_options(usual, [&]<typename T>(const char*, const char* each, const T&, const char*) {
    if (key != each) return;
    if constexpr (std::is_same_v<T, bool>) {
      text = "true|false";
    } else if constexpr (Worded<T>) {
      text = fmt::format("{}", fmt::join(word_texts<T>(), "|"));
    } else if constexpr (std::is_integral_v<T>) {
      text = "INT";
    } else if constexpr (std::is_floating_point_v<T>) {
      text = "NUMBER";
    } else if constexpr (std::is_same_v<T, std::string>) {
      text = "NAME";
    } else {
      text = "INT,…";
    }
  });
  return text;
}

std::vector<Difference> differences(const TrainOptions& first, const TrainOptions& second) {
  std::vector<Difference> all;
  visit_options(first, [&](const char* group, const char* key, const auto& value, const char*) {
    all.push_back({group, key, toml_text(value), ""});
  });
  std::size_t at = 0;
  visit_options(second, [&](const char*, const char*, const auto& value, const char*) {
    all[at++].second = toml_text(value);
  });
  std::erase_if(all, [](const Difference& each) { return each.first == each.second; });
  return all;
}

std::string to_toml(const TrainOptions& options) {
  std::string text = "# Every option of this run, as resolved. toccata train --config reads it.\n";
  text += fmt::format("paths = {}\n", toml_text(options.paths));
  const char* last_group = "";
  visit_options(options, [&](const char* group, const char* key, const auto& field, const char*) {
    if (std::string_view(group) != last_group) text += fmt::format("\n# {}\n", group);
    last_group = group;
    text += fmt::format("{} = {}\n", key, toml_text(field));
  });
  for (const Stage& stage : options.stages) {
    text += fmt::format("\n[[stages]]\npaths = {}\n", toml_text(stage.paths));
    visit_stage(stage, [&](const char*, const char* key, const auto& field, const char*) {
      text += fmt::format("{} = {}\n", key, toml_text(field));
    });
  }
  return text;
}

}  // namespace toccata::training
