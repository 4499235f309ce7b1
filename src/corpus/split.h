#pragma once
// Which pieces are learned from, which are held out. Drawn by a hash of the music and the seed:
// duplicates never cross, and the order, names and number of files do not matter.

#include <cstdint>
#include <set>
#include <string>
#include <vector>

#include "corpus/import.h"

namespace toccata::corpus {

struct SplitOptions {
  double validation = 0.1;  // below 1 a fraction of the pieces, from 1 on their number; duplicates
                            // of one piece count as one
  double test = 0.0;        // likewise
  std::uint64_t seed = 1;
  std::set<std::string>
      trained;  // hashes that a model to be restored has trained on: never held out
};

/// Indices into Corpus::pieces.
struct Split {
  std::vector<std::size_t> train, valid, test;
};

/// The corpus's given split where it has one (duplicates that cross it are left as given, and named
/// in a warning), else a drawn one. Throws Error where nothing is left to train on.
Split make_split(const Corpus& corpus, const SplitOptions& options, Progress& progress);

}  // namespace toccata::corpus
