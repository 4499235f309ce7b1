#include "playing/player.h"

#include <algorithm>
#include <chrono>
#include <cmath>

#include "base/error.h"
#include "music/bars.h"

namespace toccata::playing {
namespace {

constexpr double kLongestSleep = 0.05;    // seconds; a request to stop waits no longer
constexpr double kBeforeTheFirst = 0.1;   // seconds until the first step sounds
constexpr double kBetweenRecoveries = 1;  // seconds

// Whatever happens, nothing sounds on.
class SilenceAtTheEnd {
 public:
  explicit SilenceAtTheEnd(Output& output) : output_(output) {}
  ~SilenceAtTheEnd() { output_.silence(); }
  SilenceAtTheEnd(const SilenceAtTheEnd&) = delete;
  SilenceAtTheEnd& operator=(const SilenceAtTheEnd&) = delete;

 private:
  Output& output_;
};

OrderedJson milliseconds(const Jitter& jitter) {
  const auto ms = [](double seconds) { return std::round(seconds * 1e5) / 100; };
  return {{"mean", ms(jitter.mean())},
          {"median", ms(jitter.quantile(0.5))},
          {"p99", ms(jitter.quantile(0.99))},
          {"most", ms(jitter.most())}};
}

}  // namespace

// A model that is being loaded, on a thread of its own: that takes longer than a step.
struct Player::NextModel {
  std::string name;
  std::int64_t heard = 0;  // steps of the past that it will have heard
  std::future<std::unique_ptr<LiveComposer>> composer;
};

OrderedJson to_json(const PlayReport& report) {
  OrderedJson changes = OrderedJson::array();
  for (const Change& change : report.changes) {
    changes.push_back({{"step", change.step}, {"line", change.line}});
  }
  return {{"steps", report.steps},
          {"notes", report.notes},
          {"heard", report.heard},
          {"pieces", report.pieces},
          {"lost", report.lost},
          {"lateness_ms", milliseconds(report.lateness)},
          {"composing_ms", milliseconds(report.composing)},
          {"changes", std::move(changes)}};
}

Player::Player(std::shared_ptr<const network::Model> model, const PlayOptions& options,
               Output& output, Input* input, AlarmClock& clock, Progress& progress)
    : options_(options),
      order_(options.order),
      output_(output),
      input_(input),
      clock_(clock),
      progress_(progress),
      composer_(
          std::make_unique<LiveComposer>(std::move(model), options.order, options.resources)) {
  if (options.steps < 0) fail_usage("steps: expected 0 or more, found {}", options.steps);
}

Player::~Player() = default;

double Player::step_seconds() const {
  return 60 / order_.tempo.value_or(120) / composer_->model().config.roll.grid;
}

music::MeterAt Player::meter() const {
  const composing::Meter meter = order_.meter ? *order_.meter : composing::Meter{};
  return {0, meter.numerator, meter.denominator};
}

network::StepPlace Player::place() const {
  const int grid = composer_->model().config.roll.grid;
  const double bar = music::bar_length(meter(), grid), beat = music::beat_length(meter(), grid);
  const double in_bar = std::fmod(step_, bar);
  return {static_cast<float>(in_bar / bar), static_cast<float>(std::fmod(in_bar, beat) / beat),
          step_};
}

// Another model is loaded on a thread of its own, and hears the past there.
void Player::load_model(const std::string& name) {
  if (!options_.load) fail("there is no other model to change to");
  if (next_model_) fail("the model {} is still being loaded", next_model_->name);
  progress_.message(fmt::format("loading the model {}", name));
  next_model_ = std::make_unique<NextModel>();
  next_model_->name = name;
  next_model_->heard = past_.added();
  next_model_->composer = std::async(
      std::launch::async,
      [load = options_.load, name, past = past_, order = order_, resources = options_.resources] {
        auto composer = std::make_unique<LiveComposer>(load(name), order, resources);
        for (const PastStep& step : past.steps()) composer->listen(step);
        return composer;
      });
}

// False if the music is to end.
bool Player::take_lines(const Lines& lines) {
  if (!lines) return true;
  for (const std::string& line : lines()) {
    try {
      const LiveCommand command = parse_command(line);
      if (command.kind == LiveCommand::Kind::model) {
        load_model(command.value);
      } else if (command.kind != LiveCommand::Kind::quit) {
        const composing::Order order = changed(order_, command);
        composer_->follow(order);
        order_ = order;
        progress_.message(to_string(order_));
      }
      report_.changes.push_back({report_.steps, line});
      if (command.kind == LiveCommand::Kind::quit) return false;
    } catch (const Error& error) {
      progress_.warning(error.what());
    }
  }
  return true;
}

// The model that was asked for takes over, once it is there and has heard the past.
void Player::take_model() {
  if (!next_model_ ||
      next_model_->composer.wait_for(std::chrono::seconds(0)) != std::future_status::ready) {
    return;
  }
  const std::unique_ptr<NextModel> next = std::move(next_model_);
  try {
    std::unique_ptr<LiveComposer> composer = next->composer.get();
    composer->follow(order_);
    const int grid = composer->model().config.roll.grid;
    if (grid != composer_->model().config.roll.grid) {
      // Its steps are of another length: what has sounded means nothing to it.
      composer->begin(static_cast<std::uint64_t>(report_.pieces++));
      past_.clear();
      step_ = 0;
    } else {
      const auto& steps = past_.steps();
      const auto missed = std::min<std::int64_t>(past_.added() - next->heard, std::ssize(steps));
      for (auto step = steps.end() - missed; step != steps.end(); ++step) composer->listen(*step);
    }
    composer_ = std::move(composer);
    progress_.message(fmt::format("now playing with the model {}", next->name));
  } catch (const std::exception& error) {
    progress_.warning(error.what());
  }
}

// What was played in since the last step sounds in `step` too: part of the past from now on.
void Player::take_input(PastStep& step) {
  if (!input_) return;
  for (auto& [pitch, struck] : played_in_) struck = false;
  std::array<bool, 128> ended{};
  for (const HeardNote& note : input_->heard()) {
    if (note.pitch < 0 || note.pitch > 127) continue;
    if (note.on) {
      played_in_[note.pitch] = true;
      ended[static_cast<std::size_t>(note.pitch)] = false;
      ++report_.heard;
    } else {
      ended[static_cast<std::size_t>(note.pitch)] = true;
    }
  }
  for (auto held = played_in_.begin(); held != played_in_.end();) {
    const auto pitch = static_cast<std::size_t>(held->first);
    const bool gone = ended[pitch];
    // A note that came and went between two steps has sounded in this one.
    if (!gone || held->second) {
      step.cells[pitch] |= held->second ? music::kPlay | music::kArticulate : music::kPlay;
    }
    held = gone ? played_in_.erase(held) : std::next(held);
  }
}

void Player::compose() {
  const double begin = clock_.seconds();
  next_ = composer_->compose(place());
  report_.composing.add(clock_.seconds() - begin);
}

// The step that was composed sounds: ends first, then beginnings.
void Player::sound(double time) {
  const auto begins = [&](std::size_t pitch) {
    const std::uint8_t cell = next_.cells[pitch];
    if (!(cell & music::kPlay)) return false;
    const bool held = !past_.steps().empty() && (past_.steps().back().cells[pitch] & music::kPlay);
    return (cell & music::kArticulate) || !held;
  };
  for (std::size_t pitch = 0; pitch < sounding_.size(); ++pitch) {
    if (!sounding_[pitch] || ((next_.cells[pitch] & music::kPlay) && !begins(pitch))) continue;
    sounding_[pitch] = false;
    output_.note_off(static_cast<int>(pitch));
  }
  for (std::size_t pitch = 0; pitch < sounding_.size(); ++pitch) {
    // What is held on from a note played in sounds there, not here.
    if (!begins(pitch)) continue;
    sounding_[pitch] = true;
    output_.note_on(static_cast<int>(pitch), order_.velocity.value_or(composing::kUsualVelocity));
    ++report_.notes;
  }
  report_.lateness.add(std::max(0.0, clock_.seconds() - time));
}

// Waits for the device to come back.
void Player::lost(const std::string& why, const Stop& stop) {
  ++report_.lost;
  output_.silence();
  sounding_.fill(false);
  progress_.warning(
      fmt::format("{} is gone ({}); the music waits for it. Ctrl-C quits", output_.name(), why));
  const double since = clock_.seconds();
  double next_try = since + kBetweenRecoveries;
  while (!stop.requested()) {
    const double now = clock_.seconds();
    if (now >= next_try) {
      if (output_.recover()) {
        output_.silence();  // what it may still sound from before
        progress_.message(fmt::format("{} is back", output_.name()));
        return;
      }
      next_try = now + kBetweenRecoveries;
    }
    if (options_.patience > 0 && now - since > options_.patience) {
      fail("{} is gone ({}) and has not come back for {:g} seconds", output_.name(), why,
           options_.patience);
    }
    clock_.sleep_until(std::min(next_try, now + kLongestSleep));
  }
}

PlayReport Player::run(const Lines& lines, const Stop& stop) {
  const SilenceAtTheEnd silence(output_);
  output_.silence();
  compose();
  double time = clock_.seconds() + kBeforeTheFirst;
  while (!stop.requested() && (options_.steps == 0 || report_.steps < options_.steps)) {
    const double now = clock_.seconds();
    if (now < time) {
      clock_.sleep_until(std::min(time, now + kLongestSleep));
      continue;
    }
    try {
      sound(time);
    } catch (const Error& error) {
      lost(error.what(), stop);
      time = clock_.seconds();
    }
    ++report_.steps;
    // Where a step took longer to compose than it lasts, the music slows rather than hurries.
    time = std::max(time + step_seconds(), clock_.seconds());
    if (!take_lines(lines)) break;
    take_input(next_);
    composer_->listen(next_);
    past_.add(next_);
    if (options_.sounded) options_.sounded(next_, composer_->model().config.roll.grid);
    const bool silent = std::all_of(next_.cells.begin(), next_.cells.end(),
                                    [](std::uint8_t cell) { return cell == 0; });
    silent_ = silent ? silent_ + 1 : 0;
    ++step_;
    take_model();
    const double bar = music::bar_length(meter(), composer_->model().config.roll.grid);
    if (options_.rest > 0 && silent_ >= options_.rest * bar) {
      composer_->begin(static_cast<std::uint64_t>(report_.pieces++));
      past_.clear();
      step_ = silent_ = 0;
    }
    compose();
  }
  return report_;
}

}  // namespace toccata::playing
