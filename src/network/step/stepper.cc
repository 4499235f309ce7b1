#include "network/step/stepper.h"

#include <algorithm>
#include <utility>

#include "base/parallel.h"
#include "network/model/dropout.h"
#include "network/step/frame_history.h"
#include "network/step/layer_state.h"
#include "network/step/mix_layers.h"
#include "network/step/recall.h"
#include "network/step/worker_pool.h"

namespace toccata::network {
namespace {

using stepping::LayerState;
using stepping::PackedLayer;
using stepping::PackedNetwork;
using stepping::Rows;

// Fewer multiplications than this a thread (2 to 4 microseconds) are done sooner than shared out.
constexpr double kWorthSharing = 2e5;
constexpr int kTileRows = 6;
constexpr int kAheadRows = 2 * kTileRows;  // some 20 microseconds' work at the original's sizes
// Training numbers its updates from 0 up: no mask of training's is ever one of composing's.
constexpr std::uint64_t kComposing = ~std::uint64_t{0};

/// What a worker writes to and nobody else reads.
struct Scratch {
  explicit Scratch(const PackedNetwork& network, int rows)
      : inputs(network),
        past(lags(network.config).size()),
        time(static_cast<std::size_t>(network.config.notes()) *
             static_cast<std::size_t>(network.time.front().columns)),
        note(static_cast<std::size_t>(rows) *
             static_cast<std::size_t>(network.note.front().columns)),
        keys(static_cast<std::size_t>(std::max(rows, network.config.notes()))) {}
  stepping::FirstInputs inputs;
  std::vector<const std::uint8_t*> past;  // of the step at hand, as encode() takes it
  Buffer<float> time;                     // (N, columns): start of the first time layer's sums
  Buffer<float> note;                     // (B, V, columns): start of the first note layer's
  std::vector<DropoutRow> keys;           // of the rows at hand
};

StepperOptions checked(StepperOptions options) {
  if (options.sequences < 1 || options.sequences > 65536)
    fail_usage("sequences: expected 1 to 65536 side by side, found {}", options.sequences);
  if (options.versions < 1 || options.versions > 1024)
    fail_usage("versions: expected 1 to 1024 of each sequence, found {}", options.versions);
  if (options.threads < 0 || options.threads > 1024)
    fail_usage("threads: expected 0 (the processor's) to 1024, found {}", options.threads);
  if (!(options.keep_prob > 0 && options.keep_prob <= 1))
    fail_usage("keep_prob: expected more than 0, at most 1, found {}", options.keep_prob);
  options.threads = thread_count(options.threads);
  return options;
}

const Model& checked(const Model& model) {
  check(model.config);
  if (const std::size_t expected = parameter_count(model.config); model.values.size() != expected)
    fail("the model has {} parameters, {} values were given", expected, model.values.size());
  return model;
}

}  // namespace

struct Stepper::State {
  State(const Model& model, const StepperOptions& asked)
      : options(checked(asked)),
        network(checked(model), composing_kernels(options.precision, options.instruction_set),
                options.keep_prob),
        kernels(*network.kernels),
        sequences(static_cast<std::size_t>(options.sequences)),
        notes(static_cast<std::size_t>(network.config.notes())),
        note_start(notes * sequences * static_cast<std::size_t>(network.note.front().columns)),
        steps(sequences, 0),
        lags_(lags(network.config)),
        history(network.config, sequences),
        lower(sequences * static_cast<std::size_t>(options.versions),
              stepping::LowerNotes(network)),
        recall(network.config, sequences, lower.size()),
        mix(network, options.sequences),
        pool(options.threads) {
    const bool dropout = options.keep_prob < 1;
    // Where the notes are worked up by one thread, the others need not wait for them.
    ahead = pool.threads() > 1 && note_work() < 2 * kWorthSharing &&
            network.time_work() * options.sequences > 2 * kWorthSharing;
    for (const PackedLayer& layer : network.time)
      time.emplace_back(layer, sequences * notes, kernels.layout, dropout, ahead);
    for (const PackedLayer& layer : network.note)
      note.emplace_back(layer, lower.size(), kernels.layout, dropout, false);
    for (int worker = 0; worker < pool.threads(); ++worker)
      scratch.emplace_back(network, static_cast<int>(lower.size()));
    for (std::size_t b = 0; b < sequences; ++b) masks.push_back(masks_of(0));
  }

  DropoutMasks masks_of(std::uint64_t sequence_id) const {
    return {{options.keep_prob, options.dropout_seed, kComposing}, sequence_id};
  }

  /// Multiplications of one note of all versions of all sequences.
  double note_work() const {
    return network.note_work() / static_cast<double>(notes) * options.sequences * versions;
  }

  /// What the time axis can do of the next step before it is known what sounds in this one: h W_h
  /// of each layer, two thirds of its work at the original's sizes.
  void post_ahead() {
    const int tiles = static_cast<int>(notes + kAheadRows - 1) / kAheadRows;
    const int layers = static_cast<int>(time.size());
    pool.post(options.sequences * layers * tiles, [this, tiles, layers](int chunk, int) {
      const int first = chunk % tiles * kAheadRows, k = chunk / tiles % layers;
      const auto row = static_cast<std::size_t>(chunk / tiles / layers) * notes +
                       static_cast<std::size_t>(first);
      const PackedLayer& layer = network.time[static_cast<std::size_t>(k)];
      LayerState& state = time[static_cast<std::size_t>(k)];
      kernels.product({.rows = std::min(kAheadRows, static_cast<int>(notes) - first),
                       .columns = layer.columns,
                       .h = network.rows(layer, state.h_row(time_now, row)) * layer.h_weights,
                       .out = state.recurrent_row(row),
                       .out_stride = static_cast<std::size_t>(layer.columns)});
    });
  }

  /// The time axis of notes first … last-1 of sequence b, and the first note layer's input product.
  void time_rows(int b, int first, int last, const StepPlace& place, Scratch& own) {
    for (std::size_t k = 0; k < lags_.size(); ++k) own.past[k] = history.frame(b, lags_[k]);
    own.inputs.write(own.past.data(), place, first, last, own.time.data());
    const std::size_t row = static_cast<std::size_t>(b) * notes + static_cast<std::size_t>(first);
    const int now = time_now, next = 1 - now, count = last - first;
    Rows x;
    for (std::size_t k = 0; k < time.size(); ++k) {
      const PackedLayer& layer = network.time[k];
      LayerState& state = time[k];
      const auto columns = static_cast<std::size_t>(layer.columns);
      Product product{.rows = count,
                      .start = k == 0 ? own.time.data() : layer.start.data(),
                      .start_stride = k == 0 ? columns : 0};
      if (ahead) {
        product.before = state.recurrent_row(row);
        product.before_stride = columns;
      } else {
        product.h = network.rows(layer, state.h_row(now, row)) * layer.h_weights;
      }
      if (k != 0) product.x = x * layer.x_weights;
      if (options.keep_prob < 1)
        for (int n = first; n < last; ++n)
          own.keys[static_cast<std::size_t>(n - first)] = masks[static_cast<std::size_t>(b)].row(
              layer.mask, steps[static_cast<std::size_t>(b)], n);
      stepping::lstm(network, layer, product, state.written(next, row, own.keys.data()));
      x = network.rows(layer, state.out_row(next, row));
    }
    const PackedLayer& layer = network.note.front();
    kernels.product({.rows = count,
                     .columns = layer.columns,
                     .x = x * network.note_input,
                     .start = layer.start.data(),
                     .out = note_start_row(first, b),
                     .out_stride = sequences * static_cast<std::size_t>(layer.columns)});
    if (!network.mix.empty()) mix.inputs(b, first, last, x);
  }

  /// After time_rows of all notes, before the steps are counted on.
  void mix_rows() {
    const bool share = network.mix_work() * options.sequences > kWorthSharing;
    mix.run(pool, share, [&](int direction, int b, int position) {
      const auto row = static_cast<std::size_t>(b);
      return masks[row].row(network.mix[static_cast<std::size_t>(direction)].mask, steps[row],
                            position);
    });
  }

  /// After mix_rows: what it gives to notes first … last-1 of sequence b.
  void mix_into_notes(int b, int first, int last) {
    mix.add(b, first, last, note_start_row(first, b),
            std::ptrdiff_t{options.sequences} * network.note.front().columns);
  }

  float* note_start_row(int n, int b) {
    return note_start.data() +
           (static_cast<std::size_t>(n) * sequences + static_cast<std::size_t>(b)) *
               static_cast<std::size_t>(network.note.front().columns);
  }

  /// Note n of rows first … last-1: row b V + v is version v of sequence b.
  ///   below: cells of note n-1 of row `first` on, `below_stride` apart; null at the lowest note
  ///   logits: of row `first` on, `logits_stride` floats apart
  void note_rows(int n, int first, int last, const std::uint8_t* below, std::ptrdiff_t below_stride,
                 float* logits, std::ptrdiff_t logits_stride, Scratch& own) {
    const int count = last - first, now = n & 1, next = 1 - now;
    const auto row = static_cast<std::size_t>(first);
    const int columns = network.note.front().columns;
    bool heard = false;
    for (int r = 0; r < count && below != nullptr; ++r) {
      stepping::LowerNotes& notes_below = lower[row + static_cast<std::size_t>(r)];
      notes_below.add(n - 1, below[r * below_stride]);
      heard = heard || notes_below.heard_at(n);
    }
    const float* start = note_start_row(n, first / versions);
    if (heard || versions > 1) {  // else the notes below add nothing but zeros
      for (int r = 0; r < count; ++r)
        lower[row + static_cast<std::size_t>(r)].write(
            n, note_start_row(n, (first + r) / versions),
            own.note.data() + std::ptrdiff_t{r} * columns);
      start = own.note.data();
    }
    Rows x;
    for (std::size_t k = 0; k < note.size(); ++k) {
      const PackedLayer& layer = network.note[k];
      LayerState& state = note[k];
      Product product{.rows = count,
                      .h = network.rows(layer, state.h_row(now, row)) * layer.h_weights,
                      .start = k == 0 ? start : layer.start.data(),
                      .start_stride = k == 0 ? static_cast<std::size_t>(columns) : 0};
      if (k != 0) product.x = x * layer.x_weights;
      if (options.keep_prob < 1)
        for (int r = first; r < last; ++r) {
          const auto b = static_cast<std::size_t>(r / versions);
          own.keys[static_cast<std::size_t>(r - first)] = masks[b].row(layer.mask, steps[b] - 1, n);
        }
      stepping::lstm(network, layer, product, state.written(next, row, own.keys.data()));
      x = network.rows(layer, state.out_row(next, row));
    }
    const int stride = network.note.back().stride, channels = network.config.channels();
    const std::ptrdiff_t head = std::ptrdiff_t{network.config.head_of(n)} * channels;
    kernels.head_forward({.rows = count,
                          .units = stride,  // zeros beyond the layer's
                          .channels = channels,
                          .y = x.data,
                          .y_stride = x.stride * sizeof(Word),
                          .weight = network.head_weight.data() + head * stride,
                          .weight_stride = static_cast<std::size_t>(stride)},
                         network.head_bias.data() + head, logits,
                         static_cast<std::size_t>(logits_stride));
    for (int r = 0; r < count; ++r)
      recall.mix(row + static_cast<std::size_t>(r), n,
                 below == nullptr ? nullptr : below + r * below_stride, logits + r * logits_stride);
  }

  void copy_notes(std::size_t from_row, std::size_t to_row, std::size_t count) {
    for (LayerState& layer : note) layer.copy(from_row, to_row, count);
    std::copy_n(lower.begin() + static_cast<std::ptrdiff_t>(from_row), count,
                lower.begin() + static_cast<std::ptrdiff_t>(to_row));
    recall.copy_rows(from_row, to_row, count);
  }

  /// Shares rows of the note axis out evenly where that is worth it: work(first, last, worker).
  template <typename Work>
  void share_rows(double multiplications, const Work& work) {
    const int all = options.sequences * versions;
    const int parts = multiplications < 2 * kWorthSharing ? 1 : std::min(all, pool.threads());
    if (parts == 1) return work(0, all, 0);  // and let the others go on with what was posted
    pool.run(parts, [&](int part, int worker) {
      work(all * part / parts, all * (part + 1) / parts, worker);
    });
  }

  StepperOptions options;
  PackedNetwork network;
  const Kernels& kernels;
  std::size_t sequences, notes;     // B, N
  std::vector<LayerState> time;     // rows (B, N)
  std::vector<LayerState> note;     // rows (B, V)
  int versions = 1;                 // V of the step at hand
  int time_now = 0;                 // which h of the time layers is the current state
  bool ahead = false;               // whether h W_h of a step is made before it begins
  int next_note = -1;               // -1 before the first step, N after its last note
  Buffer<float> note_start;         // (N, B, columns): the first note layer's input products
  std::vector<DropoutMasks> masks;  // (B)
  std::vector<int> steps;           // (B), begun since the last reset
  std::vector<int> lags_;           // that the features look at
  stepping::FrameHistory history;
  std::vector<stepping::LowerNotes> lower;  // (B, V)
  stepping::Recall recall;
  stepping::MixLayers mix;
  std::vector<Scratch> scratch;  // (workers)
  stepping::WorkerPool pool;
};

Stepper::Stepper(const Model& model, const StepperOptions& options)
    : state_(std::make_unique<State>(model, options)) {}
Stepper::~Stepper() = default;
Stepper::Stepper(Stepper&&) noexcept = default;
Stepper& Stepper::operator=(Stepper&&) noexcept = default;

void Stepper::reset(int b, std::uint64_t sequence_id) {
  State& s = *state_;
  s.pool.finish();
  const auto row = static_cast<std::size_t>(b);
  for (LayerState& layer : s.time) layer.zero(row * s.notes, s.notes);
  s.masks[row] = s.masks_of(sequence_id);
  s.steps[row] = 0;
  s.history.clear(b);
  s.recall.clear(b);
}

void Stepper::set_echo_strength(double strength) {
  state_->recall.set_strength(strength);
}

void Stepper::recall(int b, const std::uint8_t* frame) {
  state_->history.remember(b, frame);
  state_->recall.remember(b, frame);
}

void Stepper::copy(int from, int to) {
  State& s = *state_;
  if (from == to) return;
  s.pool.finish();
  const auto a = static_cast<std::size_t>(from), b = static_cast<std::size_t>(to);
  for (LayerState& layer : s.time) layer.copy(a * s.notes, b * s.notes, s.notes);
  const auto versions = static_cast<std::size_t>(s.versions);
  s.copy_notes(a * versions, b * versions, versions);
  for (int n = std::max(0, s.next_note); n < static_cast<int>(s.notes); ++n)
    std::copy_n(s.note_start_row(n, from), s.network.note.front().columns, s.note_start_row(n, to));
  s.steps[b] = s.steps[a];
  s.history.copy(from, to);
  s.recall.copy(from, to);
}

void Stepper::take_over(Stepper& other) {
  State &s = *state_, &from = *other.state_;
  if (from.sequences != 1 || s.options.keep_prob < 1 || from.options.keep_prob < 1 ||
      &s.kernels != &from.kernels)
    fail("take_over: expected one sequence of the same arithmetic, without dropout");
  s.pool.finish();
  from.pool.finish();
  for (std::size_t b = 0; b < s.sequences; ++b) {
    for (std::size_t k = 0; k < s.time.size(); ++k)
      s.time[k].take_over(from.time[k], from.time_now, 0, s.time_now, b * s.notes, s.notes);
    s.steps[b] = from.steps[0];
    s.history.take_over(from.history, 0, static_cast<int>(b));
    s.recall.take_over(from.recall, 0, static_cast<int>(b));
  }
  s.next_note = static_cast<int>(s.notes);
  if (s.ahead) s.post_ahead();
}

void Stepper::copy_version(int b, int from, int to) {
  State& s = *state_;
  const auto first = static_cast<std::size_t>(b * s.versions);
  s.copy_notes(first + static_cast<std::size_t>(from), first + static_cast<std::size_t>(to), 1);
}

void Stepper::begin_step(const std::uint8_t* previous, const StepPlace* place, int versions) {
  State& s = *state_;
  if (versions < 1 || versions > s.options.versions)
    fail_usage("versions: expected 1 to {}, found {}", s.options.versions, versions);
  const int notes = static_cast<int>(s.notes), threads = s.pool.threads();
  const double work = s.network.time_work() * s.options.sequences;
  // Few sequences are cut further, along the notes, into whole tiles of rows; a few parts a thread,
  // so that a slow thread does not keep the others waiting.
  int parts = 1;
  if (threads > 1 && s.options.sequences < 4 * threads && work > 2 * kWorthSharing)
    parts = (4 * threads + s.options.sequences - 1) / s.options.sequences;
  const int tiles = (notes + kTileRows - 1) / kTileRows;
  parts = std::min(parts, tiles);
  const auto edge = [&](int part) { return std::min(notes, tiles * part / parts * kTileRows); };
  for (int b = 0; b < s.options.sequences; ++b) {
    s.history.remember(b, previous + std::ptrdiff_t{b} * notes);
    s.recall.remember(b, previous + std::ptrdiff_t{b} * notes);
  }
  s.pool.finish();
  // rows(b, first, last, worker), of all sequences and notes.
  const auto share = [&](const auto& rows) {
    const auto part_of = [&](int chunk, int worker) {
      const int b = chunk / parts, part = chunk % parts;
      rows(b, edge(part), edge(part + 1), worker);
    };
    if (work > 2 * kWorthSharing)
      s.pool.run(s.options.sequences * parts, part_of);
    else
      for (int b = 0; b < s.options.sequences; ++b) part_of(b, 0);
  };
  share([&](int b, int first, int last, int worker) {
    s.time_rows(b, first, last, place[b], s.scratch[static_cast<std::size_t>(worker)]);
  });
  if (!s.network.mix.empty()) {
    s.mix_rows();
    share([&](int b, int first, int last, int) { s.mix_into_notes(b, first, last); });
  }
  s.time_now = 1 - s.time_now;
  for (int& step : s.steps) ++step;
  s.versions = versions;
  const std::size_t rows = s.sequences * static_cast<std::size_t>(versions);
  for (LayerState& layer : s.note) layer.zero(0, rows);
  for (std::size_t r = 0; r < rows; ++r) s.lower[r].clear();
  s.recall.begin(versions);
  s.next_note = 0;
  if (s.ahead) s.post_ahead();
}

void Stepper::next_note(const std::uint8_t* lower, float* logits) {
  State& s = *state_;
  const int n = s.next_note, channels = s.network.config.channels();
  if (n < 0 || n >= static_cast<int>(s.notes))
    fail("next_note: {} notes per step, one after the other, after begin_step", s.notes);
  s.share_rows(s.note_work(), [&](int first, int last, int worker) {
    s.note_rows(n, first, last, n == 0 ? nullptr : lower + first, 1,
                logits + std::ptrdiff_t{first} * channels, channels,
                s.scratch[static_cast<std::size_t>(worker)]);
  });
  ++s.next_note;
}

void Stepper::all_notes(const std::uint8_t* truth, float* logits) {
  State& s = *state_;
  if (s.next_note != 0 || s.versions != 1)
    fail("all_notes: expected right after begin_step with one version");
  const int notes = static_cast<int>(s.notes);
  const std::ptrdiff_t channels = s.network.config.channels();
  s.share_rows(s.network.note_work() * s.options.sequences, [&](int first, int last, int worker) {
    const std::uint8_t* cells = truth + std::ptrdiff_t{first} * notes;
    float* out = logits + first * notes * channels;
    for (int n = 0; n < notes; ++n)
      s.note_rows(n, first, last, n == 0 ? nullptr : cells + n - 1, notes, out + n * channels,
                  notes * channels, s.scratch[static_cast<std::size_t>(worker)]);
  });
  s.next_note = notes;
}

const Config& Stepper::config() const {
  return state_->network.config;
}
std::string Stepper::arithmetic() const {
  return state_->kernels.name;
}

}  // namespace toccata::network
