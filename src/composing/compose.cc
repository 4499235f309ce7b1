#include "composing/compose.h"

#include <algorithm>
#include <cmath>

#include "base/error.h"
#include "composing/composer.h"
#include "composing/particles.h"
#include "composing/plan.h"
#include "music/bars.h"
#include "music/excerpt.h"

namespace toccata::composing {
namespace {

// Without the primer, from the bar line at or before `past` on.
Composed without_primer(Composed whole) {
  const int past = whole.new_from;
  const music::Bars bars(whole.roll.meters, whole.roll.grid);
  const int line = std::max(0, static_cast<int>(std::ceil(bars.at(past).begin - music::kSameStep)));
  // Notes held over begin at the new music's first step, not at the bar line.
  music::Roll opening = music::excerpt(whole.roll, past, whole.roll.steps - past);
  Composed part = std::move(whole);
  part.roll = music::excerpt(part.roll, line, part.roll.steps - line);
  part.new_from = past - line;
  const auto silent =
      part.roll.cells.begin() + static_cast<std::ptrdiff_t>(part.new_from) * part.roll.notes();
  std::fill(part.roll.cells.begin(), silent, std::uint8_t{0});
  std::copy(opening.cells.begin(), opening.cells.end(), silent);
  return part;
}

// These pieces, side by side. False where stopped.
bool compose_some(const network::Model& model, const Order& order, const Resources& resources,
                  const Plan& plan, const std::vector<NumberedPiece>& numbered, const Stop& stop,
                  const std::function<void()>& stepped, std::vector<Composed>& made,
                  std::vector<std::string>& lost) {
  const int notes = plan.piece.notes(), particles = particles_of(order);
  const std::function<void(std::uint64_t, int, const std::uint8_t*)>& heard = resources.heard;
  Composer composer(model, numbered, order, resources);
  if (plan.from > 0) {
    composer.listen(plan.piece, plan.heard_from, plan.from, order.prime ? order.prime->path : "");
  }
  Ancestry ancestry(composer.lines(), notes);
  for (int t = plan.from; t < plan.to; ++t) {
    if (stop.requested()) return false;
    const auto i = static_cast<std::size_t>(t);
    const network::StepPlace place{plan.piece.bar_phase[i], plan.piece.beat_phase[i], t};
    if (!plan.limits.none() && plan.limits.given(t)) {
      composer.given_step(place, plan.piece.frame(t), plan.limits.sets(t));
    } else {
      composer.step(place, plan.limits.step(t));
    }
    ancestry.add(composer.frames(), composer.origins());
    for (int p = 0; particles == 1 && heard && p < composer.pieces(); ++p)
      heard(numbered[static_cast<std::size_t>(p)].number, t, composer.frame(p));
    stepped();
  }
  for (int p = 0; p < composer.pieces(); ++p) {
    const auto& [number, retries] = numbered[static_cast<std::size_t>(p)];
    if (const std::optional<int> at = composer.lost_at(p)) {
      lost.push_back(
          fmt::format("piece {}: no way on within the limits from {} on{}", number,
                      music::bar_name(music::Bars(plan.piece.meters, plan.piece.grid), *at),
                      particles == 1 ? "; with --particles 64 one may be found" : ""));
      continue;
    }
    const int line = p * particles + composer.picked(p, order.pick);
    Composed piece{.number = number,
                   .roll = plan.piece,
                   .new_from = plan.from,
                   .steps = plan.to - plan.from,
                   .nats = composer.nats(line),
                   .log_evidence = composer.log_evidence(p),
                   .retries = retries};
    const std::vector<std::uint8_t> cells = ancestry.path(line);
    std::ranges::copy(cells, piece.roll.frame(0) + std::ptrdiff_t{plan.from} * notes);
    for (int t = plan.from; particles > 1 && heard && t < plan.to; ++t)
      heard(number, t, piece.roll.frame(t));
    made.push_back(order.new_only ? without_primer(std::move(piece)) : std::move(piece));
  }
  return true;
}

}  // namespace

std::vector<NumberedPiece> pieces_of(const Order& order) {
  std::vector<NumberedPiece> pieces(static_cast<std::size_t>(order.pieces));
  for (std::size_t i = 0; i < pieces.size(); ++i) pieces[i] = {order.first + i, order.retries};
  return pieces;
}

void compose(const network::Model& model, const Order& order,
             const std::vector<NumberedPiece>& pieces, const Resources& resources,
             const std::function<void(Composed&&)>& done, Progress& progress, const Stop& stop) {
  const Plan plan = plan_of(model.config, order);
  const int at_once = std::max(1, resources.side_by_side / particles_of(order));
  const auto steps = static_cast<std::uint64_t>(plan.to - plan.from);
  progress.begin("composing", pieces.size() * steps, "steps");
  std::uint64_t composed = 0;
  std::size_t found = 0;
  std::vector<std::string> lost;
  for (auto next = pieces.begin(); next != pieces.end() && !stop.requested();) {
    const auto end = next + std::min<std::ptrdiff_t>(at_once, pieces.end() - next);
    const std::vector<NumberedPiece> numbered(next, end);
    next = end;
    const auto stepped = [&] { progress.update(composed += numbered.size()); };
    std::vector<Composed> made;
    if (!compose_some(model, order, resources, plan, numbered, stop, stepped, made, lost)) break;
    found += made.size();
    for (Composed& piece : made) done(std::move(piece));
  }
  progress.end();
  if (!lost.empty() && found == 0 && !stop.requested()) fail("{}", lost.front());
  for (const std::string& text : lost) progress.warning(text);
}

void compose(const network::Model& model, const Order& order, const Resources& resources,
             const std::function<void(Composed&&)>& done, Progress& progress, const Stop& stop) {
  check(order);
  compose(model, order, pieces_of(order), resources, done, progress, stop);
}

}  // namespace toccata::composing
