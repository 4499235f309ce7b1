#pragma once
// The one list of what a user may set, from which flags, the environment, config files, the stored
// options and the help are all made: key, field and meaning. A key is a flag without its dashes.

#include <string_view>
#include <type_traits>

#include "base/words.h"
#include "training/options.h"

namespace toccata::training {

constexpr auto words(Device) {
  return word_list<Device>({{"cpu", Device::cpu}, {"cuda", Device::cuda}});
}
constexpr auto words(EngineKind) {
  return word_list<EngineKind>(
      {{"auto", EngineKind::automatic}, {"own", EngineKind::own}, {"torch", EngineKind::torch}});
}
constexpr auto words(OptimiserKind) {
  return word_list<OptimiserKind>({{"adam", OptimiserKind::adam},
                                   {"adamw", OptimiserKind::adamw},
                                   {"adadelta", OptimiserKind::adadelta},
                                   {"rmsprop", OptimiserKind::rmsprop},
                                   {"sgd", OptimiserKind::sgd}});
}
constexpr auto words(ScheduleKind) {
  return word_list<ScheduleKind>({{"constant", ScheduleKind::constant},
                                  {"cosine", ScheduleKind::cosine},
                                  {"step", ScheduleKind::step}});
}
constexpr auto words(ReduceKind) {
  return word_list<ReduceKind>({{"f32", ReduceKind::f32}, {"bf16", ReduceKind::bf16}});
}
constexpr auto words(TrainPrecision) {
  return word_list<TrainPrecision>({{"auto", TrainPrecision::automatic},
                                    {"f32", TrainPrecision::f32},
                                    {"tf32", TrainPrecision::tf32},
                                    {"bf16", TrainPrecision::bf16}});
}
constexpr auto words(SaveFailure) {
  return word_list<SaveFailure>({{"stop", SaveFailure::stop}, {"go-on", SaveFailure::go_on}});
}

/// Calls visit(group, key, field, meaning) for every option but `paths`, `config` and `stages`.
/// `Options` is TrainOptions, const or not.
template <typename Options, typename Visit>
void visit_options(Options& o, Visit&& visit) {
  const char* group = "Run";
  visit(group, "name", o.name, "Name of the run: its folder below the output folder");
  visit(group, "output", o.output, "Where runs are kept");
  visit(group, "restore", o.restore, "Start from the weights of this model");

  group = "Model";
  visit(group, "time-units", o.model.time_units, "Units of each LSTM layer along time");
  visit(group, "note-units", o.model.note_units, "Units of each LSTM layer along the notes");
  visit(group, "mix-units", o.model.mix_units,
        "Units of each of two layers that mix what the time axis knows along the notes; 0: none "
        "(default: as many as the first of --note-units)");
  visit(group, "window", o.model.window, "Notes around a note that it sees; odd");
  visit(group, "echoes", o.model.echoes,
        "Earlier frames that a note sees, by their lags in steps: 16,32; or none (default: 1/4, "
        "1/2, 1, 2 and 4 bars of the meter that most of the music has)");
  visit(group, "echo-window", o.model.echo_window, "Notes around a note that it sees of each; odd");
  visit(group, "lower-notes", o.model.lower_notes,
        "Notes below a note that it sees of its own step");
  visit(group, "lower-chord", o.model.lower_chord,
        "See the notes below by pitch class too: true or false");
  visit(group, "heads", o.model.heads,
        "The output layer: shared by all notes, or per-note as in the original");
  visit(group, "low", o.model.roll.low, "Lowest MIDI pitch");
  visit(group, "high", o.model.roll.high, "Highest MIDI pitch");
  visit(group, "beat", o.model.beat, "How the place in the bar is told: phase or binary");
  visit(group, "start-step", o.model.start_step, "First step's number, for --beat binary");
  visit(group, "forget-bias", o.forget_bias, "Added to the forget gates' biases at the start");

  group = "Reading music";
  visit(group, "grid", o.model.roll.grid, "Steps per quarter note: 4, 8, 12, 24 or other");
  visit(group, "articulation", o.model.roll.articulation,
        "Learn where held notes are struck again (false: play only)");
  visit(group, "out-of-range", o.model.roll.out_of_range,
        "Notes outside low to high: fold by octaves, drop or refuse");
  visit(group, "pedal", o.model.roll.pedal, "Sustain pedal: off, or extend notes");
  visit(group, "drums", o.model.roll.drums, "Read channel 10 as pitches");
  visit(group, "trim", o.model.roll.trim, "Leave out whole silent bars at either end of a piece");
  visit(group, "min-steps", o.min_steps, "Leave out pieces shorter than this");
  visit(group, "strict", o.strict, "Refuse files that would need repair");
  visit(group, "max-bad", o.max_bad, "Refuse where more files than this are unreadable; -1: never");

  group = "Split";
  visit(group, "validation-pieces", o.validation_pieces,
        "Pieces held out for validation: a number, or a fraction below 1");
  visit(group, "test-pieces", o.test_pieces, "Pieces held out for the final test, likewise");
  visit(group, "split", o.split, "A file that says which piece is train, valid and test");

  group = "Length";
  visit(group, "batches", o.batches, "Updates, each on a fresh batch");
  visit(group, "epochs", o.epochs, "Times through all training pieces");
  visit(group, "minutes", o.minutes,
        "Time for all of it: sizes that are not given are chosen to suit (20 where none of the "
        "three is given)");

  group = "Learning";
  visit(group, "batch-size", o.batch_size, "Sequences in a batch");
  visit(group, "time-steps", o.time_steps, "Longest window of a piece, in steps");
  visit(group, "transpose", o.transpose, "Move pieces by up to this many semitones either way");
  visit(group, "keep-prob", o.keep_prob, "Dropout after every LSTM layer keeps this share");
  visit(group, "recurrent-keep-prob", o.recurrent_keep_prob,
        "Each update keeps this share of every LSTM layer's recurrent weights");
  visit(group, "unheard", o.input_dropout,
        "While learning, this share of the earlier frames' notes goes unheard");
  visit(group, "optimizer", o.optimiser.kind, "adam, adamw, adadelta, rmsprop or sgd");
  visit(group, "learning-rate", o.optimiser.learning_rate, "0: the optimiser's usual one");
  visit(group, "weight-decay", o.optimiser.weight_decay, "Pull of the weights to zero");
  visit(group, "beta1", o.optimiser.beta1, "adam, adamw");
  visit(group, "beta2", o.optimiser.beta2, "adam, adamw");
  visit(group, "rho", o.optimiser.rho, "adadelta");
  visit(group, "alpha", o.optimiser.alpha, "rmsprop");
  visit(group, "momentum", o.optimiser.momentum, "sgd");
  visit(group, "epsilon", o.optimiser.epsilon, "0: the optimiser's usual one");
  visit(group, "clip", o.optimiser.clip_norm, "Longest gradient; 0: any length");
  visit(group, "schedule", o.schedule.kind, "Learning rate over time: constant, cosine or step");
  visit(group, "warm-up", o.schedule.warm_up, "Updates over which the learning rate rises");
  visit(group, "decay-every", o.schedule.decay_every, "Updates between falls, for step");
  visit(group, "decay-factor", o.schedule.decay_factor, "What is left at each fall, for step");
  visit(group, "average", o.average, "Decay of the moving average of weights; 0: none");

  group = "Watching";
  visit(group, "validate-every", o.validate_every, "Updates between validations");
  visit(group, "save-every", o.save_every, "Updates between checkpoints");
  visit(group, "save-failure", o.save_failure,
        "Where saving fails (a full disk): stop, or go-on and try again at the next");
  visit(group, "keep-checkpoints", o.keep_checkpoints, "The newest that are kept; 0: all");
  visit(group, "patience", o.patience,
        "Stop after this many validations without a better one; 0: never");

  group = "Machine";
  visit(group, "seed", o.seed, "Everything random follows from it");
  visit(group, "threads", o.threads, "0: all of the processor");
  visit(group, "device", o.device, "cpu or cuda");
  visit(group, "engine", o.engine, "Who computes the gradient: auto, own or torch");
  visit(group, "precision", o.precision,
        "f32, bf16, tf32 (cuda), or auto: bf16 where the processor multiplies it natively, tf32 "
        "on cuda");

  group = "Several machines";
  visit(group, "reduce", o.reduce,
        "How gradients travel between processes: f32, or bf16 (half the bytes)");
  visit(group, "local-updates", o.local_updates,
        "Updates of each process on its own between averagings; 1: all train as one");
  visit(group, "peer-timeout", o.peer_timeout,
        "Seconds that another process may be silent for before training ends");
}

/// The same for a stage, but `paths`.
template <typename StageType, typename Visit>
void visit_stage(StageType& stage, Visit&& visit) {
  const char* group = "Stage";
  visit(group, "time-steps", stage.time_steps, "");
  visit(group, "batch-size", stage.batch_size, "");
  visit(group, "batches", stage.batches, "");
  visit(group, "epochs", stage.epochs, "");
  visit(group, "nats", stage.nats, "");
}

}  // namespace toccata::training
