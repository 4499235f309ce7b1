#include "composing/composer.h"

#include <algorithm>
#include <array>
#include <bit>

#include "base/error.h"
#include "composing/manner.h"
#include "composing/outlook.h"
#include "composing/particles.h"
#include "listening/teacher_forcing.h"

namespace toccata::composing {
namespace {

constexpr int kLongAgo = -(1 << 24);
constexpr int kVersions = 16;       // of a step under a limit, by the particles of a piece together
constexpr int kFewestVersions = 4;  // by each particle
constexpr float kNeverHeard = -10;
constexpr float kSoundsOn = 0.85F;   // chance of play where a note sounded a step ago, roughly,
constexpr float kComesBack = 0.05F;  // and at most where one ended then

int versions_of(int particles) {
  return std::max(kFewestVersions, kVersions / particles);
}

// What one line has behind it, as far as limits and sampling ask; taken over when it is resampled.
struct Line {
  std::vector<int> last_onset;  // (N), step
  std::vector<float> heard;     // (N): logits of play at the last step
  std::vector<float> chances;   // (N): of play at this step, roughly, for the outlook
  std::vector<CellSet> sets;    // (N), of this step
  StepGate gate;
  Outlook outlook;
  Steering steering;
  bool restricted = false;  // whether the step's limits leave out anything that could be drawn
  std::array<float, 12> classes{};  // steps that each pitch class has sounded
  int silent_steps = 0;
  int sounding = 0;  // notes of the last step
  double conservativity = 1;
  double nats = 0;
  int origin = 0;
};

// One of the versions of a line's step.
struct Version {
  StepSoFar so_far;
  double log_outlook = 0;  // after the last note
  double nats = 0;         // of its line, up to there
};

}  // namespace

struct Composer::State {
  State(const network::Model& of_model, std::size_t count, const Order& order,
        const Resources& resources)
      : model(of_model),
        seed(order.seed),
        sampling(order.sampling),
        manner(order.manner ? std::optional(*order.manner) : std::nullopt),
        particles(static_cast<std::size_t>(particles_of(order))),
        pieces(count),
        notes(static_cast<std::size_t>(of_model.config.notes())),
        cells(of_model.config.cells()),
        most_versions(static_cast<std::size_t>(versions_of(static_cast<int>(particles)))),
        stepper_options({.sequences = static_cast<int>(pieces * particles),
                         .versions = static_cast<int>(most_versions),
                         .threads = resources.threads,
                         .keep_prob = static_cast<float>(order.keep_prob),
                         .dropout_seed = order.seed,
                         .precision = resources.precision,
                         .instruction_set = resources.instruction_set}),
        stepper(of_model, stepper_options),
        lines(pieces * particles),
        previous(lines.size() * notes),
        frame(previous.size()),
        places(lines.size()),
        versions(lines.size() * most_versions),
        version_weights(versions.size()),
        drawn(versions.size() * notes),
        play_logits(drawn.size()),
        lower(versions.size()),
        logits(versions.size() * static_cast<std::size_t>(cells.count())) {
    stepper.set_echo_strength(sampling.echo_strength);
  }

  void begin_pieces(const std::vector<NumberedPiece>& numbered) {
    random.clear();
    origins.clear();
    for (std::size_t b = 0; b < lines.size(); ++b) {
      const NumberedPiece& piece = numbered[b / particles];
      random.emplace_back(seed, piece.number, b % particles, piece.retries);
      // The particles of a piece share its dropout masks: they are samples of one network.
      stepper.reset(static_cast<int>(b), piece.number);
      lines[b] = {};
      lines[b].last_onset.assign(notes, kLongAgo);
      lines[b].heard.assign(notes, kNeverHeard);
      lines[b].conservativity = sampling.conservativity.power;
      lines[b].steering.begin(manner ? &*manner : nullptr, model.config.roll.low,
                              static_cast<int>(notes));
      origins.push_back(static_cast<int>(b));
    }
    std::fill(previous.begin(), previous.end(), std::uint8_t{0});
    log_weights.assign(lines.size(), 0);
    log_evidence.assign(pieces, 0);
    weighted.assign(pieces, false);
    lost_at.assign(pieces, std::nullopt);
    not_remembered.reset();
  }

  std::uint8_t* previous_of(std::size_t b) { return previous.data() + b * notes; }
  std::uint8_t* frame_of(std::size_t b) { return frame.data() + b * notes; }

  void begin(const network::StepPlace& place, std::size_t count = 1) {
    remember();
    version_count = count;
    std::fill(places.begin(), places.end(), place);
    stepper.begin_step(previous.data(), places.data(), static_cast<int>(count));
    for (std::size_t b = 0; b < lines.size(); ++b) lines[b].origin = static_cast<int>(b);
  }

  void limit(std::size_t b, int step, const StepLimits& limits);
  bool close(Line& line, Close close, StepRule& rule);
  void draw(std::size_t b, std::size_t v, int step, std::size_t n, bool given);
  void settle_versions(std::size_t b, int step, int note);
  void choose_version(std::size_t b, int step);
  void expect(std::size_t b);
  void weigh(std::size_t b, double log_weight) {
    log_weights[b] += log_weight;
    weighted[b / particles] = true;
  }
  void settle(int step);
  void resample(std::size_t piece, int step);
  void end(int step);
  void remember();

  const network::Model& model;
  const std::uint64_t seed;
  SamplingOptions sampling;
  const std::optional<Manner> manner;
  std::size_t particles, pieces, notes;  // K, P, N
  const music::Cells cells;
  std::size_t most_versions;      // of a step
  std::size_t version_count = 1;  // V of the step at hand
  const network::StepperOptions stepper_options;
  network::Stepper stepper;
  std::vector<PieceRandom> random;            // (P, K)
  std::vector<Line> lines;                    // (P, K)
  std::vector<std::uint8_t> previous, frame;  // (P, K, N)
  std::vector<network::StepPlace> places;     // (P, K)
  std::vector<Version> versions;              // (P, K, V)
  std::vector<double> version_weights;        // (P, K, V): logarithms, since last resampled
  std::vector<std::uint8_t> drawn;            // (P, K, V, N): their cells
  std::vector<float> play_logits;             // (P, K, V, N)
  std::vector<std::uint8_t> lower;            // (P, K, V)
  std::vector<float> logits;                  // (P, K, V, C)
  std::vector<float> all_logits;              // (P, K, N, C), of given steps
  std::vector<double> log_weights;            // (P, K), since the piece was last resampled
  std::vector<double> log_evidence;           // (P), up to then
  std::vector<bool> weighted;                 // (P), whether weights have changed since settled
  std::vector<std::optional<int>> lost_at;    // (P)
  std::vector<int> origins;                   // (P, K)
  // The last step, until its frame is taken into account: it may be corrected first.
  std::optional<int> not_remembered;
};

// The sets of line b at this step, its gate and its outlook.
void Composer::State::limit(std::size_t b, int step, const StepLimits& limits) {
  Line& line = lines[b];
  line.sets.resize(notes);
  bool cut = false;
  for (std::size_t n = 0; n < notes; ++n) {
    CellSet set = limits.allowed.empty() ? kAnyCell : limits.allowed[n];
    const int since = step - line.last_onset[n], longest = limits.line.longest_note;
    if (!is_fixed(set) && since < limits.line.repeat_gap) set &= ~kOnset & kAnyCell;
    if (!is_fixed(set) && longest > 0 && since >= longest) set &= ~kHeld & kAnyCell;
    CellSet possible = possible_after(previous_of(b)[n], model.config.roll.articulation);
    if (!is_fixed(set) && line.steering.is_beyond(static_cast<int>(n)))
      possible &= ~kOnset & kAnyCell;
    line.sets[n] = set & possible;
    cut = cut || line.sets[n] != possible;
  }
  StepRule rule = limits.rule;
  if (limits.line.longest_silence > 0 && line.silent_steps >= limits.line.longest_silence) {
    rule.fewest = std::max(rule.fewest, 1);
  }
  const int low = model.config.roll.low;
  if (limits.close != Close::no) cut = close(line, limits.close, rule) || cut;
  line.restricted = cut || !rule.empty();
  if (!line.gate.begin(line.sets, low, rule)) {
    // No way on. It is composed further as if nothing were asked, until another takes its place.
    weigh(b, -INFINITY);
    line.restricted = false;
    return;
  }
  if (!rule.empty()) expect(b);
  line.outlook.begin(line.sets, line.chances, std::max(line.sounding, rule.fewest), low, rule);
}

// Narrows the line's sets and the rule to the chord that it closes on; true where it can.
bool Composer::State::close(Line& line, Close close, StepRule& rule) {
  const Key key = key_of(line.classes);
  const auto class_at = [&](int semitones) {
    return static_cast<PitchClasses>(1 << ((key.tonic + semitones) % 12));
  };
  const PitchClasses root = class_at(0), third = class_at(key.minor ? 3 : 4), fifth = class_at(7);
  const int low = model.config.roll.low;
  std::vector<CellSet> sets = line.sets;
  for (std::size_t n = 0; n < notes; ++n) {
    const bool of_chord = (root | third | fifth) >> ((static_cast<std::size_t>(low) + n) % 12) & 1;
    if (!of_chord && (sets[n] & kSilent)) sets[n] = kSilent;
  }
  StepRule whole = rule, some = rule;
  if (close == Close::on_all_of_it) {
    whole.bass = key.tonic;
    some.fewest = std::max(rule.fewest, 1);
    whole.needed |= root | third | (rule.most == 0 || rule.most > 2 ? fifth : PitchClasses{0});
  }
  for (const StepRule& wanted : {whole, some}) {
    if (!line.gate.begin(sets, low, wanted)) continue;
    rule = wanted;
    line.sets = std::move(sets);
    return true;
  }
  return false;
}

// Version v of line b takes a cell for note n; `given`: there is no choice.
void Composer::State::draw(std::size_t b, std::size_t v, int step, std::size_t n, bool given) {
  Line& line = lines[b];
  const std::size_t row = b * version_count + v;
  Version& version = versions[row];
  const int note = static_cast<int>(n), number = static_cast<int>(v);
  const float* heard = logits.data() + row * static_cast<std::size_t>(cells.count());
  const std::uint8_t before = previous_of(b)[n];
  const Odds odds = given ? Odds{} : line.steering.odds(note, before & music::kPlay);
  float own[music::kMostChannels] = {};
  std::copy_n(heard, cells.count(), own);
  own[0] += odds.play;
  if (cells.count() > 1) own[1] += odds.strike;
  std::uint8_t cell;
  if (!line.restricted) {
    cell =
        draw_cell(random[b], step, note, before, own, cells, sampling, line.conservativity, number);
  } else {
    const int pitch = model.config.roll.low + note;
    const CellSet set = line.gate.allowed(note, version.so_far);
    Bend bend;
    if (!line.outlook.is_plain()) {
      if (set & kSilent) bend.silent = line.outlook.log_chance(note + 1, version.so_far);
      if (set & kPlays) bend.plays = line.outlook.log_chance(note + 1, version.so_far.with(pitch));
    }
    const DrawnCell found = draw_within(set, bend, random[b], step, note, number, before, own,
                                        cells, sampling, line.conservativity);
    cell = found.cell;
    version_weights[row] += found.log_weight - version.log_outlook;
    version.log_outlook = cell ? bend.plays : bend.silent;
    if (cell) version.so_far = version.so_far.with(pitch);
  }
  version.nats += cells.nats(before, cell, heard);
  play_logits[row * notes + n] = own[0];
  lower[row] = drawn[row * notes + n] = cell;
}

// After note `note` of line b's versions: where their weights have grown uneven, they are resampled
// among each other.
void Composer::State::settle_versions(std::size_t b, int step, int note) {
  const std::size_t first = b * version_count;
  const std::span<double> weights(version_weights.data() + first, version_count);
  const double effective = effective_sample_size(weights);
  if (effective == 0 || effective >= static_cast<double>(version_count) / 2) return;
  const double mean = log_mean_exp(weights);
  const std::vector<int> parents =
      parents_of(systematic_children(weights, random[b].version_resampling(step, note)));
  std::fill(weights.begin(), weights.end(), mean);
  const auto heard = static_cast<std::ptrdiff_t>(note) + 1;
  for (std::size_t v = 0; v < version_count; ++v) {
    const std::size_t to = first + v, from = first + static_cast<std::size_t>(parents[v]);
    if (from == to) continue;
    stepper.copy_version(static_cast<int>(b), parents[v], static_cast<int>(v));
    versions[to] = versions[from];
    lower[to] = lower[from];
    std::copy_n(drawn.data() + from * notes, heard, drawn.data() + to * notes);
    std::copy_n(play_logits.data() + from * notes, heard, play_logits.data() + to * notes);
  }
}

// One of its versions becomes the step of line b.
void Composer::State::choose_version(std::size_t b, int step) {
  Line& line = lines[b];
  const std::size_t first = b * version_count;
  std::size_t chosen = first;
  const auto log_potential = [&](std::size_t row) {
    return line.steering.log_potential(previous_of(b), drawn.data() + row * notes,
                                       model.config.roll.articulation);
  };
  if (line.restricted) {
    const std::span<double> weights(version_weights.data() + first, version_count);
    for (std::size_t v = 0; v < version_count; ++v) weights[v] += log_potential(first + v);
    weigh(b, log_mean_exp(weights));
    if (version_count > 1)
      chosen += static_cast<std::size_t>(drawn_by_weight(weights, random[b].version_choice(step)));
  } else if (const double own = log_potential(first); own != 0) {
    weigh(b, own);
  }
  line.nats = versions[chosen].nats;
  std::copy_n(drawn.data() + chosen * notes, notes, frame_of(b));
  std::copy_n(play_logits.data() + chosen * notes, notes, line.heard.begin());
}

// What the chances of play are at this step, as far as the last one tells.
void Composer::State::expect(std::size_t b) {
  Line& line = lines[b];
  line.chances.resize(notes);
  for (std::size_t n = 0; n < notes; ++n) {
    const bool sounded = frame_of(b)[n] & music::kPlay, sounds = previous_of(b)[n] & music::kPlay;
    line.chances[n] = static_cast<float>(chance(line.heard[n], sampling.temperature));
    if (sounds) line.chances[n] = std::max(line.chances[n], kSoundsOn);
    if (sounded && !sounds) line.chances[n] = std::min(line.chances[n], kComesBack);
  }
}

// After a step of all lines: pieces whose weights have grown uneven are resampled.
void Composer::State::settle(int step) {
  for (std::size_t p = 0; p < pieces; ++p) {
    if (!weighted[p]) continue;
    weighted[p] = false;
    if (lost_at[p]) continue;
    const std::span<const double> weights(log_weights.data() + p * particles, particles);
    const double effective = effective_sample_size(weights);
    if (effective == 0) lost_at[p] = step;
    if (effective > 0 && particles > 1 && effective < static_cast<double>(particles) / 2)
      resample(p, step);
  }
}

void Composer::State::resample(std::size_t piece, int step) {
  const std::span<double> weights(log_weights.data() + piece * particles, particles);
  log_evidence[piece] += log_mean_exp(weights);
  const std::vector<int> parents =
      parents_of(systematic_children(weights, random[piece * particles].resampling(step)));
  std::fill(weights.begin(), weights.end(), 0.0);
  for (std::size_t k = 0; k < particles; ++k) {
    const std::size_t to = piece * particles + k;
    const std::size_t from = piece * particles + static_cast<std::size_t>(parents[k]);
    if (from == to) continue;
    stepper.copy(static_cast<int>(from), static_cast<int>(to));
    lines[to] = lines[from];
    std::copy_n(previous_of(from), notes, previous_of(to));
    std::copy_n(frame_of(from), notes, frame_of(to));
  }
}

// What the last step's frame means for the lines.
void Composer::State::remember() {
  if (!not_remembered) return;
  for (std::size_t b = 0; b < lines.size(); ++b) {
    Line& line = lines[b];
    const std::uint8_t* const before = frame_of(b);
    const std::uint8_t* const now = previous_of(b);
    int sounding = 0;
    for (std::size_t n = 0; n < notes; ++n) {
      if (!(now[n] & music::kPlay)) continue;
      ++sounding;
      line.classes[(static_cast<std::size_t>(model.config.roll.low) + n) % 12] += 1;
      if (kind_of(before[n], now[n], model.config.roll.articulation) == kOnset)
        line.last_onset[n] = *not_remembered;
    }
    line.steering.remember(before, now, model.config.roll.articulation);
    line.sounding = sounding;
    line.silent_steps = sounding ? 0 : line.silent_steps + 1;
    if (sampling.conservativity.adaptive)
      line.conservativity = next_conservativity(line.conservativity, sounding);
  }
  not_remembered.reset();
}

void Composer::State::end(int step) {
  for (std::size_t b = 0; b < lines.size(); ++b) origins[b] = lines[b].origin;
  previous.swap(frame);
  not_remembered = step;
}

Composer::Composer(const network::Model& model, const std::vector<NumberedPiece>& pieces,
                   const Order& order, const Resources& resources)
    : state_(std::make_unique<State>(model, pieces.size(), order, resources)) {
  begin(pieces);
}
Composer::~Composer() = default;
Composer::Composer(Composer&&) noexcept = default;

void Composer::begin(const std::vector<NumberedPiece>& pieces) {
  state_->begin_pieces(pieces);
}

void Composer::set_sampling(const SamplingOptions& sampling) {
  State& s = *state_;
  s.remember();
  if (s.sampling.conservativity != sampling.conservativity) {
    for (Line& line : s.lines) line.conservativity = sampling.conservativity.power;
  }
  s.sampling = sampling;
  s.stepper.set_echo_strength(sampling.echo_strength);
}

void Composer::listen(const network::StepPlace& place, const std::uint8_t* frame) {
  State& s = *state_;
  // The note axis begins anew at every step: only the time axis has to hear the past.
  s.begin(place);
  for (std::size_t b = 0; b < s.lines.size(); ++b) std::copy_n(frame, s.notes, s.frame_of(b));
  s.end(place.step);
}

void Composer::listen(const music::Roll& piece, int from, int length, std::string_view name) {
  State& s = *state_;
  listening::check_fits(s.model.config, piece, name);
  const auto place_of = [&](int t) -> network::StepPlace {
    const auto i = static_cast<std::size_t>(t);
    return {piece.bar_phase[i], piece.beat_phase[i], t};
  };
  // Dropout parts the lines from the first step on. Else they are one until they compose.
  std::optional<network::Stepper> once;
  if (s.stepper_options.keep_prob >= 1) {
    network::StepperOptions options = s.stepper_options;
    options.sequences = 1;
    once.emplace(s.model, options);
    once->set_echo_strength(s.sampling.echo_strength);
  }
  const int lines = once ? 1 : static_cast<int>(s.lines.size());
  for (int t = std::max(0, from - s.model.config.recalled()); t < from - 1; ++t)
    for (int b = 0; b < lines; ++b) (once ? *once : s.stepper).recall(b, piece.frame(t));
  if (from > 0) {
    for (std::size_t b = 0; b < s.lines.size(); ++b)
      std::copy_n(piece.frame(from - 1), s.notes, s.previous_of(b));
  }
  for (int t = from; t < length; ++t) {
    const network::StepPlace place = place_of(t);
    if (!once) {
      listen(place, piece.frame(t));
      continue;
    }
    s.remember();
    once->begin_step(s.previous.data(), &place);
    for (std::size_t b = 0; b < s.lines.size(); ++b)
      std::copy_n(piece.frame(t), s.notes, s.frame_of(b));
    s.end(t);
  }
  if (once && from < length) s.stepper.take_over(*once);
}

void Composer::correct(const std::uint8_t* frame) {
  for (std::size_t b = 0; b < state_->lines.size(); ++b)
    std::copy_n(frame, state_->notes, state_->previous_of(b));
}

void Composer::step(const network::StepPlace& place, const StepLimits& limits) {
  State& s = *state_;
  s.remember();
  bool restricted = false;
  for (std::size_t b = 0; b < s.lines.size(); ++b) {
    s.lines[b].restricted = false;
    s.lines[b].steering.prepare(!limits.empty(), limits.rule.most);
    if (!limits.empty()) s.limit(b, place.step, limits);
    restricted = restricted || s.lines[b].restricted;
  }
  s.begin(place, restricted ? s.most_versions : 1);
  const std::size_t rows = s.lines.size() * s.version_count;
  std::fill_n(s.lower.begin(), rows, std::uint8_t{0});
  for (std::size_t row = 0; row < rows; ++row)
    s.versions[row] = {.so_far = {}, .nats = s.lines[row / s.version_count].nats};
  std::fill_n(s.version_weights.begin(), rows, 0.0);
  for (std::size_t n = 0; n < s.notes; ++n) {
    const bool given = !limits.allowed.empty() && is_fixed(limits.allowed[n]);
    s.stepper.next_note(s.lower.data(), s.logits.data());
    for (std::size_t b = 0; b < s.lines.size(); ++b) {
      for (std::size_t v = 0; v < s.version_count; ++v) s.draw(b, v, place.step, n, given);
      if (s.lines[b].restricted && s.version_count > 1)
        s.settle_versions(b, place.step, static_cast<int>(n));
    }
  }
  for (std::size_t b = 0; b < s.lines.size(); ++b) s.choose_version(b, place.step);
  s.settle(place.step);
  s.end(place.step);
}

void Composer::given_step(const network::StepPlace& place, const std::uint8_t* frame,
                          std::span<const CellSet> kinds) {
  State& s = *state_;
  const auto channels = static_cast<std::size_t>(s.cells.count());
  const bool articulation = s.model.config.roll.articulation;
  s.all_logits.resize(s.lines.size() * s.notes * channels);
  s.begin(place);
  for (std::size_t b = 0; b < s.lines.size(); ++b) std::copy_n(frame, s.notes, s.frame_of(b));
  s.stepper.all_notes(s.frame.data(), s.all_logits.data());
  for (std::size_t b = 0; b < s.lines.size(); ++b) {
    double log_weight = 0;
    for (std::size_t n = 0; n < s.notes; ++n) {
      const std::uint8_t before = s.previous_of(b)[n];
      const float* logits = s.all_logits.data() + (b * s.notes + n) * channels;
      const CellChances chances =
          cell_chances(before, logits, s.cells, s.sampling, s.lines[b].conservativity);
      log_weight += !(kinds[n] & possible_after(before, articulation)) ? -INFINITY
                    : kinds[n] == kSilent                              ? chances.silent
                    : kinds[n] == kHeld                                ? chances.held
                                                                       : chances.onset;
      s.lines[b].nats += s.cells.nats(before, frame[n], logits);
    }
    s.weigh(b, log_weight);
    for (std::size_t n = 0; n < s.notes; ++n)
      s.lines[b].heard[n] = s.all_logits[(b * s.notes + n) * channels];
  }
  s.settle(place.step);
  s.end(place.step);
}

int Composer::pieces() const {
  return static_cast<int>(state_->pieces);
}
int Composer::particles() const {
  return static_cast<int>(state_->particles);
}
const std::uint8_t* Composer::frames() const {
  return state_->previous.data();
}
const std::uint8_t* Composer::frame(int p) const {
  return state_->previous_of(static_cast<std::size_t>(p) * state_->particles);
}
std::span<const int> Composer::origins() const {
  return state_->origins;
}
double Composer::nats(int line) const {
  return state_->lines[static_cast<std::size_t>(line)].nats;
}

int Composer::picked(int p, Pick pick) const {
  const State& s = *state_;
  const std::size_t first = static_cast<std::size_t>(p) * s.particles;
  const std::span<const double> weights(s.log_weights.data() + first, s.particles);
  if (pick == Pick::drawn) return drawn_by_weight(weights, s.random[first].choice());
  std::size_t best = 0;
  for (std::size_t k = 1; k < s.particles; ++k) {
    const bool heavier = weights[k] > weights[best];
    const bool likelier =
        weights[k] == weights[best] && s.lines[first + k].nats < s.lines[first + best].nats;
    if (heavier || likelier) best = k;
  }
  return static_cast<int>(best);
}

double Composer::log_evidence(int p) const {
  const State& s = *state_;
  const auto piece = static_cast<std::size_t>(p);
  return s.log_evidence[piece] +
         log_mean_exp({s.log_weights.data() + piece * s.particles, s.particles});
}

std::optional<int> Composer::lost_at(int p) const {
  return state_->lost_at[static_cast<std::size_t>(p)];
}

std::string Composer::arithmetic() const {
  return state_->stepper.arithmetic();
}

}  // namespace toccata::composing
