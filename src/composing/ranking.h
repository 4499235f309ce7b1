#pragma once
// Many pieces, and the best of them: what is counted of each candidate, and the order that follows.

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "composing/compose.h"
#include "listening/copying.h"
#include "listening/profile.h"

namespace toccata::composing {

/// What can be counted of a candidate's new music.
struct CandidateScores {
  std::uint64_t number = 0;  // of the piece
  int notes = 0;             // begun in the new music
  double nats_per_note = 0;  // negative log-likelihood by the notes; infinite for silence
  std::optional<double> distance = {};  // from what is usual in the corpus (listening/profile.h)
  std::optional<listening::Copy> copied =
      {};  // the stretch of most notes that stands in the corpus
};

struct References {
  const listening::Profile* usual = nullptr;     // none: no distance
  const listening::CopyIndex* corpus = nullptr;  // none: no copying
};
/// Safe from several threads.
CandidateScores scores_of(const Composed& piece, const References& references);

enum class Criterion {
  likelihood,  // fewer nats per note are better: the model was surer of what it wrote
  statistics,  // nearer to what is usual in the corpus is better
  copying,     // fewer notes in the longest copy are better
};
constexpr auto words(Criterion) {
  return word_list<Criterion>({{"likelihood", Criterion::likelihood},
                               {"statistics", Criterion::statistics},
                               {"copying", Criterion::copying}});
}

struct Place {
  std::size_t candidate = 0;  // index into what was ranked
  double mean_rank = 1;       // over the criteria; 1 is the best there can be
  std::vector<double> ranks;  // by each criterion; equals share the mean of their ranks
};

/// Best first: by the mean of the ranks by each of `by` (Borda's count), so that no unit outweighs
/// another; among equals the lower number. Silence comes last by every criterion. Throws Error
/// (usage) where `by` is empty or asks for what was not counted.
std::vector<Place> ranking(std::span<const CandidateScores> candidates,
                           std::span<const Criterion> by);

}  // namespace toccata::composing
