// One order, from the queue to its pieces.

#include <chrono>

#include "composing/piece_file.h"
#include "studio/compositions.h"
#include "studio/music.h"

namespace toccata::studio {
namespace {

using Clock = std::chrono::steady_clock;
constexpr auto kBetweenTellings = std::chrono::milliseconds(40);

const char* name_of(Composition::State state) {
  switch (state) {
    case Composition::State::queued:
      return "queued";
    case Composition::State::composing:
      return "composing";
    case Composition::State::done:
      return "done";
    case Composition::State::stopped:
      return "stopped";
    default:
      return "failed";
  }
}

OrderedJson piece_json(const ComposedPiece& piece) {
  OrderedJson json = {{"number", piece.number},
                      {"new_from", piece.new_from},
                      {"notes", piece.music["notes"].size()},
                      {"nats_per_step", piece.new_steps ? -piece.nats / piece.new_steps : 0}};
  if (piece.log_evidence != 0) json["log_evidence"] = piece.log_evidence;
  return json;
}

}  // namespace

// Tells the frames in small parcels: one event a frame would be more work than composing it.
class Composition::Teller {
 public:
  explicit Teller(Composition& composition) : composition_(composition) {}

  void hear(std::uint64_t piece, int step, const std::uint8_t* frame) {
    const music::Options& read = composition_.order_.model->config.roll;
    OrderedJson struck = OrderedJson::array(), held = OrderedJson::array();
    for (int n = 0; n < read.notes(); ++n) {
      if (!(frame[n] & music::kPlay)) continue;
      const bool onset = !read.articulation || (frame[n] & music::kArticulate);
      (onset ? struck : held).push_back(read.low + n);
    }
    parcel_.push_back({piece, step, std::move(struck), std::move(held)});
    if (Clock::now() - told_ >= kBetweenTellings) tell();
  }

  void tell() {
    if (parcel_.empty()) return;
    told_ = Clock::now();
    composition_.events_->add("frames", {{"done_steps", composition_.done_steps_.load()},
                                         {"frames", std::move(parcel_)}});
    parcel_ = OrderedJson::array();
  }

  /// How far it is, where there are no frames to tell: particles are heard when a piece is whole.
  void tell_progress() {
    if (Clock::now() - told_ < kBetweenTellings) return;
    tell();
    told_ = Clock::now();
    composition_.events_->add("progress", {{"done_steps", composition_.done_steps_.load()}});
  }

 private:
  Composition& composition_;
  OrderedJson parcel_ = OrderedJson::array();
  Clock::time_point told_{};
};

// compose's progress, to the page.
class Composition::Telling : public Progress {
 public:
  Telling(Composition& composition, Teller& teller) : composition_(composition), teller_(teller) {}
  void update(std::uint64_t done, std::string_view) override {
    composition_.done_steps_ = done;
    if (composition_.order_.options.particles > 1) teller_.tell_progress();
  }
  void warning(std::string_view text) override {
    const std::lock_guard lock(composition_.mutex_);
    composition_.warnings_.emplace_back(text);
  }

 private:
  Composition& composition_;
  Teller& teller_;
};

Composition::Composition(std::string name, ComposeOrder order)
    : id(std::move(name)), order_(std::move(order)), model_hash_(order_.model->hash) {
  events_->add("queued", {{"id", id}});
}

bool Composition::finished() const {
  const std::lock_guard lock(mutex_);
  return state_ != State::queued && state_ != State::composing;
}

std::size_t Composition::bytes() const {
  const std::lock_guard lock(mutex_);
  std::size_t bytes = 4096 + events_->bytes();
  // A note in JSON values takes about ten times what it takes as MIDI.
  for (const ComposedPiece& piece : pieces_) {
    bytes += piece.midi.size() + 150 * piece.music["notes"].size();
  }
  return bytes;
}

std::optional<ComposedPiece> Composition::piece(std::uint64_t number) const {
  const std::lock_guard lock(mutex_);
  for (const ComposedPiece& piece : pieces_) {
    if (piece.number == number) return piece;
  }
  return std::nullopt;
}

OrderedJson Composition::to_json() const {
  const std::lock_guard lock(mutex_);
  return outline();
}

OrderedJson Composition::outline() const {
  const composing::ComposeOptions& options = order_.options;
  OrderedJson json;
  json["id"] = id;
  json["state"] = name_of(state_);
  if (!problem_.empty()) json["error"] = problem_;
  json["model"] = order_.model_name;
  json["model_hash"] = model_hash_;
  if (!arithmetic_.empty()) json["arithmetic"] = arithmetic_;
  json["seed"] = options.seed;
  json["first"] = options.first;
  json["temperature"] = options.taste.temperature;
  json["keep_prob"] = options.keep_prob;
  if (options.particles > 1) json["particles"] = options.particles;
  composing::Request request = options.request;
  if (request.region) request.region->pinned.clear();  // whoever ordered knows them
  json["request"] = composing::to_json(request);
  json["tempo"] = order_.tempo;
  json["velocity"] = order_.velocity;
  json["steps"] = order_.all_steps - order_.new_from;
  json["wanted_pieces"] = options.pieces;
  json["done_steps"] = done_steps_.load();
  json["all_steps"] = static_cast<long>(order_.all_steps - order_.new_from) * options.pieces;
  if (!warnings_.empty()) json["warnings"] = warnings_;
  json["pieces"] = OrderedJson::array();
  for (const ComposedPiece& piece : pieces_) {
    json["pieces"].push_back(piece_json(piece));
  }
  return json;
}

void Composition::keep(composing::Composed&& composed, composing::Receipt& receipt) {
  ComposedPiece piece;
  piece.number = receipt.piece = composed.number;
  piece.nats = composed.nats;
  piece.new_from = composed.new_from;
  piece.new_steps = composed.steps;
  piece.log_evidence = composed.log_evidence;
  piece.midi = composing::write_piece(composed, receipt);
  piece.music = studio::to_json(composed.roll);
  const OrderedJson told = piece_json(piece);
  {
    const std::lock_guard lock(mutex_);
    pieces_.push_back(std::move(piece));
  }
  events_->add("piece", told);
}

void Composition::end(State state, const std::string& problem) {
  OrderedJson json;
  {
    const std::lock_guard lock(mutex_);
    state_ = state;
    problem_ = problem;
    json = outline();
    order_.model.reset();  // kept orders are many, and models large
    order_.music = {};
  }
  events_->finish("end", json);
}

void Composition::compose(const std::string& program, int threads) {
  if (stop_.requested()) return end(State::stopped, "");
  try {
    composing::Receipt receipt = receipt_of(order_, program);
    receipt.arithmetic = composing::arithmetic_of(*order_.model);
    composing::ComposeOptions options = complete_options(order_);
    options.threads = threads;
    Teller teller(*this);
    Telling telling(*this, teller);
    options.heard = [&](std::uint64_t piece, int step, const std::uint8_t* frame) {
      teller.hear(piece, step, frame);
    };
    {
      const std::lock_guard lock(mutex_);
      state_ = State::composing;
      arithmetic_ = receipt.arithmetic;
    }
    events_->add("begin", {{"id", id}});
    composing::compose(
        *order_.model, options,
        [&](composing::Composed&& piece) {
          teller.tell();
          keep(std::move(piece), receipt);
        },
        telling, stop_);
    end(stop_.requested() ? State::stopped : State::done, "");
  } catch (const std::exception& error) {
    end(State::failed, error.what());
  }
}

}  // namespace toccata::studio
