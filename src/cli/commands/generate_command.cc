#include <memory>

#include "base/json.h"
#include "base/text.h"
#include "cli/commands/commands.h"
#include "cli/commands/model_argument.h"
#include "cli/commands/order_options.h"
#include "cli/shell/option_values.h"
#include "cli/shell/version.h"
#include "tasks/candidates.h"

namespace toccata::cli {
namespace {
namespace fs = std::filesystem;

struct Options {
  ModelArgument model;
  OrderArguments arguments{.order = {.pieces = 10}, .said = {}, .voice = {}};
  tasks::ChoiceOptions choice;
  composing::Resources resources;
  std::string out, again;
  bool json = false;
};

void print(const OrderedJson& json, Context& context) {
  context.progress.print(json.dump(2, ' ', false, OrderedJson::error_handler_t::replace));
}

OrderedJson compose_into(const tasks::ComposeTask& task, const fs::path& out, bool json,
                         Context& context) {
  OrderedJson pieces = OrderedJson::array();
  tasks::compose(
      task,
      [&](tasks::MadePiece&& made) {
        const fs::path path = tasks::write_into(out, made.receipt, made.midi);
        OrderedJson facts = tasks::facts_of(made, path);
        const int notes = facts["notes"];
        if (notes == 0)
          context.progress.warning(
              fmt::format("{} is silent from beginning to end", path.string()));
        // For people the line says more; a program that reads it wants the path alone.
        if (!json)
          context.progress.print(context.progress.watched()
                                     ? fmt::format("{}: {}, {:.2f} nats per step", path.string(),
                                                   counted(notes, "note"),
                                                   facts["nats_per_step"].get<double>())
                                     : path.string());
        pieces.push_back(std::move(facts));
      },
      context.progress, context.stop);
  return {{"pieces", std::move(pieces)}};
}

void generate(Options& options, Context& context) {
  composing::Order& order = options.arguments.order;
  finish_order(options.arguments, options.model.name);
  if (options.model.name.empty()) {
    fail_usage("no model is named: toccata generate MODEL; toccata models lists them");
  }
  if (options.choice.candidates) order.pieces = options.choice.candidates;
  composing::check(order);
  const NamedModel named = load_named(options.model);
  tasks::read_given(order, named.model.config, context.progress, context.stop);
  composing::fill_in(order, tasks::manner_of(named.folder));
  const tasks::Choice choice(options.choice, named, context.progress, context.stop);
  const tasks::ComposeTask task{.program = version_text(),
                                .model_name = options.model.name,
                                .model = &named.model,
                                .order = order,
                                .resources = options.resources,
                                .no_copying = choice.copy_limit()};
  const fs::path out = !options.out.empty() ? fs::path(options.out)
                       : named.run          ? named.run->midi()
                                            : fs::path(".");
  OrderedJson made;
  if (options.choice.candidates) {
    made = tasks::choose_candidates(task, choice, out, context.progress, context.stop);
    if (made.is_null()) return;
    for (const auto& piece : made["pieces"])
      if (!options.json) context.progress.print(piece["file"].get<std::string>());
    if (!options.json) context.progress.print(made["sheet"].get<std::string>());
  } else {
    made = compose_into(task, out, options.json, context);
  }
  if (options.json) {
    OrderedJson json = {{"model", options.model.name},
                        {"model_hash", named.model.hash},
                        {"arithmetic", composing::arithmetic_of(named.model, options.resources)},
                        {"seed", order.seed}};
    json.update(made);
    print(json, context);
  } else if (!context.stop.requested()) {
    context.progress.message(fmt::format(
        "seed {0}: with these options, --seed {0} composes the same again", order.seed));
  }
}

void generate_again(Options& options, Context& context) {
  const fs::path file = options.again;
  const Bytes wanted = read_file(file);
  const composing::Receipt receipt = tasks::receipt_in(file, wanted);
  finish_order(options.arguments, options.model.name);
  if (options.model.name.empty()) options.model.name = receipt.model;
  const NamedModel named = load_named(options.model);
  const Bytes bytes = tasks::compose_again(
      file, wanted, receipt, options.arguments.order, options.arguments.said, named.model,
      options.resources.threads, version_text(), context.progress, context.stop);
  const fs::path out = options.out.empty() ? fs::path(".") : fs::path(options.out);
  std::string stem = file.stem().string();
  if (fs::exists(out / (stem + ".mid"))) stem += "-again";
  const fs::path path = tasks::free_name(out, stem, ".mid", bytes);
  write_file(path, bytes);
  if (options.json)
    return print({{"file", path.string()}, {"again", options.again}, {"equal", true}}, context);
  context.progress.message(fmt::format("{} is {}, byte for byte", path.string(), options.again));
  context.progress.print(path.string());
}

void add_choice(CLI::App& app, tasks::ChoiceOptions& options) {
  const auto group = "Choosing among many, and not copying";
  CLI::Option* candidates =
      app.add_option("--candidates", options.candidates,
                     "compose this many pieces and keep the best, with a contact sheet of them")
          ->check(between(1, 1000000))
          ->excludes("--batch")
          ->group(group);
  app.add_option("--keep", options.keep, "how many candidates to keep")
      ->check(at_least(1))
      ->needs(candidates)
      ->capture_default_str()
      ->group(group);
  CLI::Option* corpus =
      app.add_option("--corpus", options.corpus,
                     "folders and files of music with which the pieces are compared")
          ->type_name("PATH")
          ->group(group);
  one_of(app.add_option("--corpus-split", options.corpus_split, "use only this part of the corpus"),
         word_texts<corpus::Part>())
      ->needs(corpus)
      ->group(group);
  one_of<composing::Criterion>(app.add_option("--rank-by", options.rank_by,
                                              "what ranks the candidates, separated by commas "
                                              "(default: all that can be counted)"))
      ->delimiter(',')
      ->allow_extra_args(false)
      ->needs(candidates)
      ->group(group);
  app.add_option("--sheet", options.sheet,
                 "the contact sheet, an .html file (default: beside the pieces)")
      ->type_name("FILE")
      ->needs(candidates)
      ->group(group);
  app.add_option(
         "--max-copy", options.max_copy,
         "where a piece copies more than this many quarter notes in a row from the corpus, in "
         "any key, compose it again from that bar on")
      ->check(at_least(0.0))
      ->needs(corpus)
      ->group(group);
  app.add_option("--max-tries", options.max_tries,
                 "how often a piece that copies is composed again before it is given up")
      ->check(between(1, 4095))
      ->capture_default_str()
      ->group(group);
}

}  // namespace

void add_generate(CLI::App& app, Context& context) {
  auto options = std::make_shared<Options>();
  add_model(app, options->model);
  app.add_option("--out", options->out, "folder to write to (default: the run's midi/, or here)")
      ->type_name("FOLDER");
  app.add_option("--again", options->again,
                 "compose a file again, byte for byte, from the receipt in it")
      ->type_name("FILE");
  one_of<network::Precision>(
      app.add_option("--precision", options->resources.precision,
                     "number format of products (default: int8 where the processor has it, else "
                     "f32)"));
  app.add_option("--threads", options->resources.threads,
                 "threads; 0: as many as the processor has")
      ->capture_default_str();
  app.add_flag("--json", options->json, "report what was written as JSON");
  add_order(app, options->arguments, OrderFields::all);
  add_choice(app, options->choice);
  app.callback([options, &context] {
    options->again.empty() ? generate(*options, context) : generate_again(*options, context);
  });
}

}  // namespace toccata::cli
