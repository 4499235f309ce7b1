#include "tasks/run_observer.h"

#include <fmt/ranges.h>
#include <algorithm>
#include <utility>

#include "base/files.h"
#include "base/parallel.h"
#include "base/text.h"
#include "rendering/picture.h"
#include "runs/tensorboard.h"
#include "tasks/compose.h"
#include "tasks/verdict.h"

namespace toccata::tasks {

RunObserver::RunObserver(RunView view, Progress& progress, const Stop& stop)
    : view_(std::move(view)), progress_(progress), stop_(stop) {}

void RunObserver::on_start(const training::StartReport& report) {
  progress_.end();
  runs::truncate_metrics(view_.run.metrics(), report.begun_at);
  std::filesystem::remove(view_.run.verdict());  // of a run that goes on it is yet to come
  rows_ = runs::read_metrics(view_.run.metrics());
  const double before = rows_.empty() ? 0 : rows_.back().seconds;
  wall_began_ =
      std::chrono::duration<double>(std::chrono::system_clock::now().time_since_epoch()).count() -
      before;
  runs::begin_events(view_.run.events(), wall_began_, rows_);
  baseline_ = report.baseline;

  progress_.message(
      fmt::format("{} to learn from ({}), {} held out for validation ({}), {} for testing",
                  counted(report.train_pieces, "piece"), counted(report.train_steps, "step"),
                  report.valid_pieces, counted(report.valid_steps, "step"), report.test_pieces));
  if (report.baseline)
    progress_.message(
        fmt::format("To know only how often each note sounds gives {:.3f} nats per step on the "
                    "validation pieces: the baseline, which the model has to beat",
                    -*report.baseline));
  else
    progress_.message(
        fmt::format("To know only how often each note sounds gives {:.3f} nats per step on the "
                    "training pieces",
                    -report.baseline_train));
  progress_.message(fmt::format(
      "A model of {} parameters: {}; {} notes; {}{}", report.parameters,
      network::layers_text(report.config), report.config.notes(), counted(report.updates, "update"),
      report.begun_at ? fmt::format(", going on from update {}", report.begun_at) : ""));
  for (const std::string& warning : warnings_of_music(report.train_pieces, report.valid_pieces))
    progress_.warning(warning);
  if (view_.processes > 1)
    progress_.message(fmt::format("{} processes train together, {} threads in this one",
                                  view_.processes, thread_count(view_.threads)));
  if (!rendering::has_pictures())
    progress_.message("No loss graphs are drawn: this program was built without cairo");
  if (view_.minutes > 0)
    progress_.begin("training", static_cast<std::uint64_t>(view_.minutes * 60), "s");
  else
    progress_.begin("training", static_cast<std::uint64_t>(report.updates), "batches");
}

void RunObserver::on_update(const training::UpdateReport& report) {
  smooth_nats_ = smooth_nats_ == 0 ? report.nats : 0.95 * smooth_nats_ + 0.05 * report.nats;
  const double done = view_.minutes > 0 ? report.seconds : static_cast<double>(report.update);
  progress_.update(static_cast<std::uint64_t>(done),
                   fmt::format("epoch {:.2f}, {:.3f} nats per step", report.epoch, -smooth_nats_));
}

void RunObserver::on_validation(const training::ValidationReport& report) {
  runs::MetricsRow row;
  row.batch = report.update;
  row.epoch = report.epoch;
  row.seconds = report.seconds;
  row.train_nats = -report.train_nats;
  row.valid_nats = report.valid_nats ? -*report.valid_nats : runs::kNotMeasured;
  row.learning_rate = report.learning_rate;
  row.gradient_norm = report.gradient_norm;
  row.note_steps_per_second =
      report.note_steps_per_second > 0 ? report.note_steps_per_second : runs::kNotMeasured;
  runs::append_metrics(view_.run.metrics(), row);
  runs::append_events(view_.run.events(), wall_began_, row);
  rows_.push_back(row);

  std::string line =
      fmt::format("{:>7} batches, epoch {:6.2f}, {}: training {:8.4f}", report.update, report.epoch,
                  clock_time(report.seconds), -report.train_nats);
  if (report.valid_nats)
    line += fmt::format(", validation {:8.4f}{}{}", -*report.valid_nats,
                        report.whole ? "" : " (on a sample)", report.best ? ", the best" : "");
  if (report.note_steps_per_second > 0)
    line += fmt::format(", {:.0f} note-steps/s", report.note_steps_per_second);
  progress_.message(line);
  constexpr auto kBetweenGraphs = std::chrono::seconds(10);
  if (Clock::now() - drawn_ >= kBetweenGraphs) draw_graph();
}

void RunObserver::on_save(const training::SaveReport& report) {
  draw_graph();
  if (view_.sample_steps > 0 && !stop_.requested()) compose_sample(report);
}

void RunObserver::compose_sample(const training::SaveReport& report) {
  Progress silent;
  tasks::compose(
      {.program = view_.program,
       .model_name = fmt::format("{}@step-{}", view_.run.name(), report.update),
       .model = &report.model,
       .order = {.seed = view_.seed, .steps = view_.sample_steps},
       .resources = {.threads = view_.threads}},
      [&](tasks::MadePiece&& made) {
        write_file(view_.run.midi() / fmt::format("step-{}.mid", report.update), made.midi);
      },
      silent, stop_);
}

void RunObserver::draw_graph() {
  drawn_ = Clock::now();
  if (!rendering::has_pictures()) return;
  rendering::LossGraph graph;
  graph.title = view_.run.name();
  if (baseline_) graph.baseline = -*baseline_;
  for (const runs::MetricsRow& row : rows_) {
    const auto x = static_cast<double>(row.batch);
    graph.train.push_back({x, row.train_nats});
    graph.valid.push_back({x, row.valid_nats});
  }
  const rendering::Picture picture = rendering::loss_graph(graph);
  rendering::write_picture(view_.run.loss_svg(), picture);
  rendering::write_picture(view_.run.loss_png(), picture);
}

void RunObserver::on_end(const training::EndReport& report) {
  draw_graph();
  progress_.end();
  const std::string name = view_.run.name();
  const char* why = report.reason == training::EndReason::stopped    ? "Stopped"
                    : report.reason == training::EndReason::patience ? "No better for long: ended"
                                                                     : "Done";
  progress_.message(fmt::format("{} after {}, {}; the run is {}", why,
                                counted(report.update, "batch"), clock_time(report.seconds),
                                view_.run.path.string()));
  if (view_.processes > 1)
    progress_.message(fmt::format("{:.1f} % of the time went on waiting for the other processes",
                                  100 * report.waited / std::max(report.seconds, 1e-9)));
  if (report.valid_nats)
    progress_.message(fmt::format("Validation: {:.4f} nats per step", -*report.valid_nats));
  if (report.test_nats)
    progress_.message(fmt::format("Test: {:.4f} nats per step", -*report.test_nats));
  if (!report.whole)
    progress_.message(
        fmt::format("There was no time to judge all held-out pieces: these figures are of a "
                    "sample. toccata evaluate {} judges all",
                    name));
}

}  // namespace toccata::tasks
