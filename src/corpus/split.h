#pragma once
// Chooses the pieces to learn from and those to hold out, by a hash of the music and the seed:
// duplicates never cross, and the order, names and number of files do not matter.

#include <cstddef>
#include <cstdint>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "corpus/import.h"

namespace toccata::corpus {

struct SplitOptions {
  double validation = 0.1;  // below 1 a fraction of the pieces, from 1 on their number; duplicates
                            // of a piece count as one. A fraction holds out at least one, unless
                            // there is only one, or none that may be held out
  double test = 0.0;        // likewise
  std::uint64_t seed = 1;
  std::set<std::string>
      trained;  // hashes of music that the restored model was trained on: never held out
};

/// Indices into Corpus::pieces, ascending.
struct Split {
  std::vector<std::size_t> train, valid, test;
};

/// Each different piece of music has a place in [0, 1), drawn from its hash and the seed. The
/// pieces with the lowest places are for validation, those with the highest for testing, as many as
/// asked for. So a file that comes or goes moves at most its neighbours across, and the two numbers
/// do not affect each other's pieces. Music in `trained` is never held out.
///
/// If the corpus has a given split, it is taken as it is. Duplicates that cross it stay as given,
/// with a warning; pieces in `trained` that it holds out go to training, with a warning. Pieces
/// that it does not name are trained on, unless they are held-out music under another name; those
/// are left out. If it names no piece for validation, those are drawn from its training pieces. If
/// it names none to train on (only test files), the result has none.
///
/// Throws Error if nothing would be left to train on, and (usage) if a number is negative or not
/// whole.
Split make_split(const Corpus& corpus, const SplitOptions& options, Progress& progress);

/// The pieces of one part, named train, valid or test, of the split that came with the music; all
/// pieces where `part` is empty. Throws Error where the music has no such part.
std::vector<Piece> pieces_of_part(Corpus corpus, std::string_view part);

}  // namespace toccata::corpus
