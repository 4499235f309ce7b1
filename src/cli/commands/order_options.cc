#include "cli/commands/order_options.h"

#include <fmt/ranges.h>

#include <algorithm>
#include <random>

#include "base/error.h"
#include "composing/controls.h"
#include "composing/order_json.h"
#include "tasks/given_music.h"

namespace toccata::cli {
namespace {

using composing::FieldFacts;
using composing::FieldKind;

std::string type_of(const FieldFacts& facts) {
  switch (facts.kind) {
    case FieldKind::whole:
      return "INT";
    case FieldKind::number:
      return "FLOAT";
    case FieldKind::words:
      return fmt::format("{}", fmt::join(facts.words, "|"));
    case FieldKind::file:
      return "FILE";
    default:
      return "TEXT";
  }
}

std::string help_of(const FieldFacts& facts) {
  const std::string usual =
      *facts.field.otherwise ? fmt::format(" (default: {})", facts.field.otherwise) : "";
  return facts.field.meaning + usual;
}

void add_field(CLI::App& app, OrderArguments& arguments, const FieldFacts& facts) {
  const std::string option = "--" + facts.option, key = facts.field.key;
  const auto take = [&arguments, name = facts.name, option, key](const std::string& text) {
    arguments.said.push_back(name);
    try {
      if (key == "chords") {
        tasks::take_chords(arguments.order, text);
      } else {
        composing::set_field(arguments.order, key, text);
      }
    } catch (const Error& error) {
      // A message begins with the field's name; here the field is an option.
      const std::string why = error.what();
      if (!why.starts_with(name + ": ")) throw;
      fail_usage("{}{}", option, why.substr(name.size()));
    }
  };
  if (facts.kind == FieldKind::flag) {
    app.add_flag_callback(
           option, [take] { take("true"); }, help_of(facts))
        ->group(facts.field.group);
  } else if (key == "melody.voice") {
    app.add_option(option, arguments.voice, help_of(facts))
        ->expected(1, 2)
        ->group(facts.field.group);
  } else {
    CLI::Option* added = app.add_option_function<std::string>(option, take, help_of(facts));
    added->type_name(type_of(facts))->group(facts.field.group);
    if (!facts.usual.is_null() && !*facts.field.otherwise)
      added->default_str(facts.usual.is_string() ? facts.usual.get<std::string>()
                                                 : facts.usual.dump());
  }
}

}  // namespace

void add_order(CLI::App& app, OrderArguments& arguments, OrderFields which) {
  for (const FieldFacts& facts : composing::field_facts(arguments.order)) {
    if (facts.field.command && (which == OrderFields::all || facts.field.play))
      add_field(app, arguments, facts);
  }
}

void finish_order(OrderArguments& arguments, std::string& model) {
  if (!arguments.voice.empty()) {
    std::vector<std::string>& words = arguments.voice;
    // "--voice top chorales": the second word was the model's name.
    const bool has_number = words[0].find_first_of("0123456789") != std::string::npos;
    if (words.size() == 2 && model.empty() && (!words[0].starts_with("track") || has_number)) {
      model = words[1];
      words.pop_back();
    }
    arguments.said.emplace_back("melody voice");
    arguments.order.voice = composing::parse_voice(fmt::format("{}", fmt::join(words, " ")));
    if (!arguments.order.melody) fail_usage("--voice goes with --melody FILE");
  }
  const bool has_seed = std::ranges::find(arguments.said, "seed") != arguments.said.end();
  if (!has_seed) arguments.order.seed = std::random_device()();
}

}  // namespace toccata::cli
