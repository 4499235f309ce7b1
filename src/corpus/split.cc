#include "corpus/split.h"

#include <algorithm>
#include <cmath>
#include <map>

#include "base/error.h"
#include "base/hash.h"
#include "base/text.h"

namespace toccata::corpus {
namespace {

// Pieces with the same music, in their order of drawing.
struct Group {
  std::string place;  // sorts like a number in [0, 1): from hash and seed alone
  std::string hash;
  std::vector<std::size_t> pieces;
};

std::vector<Group> draw_order(const Corpus& corpus, const std::vector<std::size_t>& pieces,
                              std::uint64_t seed) {
  std::map<std::string, Group> by_hash;
  for (const std::size_t i : pieces) {
    const std::string& hash = corpus.pieces[i].hash;
    by_hash[hash].pieces.push_back(i);
  }
  std::vector<Group> groups;
  for (auto& [hash, group] : by_hash) {
    group.hash = hash;
    group.place = hash_hex(fmt::format("split {} {}", seed, hash));
    groups.push_back(std::move(group));
  }
  std::sort(groups.begin(), groups.end(),
            [](const Group& a, const Group& b) { return a.place < b.place; });
  return groups;
}

// How many groups to hold out. A number is kept to; a fraction takes one at least where it can,
// never the last that could be trained on, and no more than are free.
std::size_t how_many(double asked, std::size_t groups, std::size_t free, const char* what) {
  if (!(asked >= 0) || (asked >= 1 && asked != std::floor(asked)) || asked > 1e9)
    fail_usage("{}: expected a fraction below 1 or a whole number of pieces, found {}", what,
               asked);
  if (asked >= 1) return static_cast<std::size_t>(asked);
  if (asked == 0 || groups == 0) return 0;
  const long long share = std::llround(asked * static_cast<double>(groups));
  const std::size_t wanted = static_cast<std::size_t>(std::max(1LL, share));
  return std::min({wanted, free, groups - 1});
}

void sort_all(Split& split) {
  for (auto* part : {&split.train, &split.valid, &split.test})
    std::sort(part->begin(), part->end());
}

// Draws `valid` and `test` from `pieces`; the rest is for training.
Split draw(const Corpus& corpus, const std::vector<std::size_t>& pieces,
           const SplitOptions& options) {
  const std::vector<Group> groups = draw_order(corpus, pieces, options.seed);
  std::vector<const Group*> free;
  for (const Group& group : groups)
    if (!options.trained.contains(group.hash)) free.push_back(&group);
  const std::size_t valid =
      how_many(options.validation, groups.size(), free.size(), "validation pieces");
  const std::size_t test = how_many(options.test, groups.size(), free.size(), "test pieces");
  // With trained pieces there is always something to train on; without, one must stay.
  const bool nothing_left =
      free.size() < valid + test || (valid + test == groups.size() && valid + test > 0);
  if (nothing_left)
    fail(
        "{} different pieces of music{} are too few to hold out {} for validation and {} for "
        "testing and to train on the rest; hold out fewer (--validation-pieces), or give more "
        "music",
        groups.size(),
        free.size() < groups.size()
            ? fmt::format(", {} of them already trained on,", groups.size() - free.size())
            : "",
        valid, test);
  Split split;
  std::map<std::string_view, Part> held_out;
  for (std::size_t i = 0; i < valid; ++i) held_out[free[i]->hash] = Part::valid;
  for (std::size_t i = 0; i < test; ++i) held_out[free[free.size() - 1 - i]->hash] = Part::test;
  for (const Group& group : groups) {
    const auto found = held_out.find(group.hash);
    const Part part = found == held_out.end() ? Part::train : found->second;
    auto& to = part == Part::train ? split.train : part == Part::valid ? split.valid : split.test;
    to.insert(to.end(), group.pieces.begin(), group.pieces.end());
  }
  sort_all(split);
  return split;
}

// Says which music stands in training and in a held-out part.
void warn_of_crossing(const Corpus& corpus, const Split& split, Progress& progress) {
  std::map<std::string_view, std::size_t> trained;
  for (const std::size_t i : split.train) trained.emplace(corpus.pieces[i].hash, i);
  std::size_t count = 0;
  std::string first;
  for (const auto* part : {&split.valid, &split.test}) {
    for (const std::size_t i : *part) {
      const auto found = trained.find(corpus.pieces[i].hash);
      if (found == trained.end()) continue;
      if (count++ == 0)
        first = fmt::format("{} is {}", corpus.pieces[i].name, corpus.pieces[found->second].name);
    }
  }
  if (count > 0)
    progress.warning(
        fmt::format("the given split holds out {} whose music it also trains on, such as: {}",
                    counted(count, "piece"), first));
}

Split take_given(const Corpus& corpus, const SplitOptions& options, Progress& progress) {
  Split split;
  std::set<std::string_view> held_out;
  std::vector<std::size_t> unnamed;
  std::size_t trained = 0, left_out = 0;
  for (std::size_t i = 0; i < corpus.pieces.size(); ++i) {
    const Piece& piece = corpus.pieces[i];
    const auto given = corpus.given_split.find(piece.name);
    if (given == corpus.given_split.end()) {
      unnamed.push_back(i);
    } else if (given->second == Part::train) {
      split.train.push_back(i);
    } else if (options.trained.contains(piece.hash)) {
      split.train.push_back(i);
      ++trained;
    } else {
      (given->second == Part::valid ? split.valid : split.test).push_back(i);
      held_out.insert(piece.hash);
    }
  }
  for (const std::size_t i : unnamed) {
    if (held_out.contains(corpus.pieces[i].hash))
      ++left_out;
    else
      split.train.push_back(i);
  }
  if (trained > 0)
    progress.warning(fmt::format(
        "trained on although the split holds it out, since the restored model knows it already: {}",
        counted(trained, "piece")));
  if (!unnamed.empty())
    progress.warning(fmt::format(
        "the given split does not name {}, such as {}: trained on: {}; left out, being held-out "
        "music under another name: {}",
        counted(unnamed.size(), "piece"), corpus.pieces[unnamed.front()].name,
        unnamed.size() - left_out, left_out));
  warn_of_crossing(corpus, split, progress);
  if (split.valid.empty() && options.validation > 0 && !split.train.empty()) {
    SplitOptions only_valid = options;
    only_valid.test = 0;
    const Split drawn = draw(corpus, split.train, only_valid);
    split.train = drawn.train;
    split.valid = drawn.valid;
    progress.message(
        fmt::format("the given split names nothing for validation: {} drawn from what it trains on",
                    counted(split.valid.size(), "piece")));
  }
  sort_all(split);
  return split;
}

}  // namespace

Split make_split(const Corpus& corpus, const SplitOptions& options, Progress& progress) {
  if (!corpus.given_split.empty()) return take_given(corpus, options, progress);
  std::vector<std::size_t> all(corpus.pieces.size());
  for (std::size_t i = 0; i < all.size(); ++i) all[i] = i;
  return draw(corpus, all, options);
}

std::vector<Piece> pieces_of_part(Corpus corpus, std::string_view part) {
  if (part.empty()) return std::move(corpus.pieces);
  const std::optional<Part> wanted = from_word<Part>(part);
  if (!wanted)
    fail_usage("a part of the music: expected {}, found \"{}\"", listed(word_texts<Part>()), part);
  std::erase_if(corpus.pieces, [&](const Piece& piece) {
    const auto given = corpus.given_split.find(piece.name);
    return given == corpus.given_split.end() || given->second != *wanted;
  });
  if (corpus.pieces.empty())
    fail("this music has no {} part; a split.json beside it, or a roll file, can name one", part);
  return std::move(corpus.pieces);
}

}  // namespace toccata::corpus
