#include "composing/no_copying.h"

#include <algorithm>
#include <cmath>
#include <map>

#include "base/error.h"
#include "music/bars.h"
#include "music/excerpt.h"

namespace toccata::composing {
namespace {

constexpr int kTriesFromOneBar = 5;

// Step of the new music at which the bar of `step` begins, not before its first.
int bar_line(const Composed& piece, int step) {
  const music::Bars bars(piece.roll.meters, piece.roll.grid);
  const double begin = bars.at(piece.new_from + step).begin - music::kSameStep;
  return std::max(0, static_cast<int>(std::ceil(begin)) - piece.new_from);
}

// How one piece has fared.
struct Attempts {
  int tries = 0;
  listening::Copy copy;     // what the last one copied
  std::map<int, int> from;  // how often it was composed anew from a step
  Retries retries;

  // Another try after `copy` was found in `piece`, whose new music begins at step `past` of the
  // whole.
  void again(const Composed& piece, const listening::Copy& found, int past) {
    copy = found;
    int step = bar_line(piece, copy.step);
    while (step > 0 && from[step] >= kTriesFromOneBar) step = bar_line(piece, step - 1);
    ++from[step];
    ++tries;
    std::erase_if(retries, [&](const Retry& retry) { return retry.step >= past + step; });
    retries.push_back({past + step, static_cast<std::uint32_t>(tries)});
  }
};

}  // namespace

void compose_without_copying(const network::Model& model, const Order& order,
                             const Resources& resources, const CopyLimit& limit,
                             const std::function<void(Composed&&)>& done,
                             const std::function<void(const Refused&)>& refused, Progress& progress,
                             const Stop& stop) {
  if (!(limit.most_beats >= 0)) {
    fail_usage("copying: expected 0 beats or more, found {}", limit.most_beats);
  }
  if (limit.most_tries < 1 || limit.most_tries > 4095) {
    fail_usage("tries: expected 1 to 4095, found {}", limit.most_tries);
  }
  check(order);
  const std::vector<NumberedPiece> all = pieces_of(order);
  for (auto next = all.begin(); next != all.end() && !stop.requested();) {
    const auto end = next + std::min<std::ptrdiff_t>(resources.side_by_side, all.end() - next);
    std::map<std::uint64_t, Attempts> attempts;
    std::map<std::uint64_t, Composed> good;
    std::map<std::uint64_t, Refused> bad;
    for (std::vector<NumberedPiece> part(next, end); !part.empty() && !stop.requested();) {
      std::vector<NumberedPiece> once_more;
      const auto references = [&](Composed&& piece) {
        const music::Roll heard = music::excerpt(piece.roll, piece.new_from, piece.steps);
        const auto copy = limit.corpus->first_longer(heard, limit.most_beats, limit.fewest_notes);
        Attempts& own = attempts[piece.number];
        if (!copy) {
          good.emplace(piece.number, std::move(piece));
        } else if (own.tries >= limit.most_tries) {
          bad[piece.number] = {piece.number, own.tries, *copy};
        } else {
          // Without its primer, a piece's steps are counted from another beginning.
          own.again(piece, *copy, order.new_only ? order.prime->music->steps : piece.new_from);
          once_more.push_back({piece.number, own.retries});
        }
      };
      try {
        compose(model, order, part, resources, references, progress, stop);
      } catch (const Error&) {
        // The order leaves no other way than the one that copies.
        if (attempts.empty()) throw;
      }
      part = std::move(once_more);
    }
    if (stop.requested()) return;
    for (; next != end; ++next) {
      const std::uint64_t number = next->number;
      if (const auto piece = good.find(number); piece != good.end()) {
        done(std::move(piece->second));
      } else if (const auto given_up = bad.find(number); given_up != bad.end()) {
        refused(given_up->second);
      } else if (const auto tried = attempts.find(number); tried != attempts.end()) {
        refused({number, tried->second.tries, tried->second.copy});
      }
    }
  }
}

}  // namespace toccata::composing
