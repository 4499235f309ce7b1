#pragma once
// Which pieces are learned from, which are held out. Drawn by a hash of the music and the seed:
// duplicates never cross, and the order, names and number of files do not matter.

#include <cstddef>
#include <cstdint>
#include <set>
#include <string>
#include <vector>

#include "corpus/import.h"

namespace toccata::corpus {

struct SplitOptions {
  double validation = 0.1;  // below 1 a fraction of the pieces, from 1 on their number; duplicates
                            // of one piece count as one. A fraction holds out one at least, unless
                            // there is but one, or none that may be held out
  double test = 0.0;        // likewise
  std::uint64_t seed = 1;
  std::set<std::string>
      trained;  // hashes that a model to be restored has trained on: never held out
};

/// Indices into Corpus::pieces, ascending.
struct Split {
  std::vector<std::size_t> train, valid, test;
};

/// Each different piece of music has its place in [0, 1), drawn from its hash and the seed alone.
/// Those with the lowest places are for validation, those with the highest for testing, as many as
/// asked for; so a file that comes or goes moves at most its neighbours across, and the two numbers
/// do not touch each other's pieces. Music in `trained` is never held out.
///
/// Where the corpus has a given split, that is taken as it is (duplicates that cross it are left as
/// given, and named in a warning; pieces in `trained` that it holds out go to training, with a
/// warning). Pieces that it does not name are trained on, unless they are held-out music under
/// another name: those are left out. Where it names no piece for validation, those are drawn from
/// its training pieces; where it names none to train on (test files alone), the result has none.
///
/// Throws Error where nothing would be left to train on, and (usage) where a number is negative or
/// not whole.
Split make_split(const Corpus& corpus, const SplitOptions& options, Progress& progress);

}  // namespace toccata::corpus
