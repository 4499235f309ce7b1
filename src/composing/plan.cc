#include "composing/plan.h"

#include <algorithm>
#include <bit>
#include <cmath>

#include "base/error.h"
#include "base/text.h"
#include "composing/given.h"
#include "composing/harmony.h"
#include "listening/notes.h"
#include "listening/teacher_forcing.h"
#include "music/bars.h"
#include "music/from_score.h"
#include "notation/pitch_name.h"

namespace toccata::composing {
namespace {

// What is gone on from, if it is there.
const music::Roll* primer_of(const Order& order) {
  const music::Roll* prime = order.prime ? order.prime->music.get() : nullptr;
  return prime && prime->steps > 0 ? prime : nullptr;
}

void demand_music(const std::optional<GivenFile>& file, const char* what) {
  if (file && !file->music) fail("{}: expected {}, which was not read", file->path, what);
}

// The whole piece as it will be, silent where the new music goes.
music::Roll blank(const network::Config& config, const Order& order) {
  const music::Roll* prime = primer_of(order);
  const int past = prime ? prime->steps : 0, steps = new_steps(order, config.roll);
  if (steps < 1 || steps > music::kMostSteps - past) {
    fail_usage("steps: expected 1 to {}{}, found {}", music::kMostSteps - past,
               past ? fmt::format(" (the primer has {})", past) : "", steps);
  }
  std::vector<music::MeterAt> meters;
  if (prime) {
    meters = prime->meters;
  } else if (order.meter) {
    meters = {{0, order.meter->numerator, order.meter->denominator}};
  } else {
    meters = {{0, config.roll.meter_numerator, config.roll.meter_denominator}};
  }
  if (prime && order.meter) {
    const music::MeterAt in_force = music::Bars(meters, config.roll.grid).meter(past);
    const music::MeterAt wanted{static_cast<double>(past), order.meter->numerator,
                                order.meter->denominator};
    if (in_force.numerator != wanted.numerator || in_force.denominator != wanted.denominator) {
      meters.push_back(wanted);
    }
  }
  if (meters.empty()) meters = {music::MeterAt{}};
  music::Roll roll = music::make_roll(past + steps, config.roll.low, config.roll.high,
                                      config.roll.grid, config.roll.articulation, meters);
  if (prime) std::copy(prime->cells.begin(), prime->cells.end(), roll.cells.begin());
  return roll;
}

int first_step_of(const music::Bar& bar) {
  return std::max(0, static_cast<int>(std::ceil(bar.begin - music::kSameStep)));
}

// How much of a piece to fill is heard before the part composed anew, and how much behind it shapes
// that: both far more than a model's features look back (four bars as a rule). So an infill takes
// as long in a long piece as in a short one.
constexpr int kHeardBefore = 512, kWeighedBehind = 64;  // steps

// Of the piece to fill, the notes that stay are given, and what is silent outside its part.
void plan_infill(Plan& plan, const Order& order) {
  const music::Roll& whole = *order.infill->music;
  const Selection selection = selection_of(order, whole);
  const std::vector<music::HeardNote> notes =
      order.infill->source ? order.infill->source->heard : heard_notes(whole);
  plan.piece = roll_of(whole, notes, staying_notes(order, notes));
  plan.from = static_cast<int>(std::ranges::find(selection.steps, true) - selection.steps.begin());
  int last = plan.from;
  for (int t = plan.from; t < whole.steps; ++t)
    if (selection.steps[static_cast<std::size_t>(t)]) last = t;
  plan.heard_from = std::max(0, plan.from - kHeardBefore);
  plan.to = std::min(whole.steps, last + 1 + kWeighedBehind);
  plan.limits.keep(plan.piece, [&](int t, int n) {
    const int pitch = whole.low + n;
    return selection.steps[static_cast<std::size_t>(t)] && pitch >= selection.low &&
           pitch <= selection.high;
  });
}

// The notes of a primer keep their ends, unless they reach over the bar where it is cut.
void end_primer(Plan& plan, const GivenFile& prime) {
  const int past = prime.music->steps;
  std::vector<bool> reach_over(static_cast<std::size_t>(plan.piece.notes()), false);
  for (const music::HeardNote& note : prime.source->heard) {
    if (note.heard() && note.onset < past && note.end > past)
      reach_over[static_cast<std::size_t>(note.pitch - plan.piece.low)] = true;
  }
  for (int n = 0; n < plan.piece.notes(); ++n) {
    if ((plan.piece.frame(past - 1)[n] & music::kPlay) && !reach_over[static_cast<std::size_t>(n)])
      plan.limits.at(past, n) &= kSilent | kOnset;
  }
}

// Nothing is composed beyond the melody: above the top voice, below the bottom one. While it rests,
// its last note bounds it; before its first note, that one.
void bound_by_melody(Limits& limits, const music::Roll& melody, Voice voice) {
  const int notes = melody.notes();
  // Its notes may overlap.
  const auto melody_at = [&](int t) {
    for (int i = 0; i < notes; ++i) {
      const int n = voice == Voice::top ? notes - 1 - i : i;
      if (melody.frame(t)[n] & music::kPlay) return n;
    }
    return -1;
  };
  int bound = -1;
  for (int t = 0; t < melody.steps && bound < 0; ++t) bound = melody_at(t);
  if (bound < 0) fail_usage("melody: there is no note in it");
  for (int t = 0; t < melody.steps; ++t) {
    if (const int now = melody_at(t); now >= 0) bound = now;
    for (int n = 0; n < notes; ++n) {
      if (voice == Voice::top ? n > bound : n < bound) limits.forbid(t, n);
    }
  }
}

struct Harmony {
  PitchClasses classes = kAllPitchClasses;
  int bass = -1;
  // Where a chord begins it sounds: so many of its notes, these among them.
  int notes = 0;
  PitchClasses needed = 0;
};

// A chord is heard as itself by its root and its third, or what stands for it; three notes are one.
constexpr std::size_t kChordNotes = 3, kTellingNotes = 2;

void begin_chord(Harmony& harmony, const Chord& chord, const Order& order) {
  std::size_t notes = std::min(kChordNotes, chord.by_weight.size());
  if (order.most_notes > 0) notes = std::min(notes, static_cast<std::size_t>(order.most_notes));
  harmony.notes = static_cast<int>(notes);
  for (std::size_t i = 0; i < std::min(notes, kTellingNotes); ++i)
    harmony.needed |= static_cast<PitchClasses>(1 << chord.by_weight[i]);
}

// What the chord track says of each step from `from` on.
std::vector<Harmony> chords_of(const Order& order, const music::Roll& piece, int from) {
  std::vector<Harmony> steps(static_cast<std::size_t>(piece.steps));
  if (order.chord_file) {
    const music::Roll* const file = order.chord_file->music.get();
    PitchClasses now = kAllPitchClasses;
    if (listening::notes_of(*file).empty()) fail_usage("chords: there is no note in the file");
    for (int t = from; t < piece.steps; ++t) {
      PitchClasses sounding = 0;
      const std::uint8_t* frame = file->frame((t - from) % file->steps);
      for (int n = 0; n < file->notes(); ++n) {
        if (frame[n]) sounding |= static_cast<PitchClasses>(1 << ((file->low + n) % 12));
      }
      const bool begins = sounding && sounding != now;
      if (sounding) now = sounding;
      steps[static_cast<std::size_t>(t)].classes = now;
      steps[static_cast<std::size_t>(t)].notes = begins ? 1 : 0;
    }
    return steps;
  }
  const ChordTrack& track = *order.chords;
  const music::Bars bars(piece.meters, piece.grid);
  const long first = bars.at(from).number;
  const ChordAt* before = nullptr;
  for (int t = from; t < piece.steps; ++t) {
    const music::Bar bar = bars.at(t);
    const double place = (t - bar.begin) / (bar.end - bar.begin) + 1e-9;
    for (const ChordAt& at : track.chords) {
      if (at.bar != (bar.number - first) % track.bars || place < at.from || place >= at.to)
        continue;
      Harmony& harmony = steps[static_cast<std::size_t>(t)];
      if (at.chord.classes) harmony = {at.chord.classes, at.chord.bass};
      if (at.chord.classes && std::exchange(before, &at) != &at)
        begin_chord(harmony, at.chord, order);
    }
  }
  return steps;
}

bool on_a_beat(const music::Roll& piece, int t) {
  const auto i = static_cast<std::size_t>(t);
  return t == 0 || piece.beat_phase[i] <= piece.beat_phase[i - 1];
}

// Where the ending begins; the end of the piece: none is asked for.
int begin_of_ending(const music::Roll& piece, const Order& order) {
  int begin = piece.steps;
  if (!order.ending || order.ending->on == Ending::On::none) return begin;
  const music::Bars bars(piece.meters, piece.grid);
  for (int bar = 0; bar < order.ending_bars && begin > 0; ++bar)
    begin = first_step_of(bars.at(begin - 1));
  return begin;
}

// A chord that begins at step t sounds there, as far as the other limits let it.
void let_begin(Plan& plan, int t, const Harmony& chord) {
  if (chord.notes == 0) return;
  StepRule& rule = plan.limits.rule(t);
  StepRule whole = rule, some = rule;
  some.fewest = std::max(rule.fewest, 1);
  whole.fewest = std::max(rule.fewest, chord.notes);
  whole.needed |= chord.needed;
  StepGate gate;
  for (const StepRule& wanted : {whole, some}) {
    if (!gate.begin(plan.limits.sets(t), plan.piece.low, wanted)) continue;
    rule = wanted;
    return;
  }
}

// Key, scale, range, chords, density of the texture.
void limit_notes(Plan& plan, const Order& order) {
  PitchClasses scale = kAllPitchClasses;
  if (order.key) scale = order.key->classes;
  if (order.scale) scale = order.scale->classes;
  const PitchRange range = order.range ? *order.range : PitchRange{};
  const int highest = plan.piece.low + plan.piece.notes() - 1;
  if (range.low > highest || range.high < plan.piece.low) {
    fail_usage("range: expected pitches of the model, {} to {}, found {}: nothing could sound",
               notation::pitch_name(plan.piece.low), notation::pitch_name(highest),
               order.range.text());
  }
  const bool has_chords = order.chords || order.chord_file;
  std::vector<Harmony> chords;
  if (has_chords) chords = chords_of(order, plan.piece, plan.from);
  const int ending = begin_of_ending(plan.piece, order);  // its chord stands for the track's
  for (int t = plan.from; t < plan.piece.steps; ++t) {
    StepRule& rule = plan.limits.rule(t);
    // Given notes stay, however many there are.
    const auto given = static_cast<int>(
        std::ranges::count_if(plan.limits.sets(t), [](CellSet set) { return !(set & kSilent); }));
    rule.most = order.most_notes ? std::max(order.most_notes, given) : 0;
    rule.fewest = order.fewest_notes;
    PitchClasses classes = scale;
    if (has_chords && t < ending) {
      const Harmony& chord = chords[static_cast<std::size_t>(t)];
      const bool strict = order.chord_tones == ChordTones::all || on_a_beat(plan.piece, t);
      // The chord's own notes may sound even outside the key: a key has its borrowed chords.
      if (chord.classes != kAllPitchClasses) {
        classes = strict ? chord.classes : static_cast<PitchClasses>(classes | chord.classes);
      }
      if (strict) rule.bass = chord.bass;
    }
    for (int n = 0; n < plan.piece.notes(); ++n) {
      const int pitch = plan.piece.low + n;
      if (pitch < range.low || pitch > range.high || !(classes >> (pitch % 12) & 1))
        plan.limits.forbid(t, n);
    }
    if (has_chords && t < ending && !plan.limits.given(t))
      let_begin(plan, t, chords[static_cast<std::size_t>(t)]);
  }
}

void limit_ending(Plan& plan, const Order& order) {
  if (!order.ending || order.ending->on == Ending::On::none) return;
  const bool own = order.ending->on == Ending::On::own;
  Chord chord;
  if (order.ending->chord) {
    chord = *order.ending->chord;
  } else if (!own) {
    std::string name = notation::pitch_name(60 + order.key->tonic);
    name.pop_back();  // the octave
    chord = parse_chord(name + (order.key->minor ? "m" : ""));
  }
  const music::Roll& piece = plan.piece;
  const music::Bars bars(piece.meters, piece.grid);
  const double beat = music::beat_length(bars.meter(piece.steps - 1), piece.grid);
  bool composed = false;
  for (int t = std::max(begin_of_ending(piece, order), plan.from); t < piece.steps; ++t) {
    composed = composed || !plan.limits.given(t);
    if (own) {
      const bool last = t >= piece.steps - beat - music::kSameStep;
      plan.limits.close(t) = last ? Close::on_all_of_it : Close::on_its_notes;
      continue;
    }
    for (int n = 0; n < piece.notes(); ++n) {
      if (!(chord.classes >> ((piece.low + n) % 12) & 1)) plan.limits.forbid(t, n);
    }
    StepRule& rule = plan.limits.rule(t);
    if (t < piece.steps - beat - music::kSameStep) continue;
    rule.bass = chord.bass >= 0 ? chord.bass : chord.root;
    const std::size_t voices =
        order.most_notes > 0 ? static_cast<std::size_t>(order.most_notes) : chord.by_weight.size();
    for (std::size_t i = 0; i < std::min(voices, chord.by_weight.size()); ++i)
      rule.needed |= static_cast<PitchClasses>(1 << chord.by_weight[i]);
  }
  if (!composed)
    fail_usage("ending: nothing is composed in the last {}", counted(order.ending_bars, "bar"));
}

int steps_of(const char* name, const WrittenNoteValue& value, int grid, bool up) {
  if (!value) return 0;
  const double steps = *value * 4 * grid;
  const double whole =
      up ? std::ceil(steps - music::kSameStep) : std::floor(steps + music::kSameStep);
  if (whole < 1)
    fail_usage("{}: {} is shorter than a step of this model, 1/{}", name, value.text(), 4 * grid);
  return static_cast<int>(std::min(whole, 1e6));
}

}  // namespace

Plan plan_of(const network::Config& config, const Order& order) {
  check(order);
  demand_music(order.prime, "a primer");
  demand_music(order.infill, "the piece to fill");
  demand_music(order.melody, "a melody");
  demand_music(order.chord_file, "a chord track");
  if (const music::Roll* prime = primer_of(order))
    listening::check_fits(config, *prime, order.prime->path);
  const double strength = order.sampling.echo_strength;
  if (!config.memory && strength != 0 && strength != 1)
    fail_usage(
        "echo strength: this model has no memory of the piece to be heard more or less, found "
        "{:g}; "
        "toccata export MODEL FOLDER --memory MUSIC fits one",
        strength);
  Plan plan;
  if (const auto& whole = order.infill ? order.infill : order.melody) {
    listening::check_fits(config, *whole->music, whole->path);
    if (whole->music->steps == 0) fail_usage("{}: there is no music in it", whole->path);
    plan.piece = *whole->music;
  } else {
    plan.piece = blank(config, order);
    plan.from = plan.piece.steps - new_steps(order, config.roll);
  }
  plan.to = plan.piece.steps;
  plan.limits = Limits(plan.piece);
  const int grid = config.roll.grid;
  plan.limits.line = {
      .longest_silence = steps_of("longest silence", order.longest_silence, grid, false),
      .repeat_gap = steps_of("repeat gap", order.repeat_gap, grid, true),
      .longest_note = steps_of("longest note", order.longest_note, grid, false)};
  if (order.infill) plan_infill(plan, order);
  if (order.melody) plan.limits.keep(*order.melody->music, [](int, int) { return true; });
  if (primer_of(order) && order.prime->source) end_primer(plan, *order.prime);
  plan.limits.look_back(plan.piece);
  if (order.melody && order.voice.voice != Voice::track)
    bound_by_melody(plan.limits, *order.melody->music, order.voice.voice);
  limit_notes(plan, order);
  limit_ending(plan, order);
  if (order.opening == Opening::sound && plan.from < plan.piece.steps) {
    StepRule& first = plan.limits.rule(plan.from);
    first.fewest = std::max(first.fewest, 1);
  }
  plan.limits.check_possible(plan.piece, plan.from);
  if (plan.limits.forbid_nothing()) plan.limits = {};
  return plan;
}

LiveLimits::LiveLimits(const network::Config& config, const Order& order) {
  Order turn = order;
  for (auto file : {&Order::prime, &Order::infill, &Order::melody, &Order::chord_file})
    (turn.*file).reset();
  turn.ending = {};
  turn.opening = Opening::any;
  turn.steps.reset();
  turn.bars = order.chords ? order.chords->bars : 1;
  plan_ = plan_of(config, turn);
  plan_.limits.let_sound_on();
}

StepLimits LiveLimits::step(int step) const {
  return plan_.limits.none() ? StepLimits{} : plan_.limits.step(step % plan_.piece.steps);
}

}  // namespace toccata::composing
