#include "cli/commands/commands.h"

#include <memory>

#include "base/files.h"
#include "base/json.h"
#include "base/signals.h"
#include "base/text.h"
#include "cli/commands/model_argument.h"
#include "cli/commands/order_options.h"
#include "cli/shell/option_values.h"
#include "cli/shell/version.h"
#include "cli/terminal/terminal_keys.h"
#include "composing/order_json.h"
#include "composing/receipt.h"
#include "music/from_score.h"
#include "music/to_score.h"
#include "notation/smf_writer.h"
#include "playing/midi_port.h"
#include "playing/player.h"
#include "playing/sound_card.h"
#include "runs/model_name.h"
#include "tasks/output_path.h"

namespace toccata::cli {
namespace {

struct Options {
  ModelArgument model;
  playing::PlayOptions play;
  OrderArguments arguments;
  double minutes = 0;
  playing::PortOptions port;
  std::string virtual_port, listen, listen_virtual;
  playing::SoundCardOptions sound;
  std::string soundfont, record, sound_file;
  bool list_ports = false, json = false;
};

void list_ports(bool json) {
  const playing::PortNames names = playing::midi_ports();
  if (json) {
    fmt::print("{}\n", OrderedJson({{"outputs", names.outputs}, {"inputs", names.inputs}}).dump(2));
    return;
  }
  for (const std::string& name : names.outputs) fmt::print("play to    {}\n", name);
  for (const std::string& name : names.inputs) fmt::print("listen to  {}\n", name);
}

std::unique_ptr<playing::Output> open_output(Options& options) {
  if (!options.virtual_port.empty()) {
    options.port.name = options.virtual_port;
    options.port.is_virtual = true;
  }
  if (!options.port.name.empty()) return playing::open_midi_output(options.port);
  return playing::open_sound_card(options.sound);
}

std::unique_ptr<playing::Input> open_input(const Options& options) {
  if (!options.listen_virtual.empty()) {
    return playing::open_midi_input({.name = options.listen_virtual, .is_virtual = true});
  }
  if (options.listen.empty()) return nullptr;
  return playing::open_midi_input({.name = options.listen});
}

std::vector<std::string> other_models(const Options& options) {
  std::vector<std::string> names;
  for (const runs::KnownModel& model : runs::known_models({.output = options.model.output})) {
    if (model.offered()) names.push_back(model.name);
  }
  return names;
}

// What sounded, as it is written at the end; as long as a file may be.
struct Recording {
  std::vector<std::array<std::uint8_t, 128>> steps;
  int grid = 0;  // of the first model; of another grid nothing is taken

  void take(const playing::PastStep& step, int step_grid) {
    if (grid == 0) grid = step_grid;
    if (grid == step_grid && steps.size() < music::kMostSteps) steps.push_back(step.cells);
  }

  void write(const std::string& path, const Options& options, const OrderedJson& receipt) const {
    const composing::Order& order = options.arguments.order;
    const composing::Meter meter = order.meter ? *order.meter : composing::Meter{};
    music::Roll roll = music::make_roll(static_cast<int>(steps.size()), 0, 127, grid, true,
                                        {{0, meter.numerator, meter.denominator}});
    for (std::size_t t = 0; t < steps.size(); ++t) {
      std::copy(steps[t].begin(), steps[t].end(), roll.frame(static_cast<int>(t)));
    }
    notation::Score score =
        music::to_score(roll, {.tempo = order.tempo.value_or(120),
                               .velocity = order.velocity.value_or(composing::kUsualVelocity),
                               .program = options.port.program,
                               .track_name = "Toccata"});
    score.tracks.front().texts.insert(score.tracks.front().texts.begin(),
                                      {.tick = 0, .kind = 1, .text = receipt.dump()});
    write_file(path, notation::write_smf(score));
  }
};

OrderedJson receipt_of(const Options& options, const network::Model& model,
                       const std::string& arithmetic, const playing::PlayReport& report) {
  OrderedJson json;
  json["program"] = version_text();
  json["model"] = options.model.name;
  json["model_hash"] = model.hash;
  json["arithmetic"] = arithmetic;
  json["seed"] = options.play.order.seed;
  json.update(composing::to_json(options.play.order));
  json.update(playing::to_json(report));
  return OrderedJson{{"toccata_play", std::move(json)}};
}

// What can be wrong with a file of sound is told before anything is composed.
void check_sound_file(const Options& options) {
  if (options.sound_file.empty()) return;
  tasks::check_extension(options.sound_file, rendering::is_audio_path(options.sound_file),
                         ".wav, .flac or .ogg");
  if (std::filesystem::exists(options.sound_file))
    fail_usage("--sound-file {}: there is a file of this name already; choose another",
               options.sound_file);
  if (options.play.steps == 0 && options.minutes == 0)
    fail_usage(
        "--sound-file: the music has no length: give --minutes or --steps; a file is "
        "written faster than it plays");
}

playing::PlayReport play_to(playing::Output& output, playing::AlarmClock& clock,
                            playing::Input* input,
                            const std::shared_ptr<const network::Model>& model,
                            const Options& options, const HangUp& hang_up, Context& context) {
  playing::Player player(model, options.play, output, input, clock, context.progress);
  TerminalKeys keys(other_models(options), options.model.name);
  context.progress.message(fmt::format(
      "playing to {} with seed {}; Ctrl-C ends",
      options.sound_file.empty() ? output.name() : options.sound_file, options.play.order.seed));
  if (keys.on_terminal()) context.progress.message(keys_help());
  return player.run(
      [&] {
        std::vector<std::string> lines = keys.lines();
        if (hang_up.happened()) lines.emplace_back("quit");
        return lines;
      },
      context.stop);
}

void play(Options& options, Context& context) {
  if (options.list_ports) return list_ports(options.json);
  if (options.model.name.empty()) {
    fail_usage("no model is named: toccata play MODEL; toccata models lists them");
  }
  finish_order(options.arguments, options.model.name);
  composing::check(options.arguments.order);
  options.play.order = options.arguments.order;
  check_sound_file(options);
  if (!options.soundfont.empty()) options.sound.soundfont = options.soundfont;
  options.sound.program = options.port.program;
  const auto model = std::make_shared<const network::Model>(load_named(options.model).model);
  if (options.minutes > 0) {
    const double a_minute = options.play.order.tempo.value_or(120) * model->config.roll.grid;
    options.play.steps = static_cast<std::int64_t>(options.minutes * a_minute);
  }
  options.play.load = [output = options.model.output](const std::string& name) {
    return std::make_shared<const network::Model>(load_named({name, output}).model);
  };
  Recording recording;
  if (!options.record.empty()) {
    options.play.sounded = [&recording](const playing::PastStep& step, int grid) {
      recording.take(step, grid);
    };
  }
  const HangUp hang_up;  // a terminal that goes away leaves no note sounding either
  const std::string arithmetic = composing::arithmetic_of(*model, options.play.resources);
  playing::PlayReport report;
  if (!options.sound_file.empty()) {
    rendering::write_audio_with(options.sound_file, [&](const rendering::AudioSink& sink) {
      const auto sound = playing::make_offline_sound(options.sound, sink);
      report = play_to(*sound, *sound, nullptr, model, options, hang_up, context);
      sound->finish();
    });
  } else {
    const std::unique_ptr<playing::Output> output = open_output(options);
    const std::unique_ptr<playing::Input> input = open_input(options);
    playing::SteadyAlarmClock clock;
    report = play_to(*output, clock, input.get(), model, options, hang_up, context);
  }
  const OrderedJson receipt = receipt_of(options, *model, arithmetic, report);
  if (!options.record.empty()) recording.write(options.record, options, receipt);
  if (options.json) {
    context.progress.print(receipt["toccata_play"].dump(2));
    return;
  }
  if (!options.sound_file.empty()) {
    context.progress.message(
        fmt::format("{}, {}", counted(report.steps, "step"), counted(report.notes, "note")));
    context.progress.print(options.sound_file);
    return;
  }
  const auto ms = [](double seconds) { return seconds * 1000; };
  context.progress.message(
      fmt::format("{}, {}; later than the beat: median {:.1f} ms, 99 of 100 within {:.1f} ms, at "
                  "most {:.1f} ms; composing a step: {:.1f} ms on average",
                  counted(report.steps, "step"), counted(report.notes, "note"),
                  ms(report.lateness.quantile(0.5)), ms(report.lateness.quantile(0.99)),
                  ms(report.lateness.most()), ms(report.composing.mean())));
}

void add_output_options(CLI::App& app, Options& options) {
  const auto group = "Where it sounds (default: the sound card)";
  app.add_option("--port", options.port.name, "a MIDI port: part of its name, or its number")
      ->group(group);
  app.add_option("--virtual", options.virtual_port,
                 "make a MIDI port of this name, to which other programs connect")
      ->excludes(app.get_option("--port"))
      ->group(group);
  app.add_flag("--ports", options.list_ports, "list the MIDI ports")->group(group);
  app.add_option("--channel", options.port.channel, "MIDI channel, counted from 0")
      ->check(between(0, 15))
      ->capture_default_str()
      ->group(group);
  app.add_option("--program", options.port.program, "General MIDI sound; 0 is the grand piano")
      ->check(between(0, 127))
      ->capture_default_str()
      ->group(group);
  app.add_option("--driver", options.sound.driver,
                 "driver of the sound card: alsa, pulseaudio, jack… (default: FluidSynth's choice)")
      ->group(group);
  app.add_option("--soundfont", options.soundfont, "a .sf2 file (default: as toccata render)")
      ->type_name("FILE")
      ->group(group);
  app.add_option("--sound-file", options.sound_file,
                 "instead of the sound card: a new .wav, .flac or .ogg file, written faster than "
                 "it plays")
      ->type_name("FILE")
      ->excludes(app.get_option("--port"))
      ->excludes(app.get_option("--virtual"))
      ->group(group);
  app.add_option("--patience", options.play.patience,
                 "seconds to wait for a lost device; 0: until it is back")
      ->check(at_least(0.0))
      ->capture_default_str()
      ->group(group);
}

}  // namespace

void add_play(CLI::App& app, Context& context) {
  auto options = std::make_shared<Options>();
  add_model(app, options->model);
  add_output_options(app, *options);
  app.add_option("--listen", options->listen,
                 "MIDI port on which you play along; the model hears what you play");
  app.add_option("--listen-virtual", options->listen_virtual,
                 "the same with a new port of this name")
      ->excludes(app.get_option("--listen"))
      ->excludes(app.get_option("--sound-file"));
  app.get_option("--listen")->excludes(app.get_option("--sound-file"));
  CLI::Option* steps =
      app.add_option("--steps", options->play.steps, "end after this many steps; 0: never")
          ->check(at_least(std::int64_t{0}))
          ->capture_default_str();
  app.add_option("--minutes", options->minutes,
                 "end after this many minutes, at the tempo at the start")
      ->check(at_least(0.0))
      ->excludes(steps);
  app.add_option("--rest", options->play.rest,
                 "bars of silence after which a new piece begins; 0: never")
      ->check(at_least(0.0))
      ->capture_default_str();
  app.add_option("--record", options->record, "write what sounded into this MIDI file at the end")
      ->type_name("FILE");
  app.add_option("--threads", options->play.resources.threads,
                 "threads; 0: as many as the processor has")
      ->capture_default_str();
  app.add_flag("--json", options->json, "report as JSON on standard output at the end");
  add_order(app, options->arguments, OrderFields::play);
  app.footer(
      "While it plays, standard input takes lines: an option's name and a value (temperature 1.2, "
      "tempo 96, range C3-C5; or up, down, off), key D minor, key next, model NAME, quit. On a "
      "terminal, single keys do: h lists them.");
  app.callback([options, &context] { play(*options, context); });
}

}  // namespace toccata::cli
