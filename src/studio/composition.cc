// One order, from the queue to its pieces.

#include <chrono>

#include "composing/order_json.h"
#include "studio/compositions.h"
#include "studio/music.h"

namespace toccata::studio {
namespace {

using Clock = std::chrono::steady_clock;
constexpr auto kBetweenEvents = std::chrono::milliseconds(40);

OrderedJson piece_json(const ComposedPiece& piece) {
  OrderedJson json = {{"number", piece.number},
                      {"new_from", piece.new_from},
                      {"notes", piece.music["notes"].size()},
                      {"nats_per_step", piece.new_steps ? -piece.nats / piece.new_steps : 0}};
  if (piece.log_evidence != 0) json["log_evidence"] = piece.log_evidence;
  return json;
}

}  // namespace

// Sends the frames in small parcels: one event per frame would be more work than composing it.
class Composition::FrameEvents {
 public:
  explicit FrameEvents(Composition& composition) : composition_(composition) {}

  void add(std::uint64_t piece, int step, const std::uint8_t* frame) {
    const music::Options& read = composition_.order_.model->config.roll;
    OrderedJson struck = OrderedJson::array(), held = OrderedJson::array();
    for (int n = 0; n < read.notes(); ++n) {
      if (!(frame[n] & music::kPlay)) continue;
      const bool onset = !read.articulation || (frame[n] & music::kArticulate);
      (onset ? struck : held).push_back(read.low + n);
    }
    parcel_.push_back({piece, step, std::move(struck), std::move(held)});
    if (Clock::now() - sent_ >= kBetweenEvents) send();
  }

  void send() {
    if (parcel_.empty()) return;
    sent_ = Clock::now();
    composition_.events_->add("frames", {{"done_steps", composition_.done_steps_.load()},
                                         {"frames", std::move(parcel_)}});
    parcel_ = OrderedJson::array();
  }

  /// How far it is, where there are no frames to send: particles are heard when a piece is whole.
  void send_progress() {
    if (Clock::now() - sent_ < kBetweenEvents) return;
    send();
    sent_ = Clock::now();
    composition_.events_->add("progress", {{"done_steps", composition_.done_steps_.load()}});
  }

 private:
  Composition& composition_;
  OrderedJson parcel_ = OrderedJson::array();
  Clock::time_point sent_{};
};

// compose's progress, as events for the page.
class Composition::ComposeProgress : public Progress {
 public:
  ComposeProgress(Composition& composition, FrameEvents& frames)
      : composition_(composition), frames_(frames) {}
  void update(std::uint64_t done, std::string_view) override {
    composition_.done_steps_ = done;
    if (particles_of(composition_.order_.order) > 1) frames_.send_progress();
  }
  void warning(std::string_view text) override {
    const std::lock_guard lock(composition_.mutex_);
    composition_.warnings_.emplace_back(text);
  }

 private:
  Composition& composition_;
  FrameEvents& frames_;
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
  composing::Order order = order_.order;
  if (order.region) order.region->pinned.clear();  // whoever ordered knows them
  const int steps = order_.all_steps - order_.new_from;
  OrderedJson json;
  json["id"] = id;
  json["state"] = to_word(state_);
  if (!problem_.empty()) json["error"] = problem_;
  json["model"] = order_.model_name;
  json["model_hash"] = model_hash_;
  if (!arithmetic_.empty()) json["arithmetic"] = arithmetic_;
  json["seed"] = order.seed;
  json["tempo"] = order.tempo.value_or(120);
  json["velocity"] = order.velocity.value_or(composing::kUsualVelocity);
  json["order"] = composing::to_json(order);
  json["steps"] = steps;
  json["wanted_pieces"] = order.pieces;
  json["done_steps"] = done_steps_.load();
  json["all_steps"] = static_cast<long>(steps) * order.pieces;
  if (!warnings_.empty()) json["warnings"] = warnings_;
  json["pieces"] = OrderedJson::array();
  for (const ComposedPiece& piece : pieces_) {
    json["pieces"].push_back(piece_json(piece));
  }
  return json;
}

void Composition::keep(tasks::MadePiece&& made) {
  ComposedPiece piece;
  piece.number = made.piece.number;
  piece.nats = made.piece.nats;
  piece.new_from = made.piece.new_from;
  piece.new_steps = made.piece.steps;
  piece.log_evidence = made.piece.log_evidence;
  piece.midi = std::move(made.midi);
  piece.music = studio::to_json(made.piece.roll);
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
    for (auto file : {&composing::Order::prime, &composing::Order::infill,
                      &composing::Order::melody, &composing::Order::chord_file}) {
      if (!(order_.order.*file)) continue;
      (order_.order.*file)->music.reset();
      (order_.order.*file)->source.reset();
    }
  }
  events_->finish("end", json);
}

void Composition::compose(const std::string& program, int threads) {
  if (stop_.requested()) return end(State::stopped, "");
  try {
    const std::shared_ptr<const network::Model> model = order_.model;
    FrameEvents frames(*this);
    ComposeProgress progress(*this, frames);
    const tasks::ComposeTask task{
        .program = program,
        .model_name = order_.model_name,
        .model = model.get(),
        .order = order_.order,
        .resources = {.side_by_side =
                          particles_of(order_.order) > 1 ? 1 : composing::Resources{}.side_by_side,
                      .threads = threads,
                      .heard = [&](std::uint64_t piece, int step, const std::uint8_t* frame) {
                        frames.add(piece, step, frame);
                      }}};
    {
      const std::lock_guard lock(mutex_);
      state_ = State::composing;
      arithmetic_ = composing::arithmetic_of(*model);
    }
    events_->add("begin", {{"id", id}});
    tasks::compose(
        task,
        [&](tasks::MadePiece&& made) {
          frames.send();
          keep(std::move(made));
        },
        progress, stop_);
    end(stop_.requested() ? State::stopped : State::done, "");
  } catch (const std::exception& error) {
    end(State::failed, error.what());
  }
}

}  // namespace toccata::studio
