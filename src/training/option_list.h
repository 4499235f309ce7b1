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
  visit(group, "name", o.name, "Name of the run and of its folder");
  visit(group, "output", o.output, "Folder of the runs");
  visit(group, "restore", o.restore, "Start from the weights of this model; none: from no model");

  visit(group, "from", o.from,
        "Learn on from this model, which may read music otherwise; auto: from the shipped one that "
        "knows the music best, where the run is measured in minutes and no sizes are given; none: "
        "from nothing");

  group = "Model";
  visit(group, "time-units", o.model.time_units, "Units of each LSTM layer along time");
  visit(group, "note-units", o.model.note_units, "Units of each LSTM layer along the notes");
  visit(
      group, "mix-units", o.model.mix_units,
      "Units of each of two layers along the notes, up and down, that read the time layers before "
      "the note layers do; 0: none (default: the first of --note-units)");
  visit(group, "window", o.model.window,
        "How many notes around a note it sees in the frame before; odd");
  visit(
      group, "echoes", o.model.echoes,
      "Lags, in steps, of earlier frames that a note also sees: 16,32; or none (default: 1/4, 1/2, "
      "1, 2 and 4 bars of the meter that most of the music has)");
  visit(group, "echo-window", o.model.echo_window,
        "How many notes around a note it sees in each of these frames; odd");
  visit(group, "lower-notes", o.model.lower_notes,
        "How many notes below a note it sees in its own step");
  visit(group, "lower-chord", o.model.lower_chord,
        "Whether a note also sees all notes below it, by pitch class");
  visit(group, "heads", o.model.heads,
        "The output layer: one for all notes, or one per note as in the original");
  visit(group, "low", o.model.roll.low, "Lowest MIDI pitch of the model");
  visit(group, "high", o.model.roll.high, "Highest MIDI pitch of the model");
  visit(group, "beat", o.model.beat,
        "How the place in the bar is encoded; binary as in the original");
  visit(group, "start-step", o.model.start_step, "Number of the first step, for --beat binary");
  visit(group, "forget-bias", o.forget_bias,
        "Added to the biases of the forget gates at the start");

  group = "Reading music";
  visit(group, "grid", o.model.roll.grid, "Steps per quarter note: 4, 8, 12, 24 or other");
  visit(group, "articulation", o.model.roll.articulation,
        "Learn where held notes are struck again; false: learn only what sounds");
  visit(group, "beats", o.model.roll.beats,
        "The beats of music as it is played: found where its onsets stand on no grid of the file's "
        "own (auto), the file's own, or found");
  visit(group, "out-of-range", o.model.roll.out_of_range,
        "Notes outside low to high: fold them into it by octaves, drop them, or refuse the file");
  visit(group, "pedal", o.model.roll.pedal, "The sustain pedal: ignore it, or extend notes by it");
  visit(group, "drums", o.model.roll.drums, "Read the drums of channel 10 as pitches");
  visit(group, "trim", o.model.roll.trim, "Leave out whole silent bars at either end of a piece");
  visit(group, "min-steps", o.min_steps, "Leave out pieces shorter than this");
  visit(group, "strict", o.strict, "Refuse files that need repair");
  visit(group, "max-bad", o.max_bad, "Stop if more files than this cannot be read; -1: never");

  group = "Split";
  visit(group, "validation-pieces", o.validation_pieces,
        "Pieces held out for validation: a number, or a fraction below 1");
  visit(group, "test-pieces", o.test_pieces,
        "Pieces held out for the final test: a number, or a fraction below 1");
  visit(group, "split", o.split, "File that says which pieces are train, valid and test");

  group = "Length";
  visit(group, "batches", o.batches, "Train for this many updates");
  visit(group, "epochs", o.epochs, "Train for this many passes over the training pieces");
  visit(group, "minutes", o.minutes,
        "Train for this long, all included, and choose sizes that suit it where none are given (20 "
        "if none of the three is given)");

  group = "Learning";
  visit(group, "batch-size", o.batch_size, "Windows per batch");
  visit(group, "time-steps", o.time_steps, "Steps per window, at most");
  visit(group, "transpose", o.transpose,
        "Transpose windows at random, by up to this many semitones either way");
  visit(group, "keep-prob", o.keep_prob,
        "Dropout after each LSTM layer keeps this share of its outputs");
  visit(group, "recurrent-keep-prob", o.recurrent_keep_prob,
        "Dropout on recurrent weights keeps this share of them in each update");
  visit(group, "unheard", o.input_dropout,
        "Input dropout: hide this share of the earlier frames' notes from the model");
  visit(group, "optimizer", o.optimiser.kind, "The optimiser");
  visit(group, "learning-rate", o.optimiser.learning_rate,
        "Learning rate; 0: the optimiser's usual one");
  visit(group, "weight-decay", o.optimiser.weight_decay, "Weight decay");
  visit(group, "beta1", o.optimiser.beta1, "adam, adamw: decay of the mean gradient");
  visit(group, "beta2", o.optimiser.beta2, "adam, adamw: decay of the mean squared gradient");
  visit(group, "rho", o.optimiser.rho, "adadelta: decay of the mean squares");
  visit(group, "alpha", o.optimiser.alpha, "rmsprop: decay of the mean squared gradient");
  visit(group, "momentum", o.optimiser.momentum, "sgd: momentum");
  visit(group, "epsilon", o.optimiser.epsilon,
        "Added to the optimiser's denominators; 0: its usual one");
  visit(group, "clip", o.optimiser.clip_norm, "Scale longer gradients down to this norm; 0: never");
  visit(group, "schedule", o.schedule.kind, "How the learning rate changes over time");
  visit(group, "warm-up", o.schedule.warm_up,
        "Updates over which the learning rate rises at the start");
  visit(group, "decay-every", o.schedule.decay_every,
        "--schedule step: updates between falls of the learning rate");
  visit(group, "decay-factor", o.schedule.decay_factor,
        "--schedule step: what each fall leaves of it");
  visit(group, "average", o.average, "Decay of the moving average of the weights; 0: no average");

  group = "Watching";
  visit(group, "validate-every", o.validate_every, "Updates between validations");
  visit(group, "save-every", o.save_every, "Updates between checkpoints");
  visit(group, "save-failure", o.save_failure,
        "If a save fails (a full disk): stop, or go on and try again at the next save");
  visit(group, "keep-checkpoints", o.keep_checkpoints,
        "How many of the newest checkpoints are kept; 0: all");
  visit(group, "patience", o.patience,
        "Stop after this many validations without improvement; 0: never");

  group = "Machine";
  visit(group, "seed", o.seed, "Seed of everything random");
  visit(group, "threads", o.threads, "Threads; 0: as many as the processor has");
  visit(group, "device", o.device, "What to train on");
  visit(group, "engine", o.engine,
        "What computes gradients: Toccata itself (own; on the CPU) or LibTorch");
  visit(group, "precision", o.precision,
        "Number format of products; auto: bf16 where the processor is faster in it, else "
        "f32; on cuda tf32, which only it has");

  group = "Several machines";
  visit(group, "reduce", o.reduce,
        "Number format of gradients sent between processes; bf16 halves the bytes");
  visit(group, "local-updates", o.local_updates,
        "Updates that each process makes alone before weights are averaged; 1: none, all train as "
        "one");
  visit(group, "peer-timeout", o.peer_timeout,
        "Seconds without a sign from another process after which training ends");
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
