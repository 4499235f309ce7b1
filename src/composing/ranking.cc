#include "composing/ranking.h"

#include <algorithm>
#include <limits>
#include <numeric>

#include "base/error.h"
#include "listening/notes.h"
#include "music/excerpt.h"

namespace toccata::composing {
namespace {

constexpr double kWorst = std::numeric_limits<double>::infinity();

double value_of(const CandidateScores& scores, Criterion criterion) {
  if (scores.notes == 0) return kWorst;
  switch (criterion) {
    case Criterion::likelihood:
      return scores.nats_per_note;
    case Criterion::statistics:
      if (scores.distance) return *scores.distance;
      fail_usage(
          "ranking by statistics needs what is usual in the corpus: name it with --corpus, or keep "
          "it with the model by toccata describe PATH --for MODEL");
    case Criterion::copying:
      if (scores.copied) return scores.copied->notes;
      fail_usage("ranking by copying needs the corpus: name it with --corpus");
  }
  return kWorst;
}

// 1 for the smallest value; equals share the mean of the ranks that they take up.
std::vector<double> ranks_of(const std::vector<double>& values) {
  std::vector<std::size_t> order(values.size());
  std::iota(order.begin(), order.end(), 0);
  std::sort(order.begin(), order.end(),
            [&](std::size_t a, std::size_t b) { return values[a] < values[b]; });
  std::vector<double> ranks(values.size());
  for (std::size_t i = 0; i < order.size();) {
    std::size_t end = i + 1;
    while (end < order.size() && values[order[end]] == values[order[i]]) ++end;
    for (std::size_t k = i; k < end; ++k) {
      ranks[order[k]] = (static_cast<double>(i + 1) + static_cast<double>(end)) / 2;
    }
    i = end;
  }
  return ranks;
}

}  // namespace

CandidateScores scores_of(const Composed& piece, const References& references) {
  const music::Roll heard = music::excerpt(piece.roll, piece.new_from, piece.steps);
  CandidateScores scores{.number = piece.number};
  // What sounds on from the primer is no new note.
  const int end = piece.new_from + piece.steps;
  for (const listening::RollNote& note : listening::notes_of(piece.roll)) {
    scores.notes += note.onset >= piece.new_from && note.onset < end ? 1 : 0;
  }
  scores.nats_per_note = scores.notes ? piece.nats / scores.notes : kWorst;
  if (references.usual) scores.distance = listening::distance(*references.usual, heard);
  if (references.corpus) scores.copied = references.corpus->longest(heard).most_notes;
  return scores;
}

std::vector<Place> ranking(std::span<const CandidateScores> candidates,
                           std::span<const Criterion> by) {
  if (by.empty()) fail_usage("ranking needs likelihood, statistics or copying to go by");
  std::vector<Place> places(candidates.size());
  for (std::size_t i = 0; i < places.size(); ++i) places[i].candidate = i;
  for (const Criterion criterion : by) {
    std::vector<double> values;
    for (const CandidateScores& scores : candidates) values.push_back(value_of(scores, criterion));
    const std::vector<double> ranks = ranks_of(values);
    for (std::size_t i = 0; i < places.size(); ++i) places[i].ranks.push_back(ranks[i]);
  }
  for (Place& place : places) {
    place.mean_rank = std::accumulate(place.ranks.begin(), place.ranks.end(), 0.0) /
                      static_cast<double>(by.size());
  }
  std::sort(places.begin(), places.end(), [&](const Place& a, const Place& b) {
    if (a.mean_rank != b.mean_rank) return a.mean_rank < b.mean_rank;
    return candidates[a.candidate].number < candidates[b.candidate].number;
  });
  return places;
}

}  // namespace toccata::composing
