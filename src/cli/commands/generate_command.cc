#include "cli/commands/commands.h"

#include <memory>
#include <random>

#include "base/files.h"
#include "base/json.h"
#include "base/text.h"
#include "cli/commands/candidates.h"
#include "cli/commands/choice_options.h"
#include "cli/commands/control_options.h"
#include "cli/commands/model_argument.h"
#include "cli/commands/piece_names.h"
#include "cli/shell/option_values.h"
#include "cli/shell/seed_value.h"
#include "cli/shell/version.h"
#include "composing/piece_file.h"
#include "listening/excerpt.h"
#include "listening/notes.h"
#include "music/bars.h"
#include "notation/smf_reader.h"

namespace toccata::cli {
namespace {
namespace fs = std::filesystem;

struct Options {
  ModelArgument model;
  composing::ComposeOptions compose;
  ControlArguments control;
  ChoiceOptions choice;
  std::optional<std::uint64_t> seed;
  std::string meter;
  std::string prime;
  int prime_bars = 0;
  std::optional<double> tempo;
  int velocity = 80;
  std::string out;
  std::string again;
  bool json = false;
};

// The first `bars` bars of a piece; all of it where 0 or more than it has.
music::Roll first_bars(const music::Roll& roll, int bars) {
  if (bars == 0) return roll;
  const music::Bars lines(roll.meters, roll.grid);
  const long last = lines.at(0).number + bars - 1;
  int steps = 0;
  while (steps < roll.steps && lines.at(steps).number <= last) ++steps;
  return listening::excerpt(roll, 0, steps);
}

music::Roll read_primer(const network::Config& config, const std::string& path, int bars,
                        Context& context) {
  if (!fs::is_regular_file(path)) fail("{}: expected a file of music to go on from", path);
  const corpus::Corpus corpus = read_for(config, {path}, 1, context);
  if (corpus.pieces.size() != 1) {
    fail("{}: expected one piece to go on from, found {}", path, corpus.pieces.size());
  }
  return first_bars(corpus.pieces.front().roll, bars);
}

std::uint64_t any_seed() {
  return std::random_device()();
}

// Quarter notes a minute: as asked, or that of the piece that is filled, harmonised or gone on
// from, or 120.
double tempo_for(const Options& options) {
  if (options.tempo) return *options.tempo;
  for (const std::string* given :
       {&options.control.infill, &options.control.melody, &options.prime})
    if (!given->empty()) return tempo_of(*given).value_or(120);
  return 120;
}

void generate(Options& options, Context& context) {
  finish_control(options.control, options.compose, options.model.name);
  if (options.model.name.empty()) {
    fail_usage("which model shall compose? toccata generate MODEL; toccata models lists them");
  }
  if (!options.meter.empty()) options.compose.meter = composing::parse_meter(options.meter);
  options.compose.seed = options.seed ? *options.seed : any_seed();
  composing::check(options.compose);
  const NamedModel named = load_named(options.model);
  const fs::path out = !options.out.empty() ? fs::path(options.out)
                       : named.run          ? named.run->midi()
                                            : fs::path(".");
  read_control(named.model.config, options.control, options.compose, context);
  composing::Receipt receipt{
      .program = version_text(),
      .model = options.model.name,
      .model_hash = named.model.hash,
      .arithmetic = composing::arithmetic_of(named.model, options.compose.arithmetic),
      .seed = options.compose.seed,
      .steps = options.compose.steps,
      .keep_prob = options.compose.keep_prob,
      .taste = options.compose.taste,
      .request = options.compose.request,
      .particles = options.compose.particles,
      .pick = options.compose.pick,
      .meter = options.compose.meter,
      .new_only = options.compose.new_only,
      .tempo = tempo_for(options),
      .velocity = options.velocity};
  music::Roll primer;
  if (!options.prime.empty()) {
    primer = read_primer(named.model.config, options.prime, options.prime_bars, context);
    options.compose.prime = &primer;
    options.compose.prime_name = options.prime;
    receipt.prime =
        composing::Primer{options.prime, composing::music_hash(primer), options.prime_bars};
  } else if (options.compose.new_only || options.prime_bars) {
    fail_usage("--new-only and --prime-bars go with --prime FILE");
  }
  // A wrong tempo or velocity shall not be found after minutes of composing.
  composing::write_piece(
      {0,
       music::make_roll(1, named.model.config.roll.low, named.model.config.roll.high,
                        named.model.config.roll.grid, true),
       0, 0},
      receipt);

  const Choice choice(options.choice, named, context);
  OrderedJson pieces = OrderedJson::array(), chosen;
  if (options.choice.candidates) {
    options.compose.pieces = options.choice.candidates;
    chosen = choose_candidates(options.choice, choice, named.model, options.compose, receipt, out,
                               context);
    if (chosen.is_null()) return;
    if (!options.json) {
      for (const auto& piece : chosen["pieces"]) {
        fmt::print("{}\n", piece["file"].get<std::string>());
      }
      fmt::print("{}\n", chosen["sheet"].get<std::string>());
    }
    pieces = std::move(chosen["pieces"]);
  } else {
    choice.compose(
        named.model, options.compose,
        [&](composing::Composed&& piece) {
          receipt.piece = piece.number;
          receipt.retries = piece.retries;
          const Bytes bytes = composing::write_piece(piece, receipt);
          const fs::path path = free_name(
              out, stem_of(options.model.name, receipt.seed, piece.number), ".mid", bytes);
          write_file(path, bytes);
          const std::size_t notes = listening::notes_of(piece.roll).size();
          if (notes == 0) context.progress.warning(fmt::format("{}: all silence", path.string()));
          const double per_step = -piece.nats / piece.steps;
          if (options.json) {
            pieces.push_back({{"file", path.string()},
                              {"piece", piece.number},
                              {"steps", piece.roll.steps},
                              {"notes", notes},
                              {"nats_per_step", per_step},
                              {"log_evidence", piece.log_evidence}});
          } else {
            context.progress.message(fmt::format("{}: {}, {:.2f} nats a step", path.string(),
                                                 counted(notes, "note"), per_step));
            fmt::print("{}\n", path.string());
          }
        },
        context);
  }
  if (!options.json) {
    if (!context.stop.requested())
      context.progress.message(fmt::format(
          "seed {0}: with these options, --seed {0} composes the same again", receipt.seed));
    return;
  }
  OrderedJson json;
  json["model"] = receipt.model;
  json["model_hash"] = receipt.model_hash;
  json["arithmetic"] = receipt.arithmetic;
  json["seed"] = receipt.seed;
  if (options.choice.candidates) {
    json["candidates"] = chosen["candidates"];
    json["sheet"] = chosen["sheet"];
  }
  json["pieces"] = std::move(pieces);
  fmt::print("{}\n", json.dump(2, ' ', false, OrderedJson::error_handler_t::replace));
}

composing::Receipt receipt_of(const std::string& file, const Bytes& bytes) {
  for (const notation::Score& score : notation::read_smf(bytes, file).scores) {
    if (std::optional<composing::Receipt> receipt = composing::find_receipt(score, file)) {
      return *receipt;
    }
  }
  fail(
      "{}: there is no receipt in it: it was not composed by toccata generate, or another program "
      "has written it since",
      file);
}

void generate_again(Options& options, Context& context) {
  const Bytes wanted = read_file(options.again);
  const composing::Receipt receipt = receipt_of(options.again, wanted);
  if (options.model.name.empty()) options.model.name = receipt.model;
  const NamedModel named = load_named(options.model);
  std::optional<music::Roll> primer;
  if (receipt.prime) {
    const std::string path = options.prime.empty() ? receipt.prime->path : options.prime;
    primer = read_primer(named.model.config, path, receipt.prime->bars, context);
  }
  const composing::RequestMusic music =
      read_request_music(named.model.config, receipt.request, options.control, context);
  const Bytes bytes =
      composing::make_again(receipt, named.model, primer ? &*primer : nullptr, music,
                            options.compose.threads, context.progress, context.stop);
  if (bytes != wanted) {
    fail(
        "{}: composed again, it comes out otherwise: the file was edited after {} wrote it, or {} "
        "composes otherwise",
        options.again, receipt.program, version_text());
  }
  const fs::path out = options.out.empty() ? fs::path(".") : fs::path(options.out);
  std::string stem = fs::path(options.again).stem().string();
  if (fs::exists(out / (stem + ".mid"))) stem += "-again";
  const fs::path path = free_name(out, stem, ".mid", bytes);
  write_file(path, bytes);
  if (options.json) {
    OrderedJson json;
    json["file"] = path.string();
    json["again"] = options.again;
    json["equal"] = true;
    fmt::print("{}\n", json.dump(2, ' ', false, OrderedJson::error_handler_t::replace));
  } else {
    context.progress.message(fmt::format("{} is {}, byte for byte", path.string(), options.again));
    fmt::print("{}\n", path.string());
  }
}

}  // namespace

void add_generate(CLI::App& app, Context& context) {
  auto options = std::make_shared<Options>();
  composing::ComposeOptions& compose = options->compose;
  add_model(app, options->model);
  app.add_option("--steps", compose.steps, "new steps of each piece")->capture_default_str();
  CLI::Option* batch =
      app.add_option("--batch", compose.pieces, "how many pieces")->capture_default_str();
  app.add_option("--first", compose.first,
                 "number of the first piece: --first 7 --batch 1 is the "
                 "eighth of a seed alone")
      ->check(seed_value())
      ->capture_default_str();
  app.add_option("--seed", options->seed, "the same seed composes the same (default: a new one)")
      ->check(seed_value());
  app.add_option("--keep-prob", compose.keep_prob, "below 1 dropout stays on while composing")
      ->capture_default_str();
  app.add_option("--prime", options->prime, "a piece to go on from")->type_name("FILE");
  app.add_option("--prime-bars", options->prime_bars, "only its first bars (0: all)")
      ->check(at_least(0));
  app.add_flag("--new-only", compose.new_only, "leave the primer out of what is written");
  app.add_option("--meter", options->meter, "such as 3/4 (default: the primer's, or 4/4)");
  app.add_option("--tempo", options->tempo,
                 "quarter notes a minute (default: the given piece's, or 120)");
  add_control(app, options->control, compose);
  app.add_option("--velocity", options->velocity, "1 to 127, of every note")->capture_default_str();
  app.add_option("--out", options->out, "folder to write to (default: the run's midi/, or here)")
      ->type_name("FOLDER");
  app.add_option("--again", options->again,
                 "make a composed file again, byte for byte, from the receipt in it")
      ->type_name("FILE");
  one_of<network::Arithmetic>(
      app.add_option("--precision", compose.arithmetic,
                     "of the arithmetic (default: bf16 where the processor has it, else f32); int8 "
                     "is fastest, and coarser"));
  app.add_option("--threads", compose.threads, "0: the processor's")->capture_default_str();
  add_choice_options(app, options->choice);
  batch->excludes(app.get_option("--candidates"));
  app.add_flag("--json", options->json, "say what was written as JSON");
  app.callback([options, &context] {
    options->again.empty() ? generate(*options, context) : generate_again(*options, context);
  });
}

}  // namespace toccata::cli
