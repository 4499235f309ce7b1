#include "composing/composer.h"

#include <algorithm>
#include <bit>

#include "base/error.h"
#include "composing/particles.h"
#include "listening/teacher_forcing.h"

namespace toccata::composing {
namespace {

constexpr int kLongAgo = -(1 << 24);

// What one line has behind it, as far as limits and sampling ask; taken over when it is resampled.
struct Line {
  std::vector<int> last_onset;  // (N), step
  std::vector<CellSet> sets;    // (N), of this step
  StepGate gate;
  int silent_steps = 0;
  double conservativity = 1;
  double nats = 0;
  int origin = 0;
};

}  // namespace

struct Composer::State {
  State(const network::Model& of_model, std::size_t count, const Order& order,
        const Resources& resources)
      : model(of_model),
        seed(order.seed),
        sampling(order.sampling),
        particles(static_cast<std::size_t>(particles_of(order))),
        pieces(count),
        notes(static_cast<std::size_t>(of_model.config.notes())),
        channels(of_model.config.channels()),
        stepper_options({.sequences = static_cast<int>(pieces * particles),
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
        lower(lines.size()),
        logits(lines.size() * static_cast<std::size_t>(channels)) {}

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
      lines[b].conservativity = sampling.conservativity.power;
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

  void begin(const network::StepPlace& place) {
    remember();
    std::fill(places.begin(), places.end(), place);
    stepper.begin_step(previous.data(), places.data());
    for (std::size_t b = 0; b < lines.size(); ++b) lines[b].origin = static_cast<int>(b);
  }

  void limit(std::size_t b, int step, const StepLimits& limits);
  void weigh(std::size_t b, double log_weight) {
    log_weights[b] += log_weight;
    weighted[b / particles] = true;
  }
  void settle(int step, int note);
  void resample(std::size_t piece, int step, int note);
  void end(int step);
  void remember();

  const network::Model& model;
  const std::uint64_t seed;
  SamplingOptions sampling;
  std::size_t particles, pieces, notes;  // K, P, N
  int channels;                          // C
  const network::StepperOptions stepper_options;
  network::Stepper stepper;
  std::vector<PieceRandom> random;            // (P, K)
  std::vector<Line> lines;                    // (P, K)
  std::vector<std::uint8_t> previous, frame;  // (P, K, N)
  std::vector<network::StepPlace> places;     // (P, K)
  std::vector<std::uint8_t> lower;            // (P, K)
  std::vector<float> logits;                  // (P, K, C)
  std::vector<float> all_logits;              // (P, K, N, C), of given steps
  std::vector<double> log_weights;            // (P, K), since the piece was last resampled
  std::vector<double> log_evidence;           // (P), up to then
  std::vector<bool> weighted;                 // (P), whether weights have changed since settled
  std::vector<std::optional<int>> lost_at;    // (P)
  std::vector<int> origins;                   // (P, K)
  // The last step, until its frame is taken into account: it may be corrected first.
  std::optional<int> not_remembered;
};

// The sets of line b at this step, and its gate.
void Composer::State::limit(std::size_t b, int step, const StepLimits& limits) {
  Line& line = lines[b];
  line.sets.resize(notes);
  for (std::size_t n = 0; n < notes; ++n) {
    CellSet set = limits.allowed.empty() ? kAnyCell : limits.allowed[n];
    const int since = step - line.last_onset[n], longest = limits.line.longest_note;
    if (!is_fixed(set) && since < limits.line.repeat_gap) set &= ~kOnset & kAnyCell;
    if (!is_fixed(set) && longest > 0 && since >= longest) set &= ~kHeld & kAnyCell;
    line.sets[n] = set & possible_after(previous_of(b)[n], channels);
  }
  StepRule rule = limits.rule;
  if (limits.line.longest_silence > 0 && line.silent_steps >= limits.line.longest_silence) {
    rule.fewest = std::max(rule.fewest, 1);
  }
  if (line.gate.begin(line.sets, model.config.roll.low, rule)) return;
  // No way on. It is composed further as if nothing were asked, until another takes its place.
  weigh(b, -INFINITY);
  for (std::size_t n = 0; n < notes; ++n)
    line.sets[n] = possible_after(previous_of(b)[n], channels);
  line.gate.begin(line.sets, model.config.roll.low, {});
}

// After note `note` of all lines: pieces whose weights have grown uneven are resampled.
void Composer::State::settle(int step, int note) {
  for (std::size_t p = 0; p < pieces; ++p) {
    if (!weighted[p]) continue;
    weighted[p] = false;
    if (lost_at[p]) continue;
    const std::span<const double> weights(log_weights.data() + p * particles, particles);
    const double effective = effective_sample_size(weights);
    if (effective == 0) lost_at[p] = step;
    if (effective > 0 && particles > 1 && effective < static_cast<double>(particles) / 2)
      resample(p, step, note);
  }
}

void Composer::State::resample(std::size_t piece, int step, int note) {
  const std::span<double> weights(log_weights.data() + piece * particles, particles);
  log_evidence[piece] += log_mean_exp(weights);
  const std::vector<int> parents =
      parents_of(systematic_children(weights, random[piece * particles].resampling(step, note)));
  std::fill(weights.begin(), weights.end(), 0.0);
  for (std::size_t k = 0; k < particles; ++k) {
    const std::size_t to = piece * particles + k;
    const std::size_t from = piece * particles + static_cast<std::size_t>(parents[k]);
    if (from == to) continue;
    stepper.copy(static_cast<int>(from), static_cast<int>(to));
    lines[to] = lines[from];
    std::copy_n(previous_of(from), notes, previous_of(to));
    std::copy_n(frame_of(from), notes, frame_of(to));
    lower[to] = lower[from];
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
      if (kind_of(before[n], now[n], channels) == kOnset) line.last_onset[n] = *not_remembered;
    }
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
  }
  const int lines = once ? 1 : static_cast<int>(s.lines.size());
  for (int t = std::max(0, from - s.model.config.history()); t < from - 1; ++t)
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
  const bool limited = !limits.empty();
  const SamplingOptions& sampling = s.sampling;
  s.begin(place);
  for (std::size_t b = 0; limited && b < s.lines.size(); ++b) s.limit(b, place.step, limits);
  std::fill(s.lower.begin(), s.lower.end(), std::uint8_t{0});
  for (std::size_t i = 0; i < s.notes; ++i) {
    const int n = static_cast<int>(i);
    s.stepper.next_note(s.lower.data(), s.logits.data());
    for (std::size_t b = 0; b < s.lines.size(); ++b) {
      Line& line = s.lines[b];
      const float* logits = s.logits.data() + b * static_cast<std::size_t>(s.channels);
      const std::uint8_t before = s.previous_of(b)[i];
      const CellSet set = limited ? line.gate.allowed(n) : kAnyCell;
      std::uint8_t cell;
      if (const CellSet possible = possible_after(before, s.channels);
          (set & possible) == possible) {
        cell = draw_cell(s.random[b], place.step, n, before, logits, s.channels, sampling,
                         line.conservativity);
      } else {
        const DrawnCell drawn = draw_within(set, s.random[b], place.step, n, before, logits,
                                            s.channels, sampling, line.conservativity);
        cell = drawn.cell;
        s.weigh(b, drawn.log_weight);
      }
      if (limited) line.gate.take(n, cell != 0);
      const listening::NoteNats nats = listening::note_nats(before, cell, logits, s.channels);
      line.nats += nats.play + nats.articulate;
      s.lower[b] = s.frame_of(b)[i] = cell;
    }
    if (limited) s.settle(place.step, n);
  }
  s.end(place.step);
}

void Composer::given_step(const network::StepPlace& place, const std::uint8_t* frame,
                          std::span<const CellSet> kinds) {
  State& s = *state_;
  const auto channels = static_cast<std::size_t>(s.channels);
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
          cell_chances(before, logits, s.channels, s.sampling, s.lines[b].conservativity);
      log_weight += !(kinds[n] & possible_after(before, s.channels)) ? -INFINITY
                    : kinds[n] == kSilent                            ? chances.silent
                    : kinds[n] == kHeld                              ? chances.held
                                                                     : chances.onset;
      const listening::NoteNats nats = listening::note_nats(before, frame[n], logits, s.channels);
      s.lines[b].nats += nats.play + nats.articulate;
    }
    s.weigh(b, log_weight);
  }
  s.settle(place.step, static_cast<int>(s.notes) - 1);
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

const std::string& Composer::arithmetic() const {
  return state_->stepper.arithmetic();
}

}  // namespace toccata::composing
