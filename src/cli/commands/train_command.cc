#include <memory>

#include "base/json.h"
#include "cli/commands/commands.h"
#include "cli/shell/option_values.h"
#include "cli/shell/version.h"
#include "tasks/train_run.h"
#include "training/option_list.h"
#include "training/options_file.h"

namespace toccata::cli {
namespace {

OrderedJson to_json(const tasks::TrainOutcome& outcome) {
  const training::EndReport& report = outcome.report;
  OrderedJson json;
  json["run"] = outcome.run.path.string();
  json["batches"] = report.update;
  json["epochs"] = report.epoch;
  json["seconds"] = report.seconds;
  json["finished"] = report.reason != training::EndReason::stopped;
  if (report.valid_nats) json["valid_nats_per_step"] = -*report.valid_nats;
  if (report.test_nats) json["test_nats_per_step"] = -*report.test_nats;
  if (outcome.verdict) json["verdict"] = tasks::to_json(*outcome.verdict);
  if (outcome.processes > 1) {
    json["processes"] = outcome.processes;
    json["waited_seconds"] = report.waited;
  }
  return json;
}

void tell_end(const tasks::TrainOutcome& outcome, Progress& progress) {
  const std::string name = outcome.run.name();
  if (outcome.verdict) {
    progress.message("\nHow it came out:");
    for (const std::string& line : outcome.verdict->found) progress.message("- " + line);
    for (const std::string& line : outcome.verdict->warnings) progress.warning(line);
    if (!outcome.verdict->advice.empty()) progress.message("What would help:");
    for (const std::string& line : outcome.verdict->advice) progress.message("- " + line);
  }
  if (outcome.report.reason == training::EndReason::stopped)
    progress.message(fmt::format("toccata train --name {} --resume goes on with it", name));
  else
    progress.message(fmt::format("\ntoccata generate {} composes with it", name));
}

}  // namespace

void add_train(CLI::App& app, Context& context) {
  struct Given {
    tasks::TrainRequest request;
    bool json = false;
  };
  auto given = std::make_shared<Given>();
  app.add_option("PATH", given->request.paths, "Folders of music, MIDI files, roll files");
  app.add_option("--config", given->request.config,
                 "Read options from this TOML file, such as one of recipes/")
      ->type_name("FILE")
      ->group("Run");
  app.add_flag("--resume", given->request.resume, "Continue the run of this name")->group("Run");
  app.add_option("--sample-steps", given->request.sample_steps,
                 "Steps of the piece composed at each checkpoint; 0: none")
      ->check(at_least(0))
      ->capture_default_str()
      ->group("Watching");
  app.add_flag("--json", given->json, "Report how it ended as JSON")->group("Watching");
  const training::TrainOptions usual;
  training::visit_options(
      usual, [&](const char* group, const char* key, const auto&, const char* meaning) {
        app.add_option_function<std::string>(
               std::string("--") + key,
               [given, name = std::string(key)](const std::string& text) {
                 given->request.texts[name] = text;
               },
               meaning)
            ->type_name(training::wanted_text(key))
            ->default_str(training::default_text(key))
            ->group(group);
      });
  app.callback([given, &context] {
    given->request.program = version_text();
    const auto outcome = tasks::train_run(given->request, context.progress, context.stop);
    if (!outcome) return;
    tell_end(*outcome, context.progress);
    if (given->json)
      context.progress.print(
          to_json(*outcome).dump(2, ' ', false, OrderedJson::error_handler_t::replace));
  });
}

}  // namespace toccata::cli
