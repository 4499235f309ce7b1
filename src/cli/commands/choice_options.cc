#include "cli/commands/choice_options.h"

#include "cli/shell/option_values.h"
#include "listening/profile.h"

namespace toccata::cli {
namespace {

std::vector<corpus::Piece> read_corpus(const ChoiceOptions& options, const network::Config& config,
                                       Context& context) {
  corpus::Corpus corpus = read_for(config, options.corpus, 1, context);
  if (options.corpus_split.empty()) return std::move(corpus.pieces);
  const auto part = from_word<corpus::Part>(options.corpus_split);
  std::vector<corpus::Piece> pieces;
  for (corpus::Piece& piece : corpus.pieces) {
    const auto found = corpus.given_split.find(piece.name);
    if (found != corpus.given_split.end() && found->second == part) {
      pieces.push_back(std::move(piece));
    }
  }
  if (pieces.empty()) {
    fail(
        "--corpus: there is no {} part in this music: a split.json beside it, or a roll file, "
        "would name it",
        options.corpus_split);
  }
  return pieces;
}

std::optional<listening::Profile> profile_of_model(const NamedModel& named) {
  auto profile = listening::read_profile(named.folder);
  return !profile && named.run ? listening::read_profile(named.run->path) : profile;
}

}  // namespace

void add_choice_options(CLI::App& app, ChoiceOptions& options) {
  using composing::Criterion;
  const auto group = "Choosing among many, and not copying";
  CLI::Option* candidates =
      app.add_option("--candidates", options.candidates,
                     "compose so many pieces, and keep the best, with a contact sheet of them")
          ->check(between(1, 1000000))
          ->group(group);
  app.add_option("--keep", options.keep, "how many of the candidates")
      ->check(at_least(1))
      ->needs(candidates)
      ->capture_default_str()
      ->group(group);
  CLI::Option* corpus =
      app.add_option("--corpus", options.corpus,
                     "the music that the pieces are held against: folders and files")
          ->type_name("PATH")
          ->group(group);
  one_of(app.add_option("--corpus-split", options.corpus_split, "only this part of the corpus"),
         word_texts<corpus::Part>())
      ->needs(corpus)
      ->group(group);
  one_of<Criterion>(app.add_option("--rank-by", options.rank_by,
                                   "by some of these, with commas (default: all that there is "
                                   "something to count by)"))
      ->delimiter(',')
      ->allow_extra_args(false)
      ->needs(candidates)
      ->group(group);
  app.add_option("--sheet", options.sheet,
                 "the contact sheet, an .html file (default: beside the pieces)")
      ->type_name("FILE")
      ->needs(candidates)
      ->group(group);
  app.add_option("--max-copy", options.max_copy,
                 "quarter notes: what copies more than so many in a row from the corpus, in any "
                 "key, is composed otherwise from that bar on")
      ->check(at_least(0.0))
      ->needs(corpus)
      ->group(group);
  app.add_option("--max-tries", options.max_tries,
                 "how often a piece that copies is composed otherwise before it is given up")
      ->check(between(1, 4095))
      ->capture_default_str()
      ->group(group);
}

Choice::Choice(const ChoiceOptions& options, const NamedModel& named, Context& context)
    : options_(options) {
  if (!options.corpus.empty() && options.candidates == 0 && !options.max_copy) {
    fail_usage("--corpus goes with --candidates or --max-copy");
  }
  if (options.candidates && options.keep > options.candidates) {
    fail_usage("--keep: expected up to the {} candidates, found {}", options.candidates,
               options.keep);
  }
  if (!options.corpus.empty()) {
    pieces_ = read_corpus(options, named.model.config, context);
    std::vector<const corpus::Piece*> pieces;
    for (const corpus::Piece& piece : pieces_) pieces.push_back(&piece);
    index_.emplace(pieces);
    if (options.candidates) {
      usual_ = profile_of_model(named);
      if (!usual_) usual_ = listening::profile(pieces, 0);
    }
  } else if (options.candidates) {
    usual_ = profile_of_model(named);
  }
  composing::ranking({}, criteria());  // a wrong wish is found before minutes of composing
  for (const composing::Criterion criterion : criteria()) {
    if ((criterion == composing::Criterion::statistics && !usual_) ||
        (criterion == composing::Criterion::copying && !index_)) {
      fail_usage("--rank-by {}: name the corpus with --corpus{}", to_word(criterion),
                 usual_ ? ""
                        : ", or keep its statistics with the model: toccata describe PATH "
                          "--for MODEL");
    }
  }
}

void Choice::compose(const network::Model& model, const composing::ComposeOptions& options,
                     const std::function<void(composing::Composed&&)>& done,
                     Context& context) const {
  if (!options_.max_copy) {
    composing::compose(model, options, done, context.progress, context.stop);
    return;
  }
  std::size_t refused = 0;
  composing::compose_without_copying(
      model, options,
      {.corpus = &*index_, .most_beats = *options_.max_copy, .most_tries = options_.max_tries},
      done,
      [&](const composing::Refused& piece) {
        ++refused;
        context.progress.warning(fmt::format(
            "piece {} is left out: after {} other tries it still copies {} notes, {:g} quarter "
            "notes long, from {}, bar {}",
            piece.number, piece.tries, piece.copy.notes, piece.copy.beats, piece.copy.source,
            piece.copy.source_bar));
      },
      context.progress, context.stop);
  if (refused == composing::numbers_of(options).size()) {
    fail(
        "every piece copies more than {:g} quarter notes in a row: allow more with --max-copy, "
        "raise --temperature, or train on more music or with --transpose",
        *options_.max_copy);
  }
}

composing::Judge Choice::judge() const {
  return {usual_ ? &*usual_ : nullptr, index_ ? &*index_ : nullptr};
}

std::vector<composing::Criterion> Choice::criteria() const {
  using composing::Criterion;
  if (!options_.rank_by.empty()) return options_.rank_by;
  std::vector<Criterion> all = {Criterion::likelihood};
  if (usual_) all.push_back(Criterion::statistics);
  if (index_) all.push_back(Criterion::copying);
  return all;
}

}  // namespace toccata::cli
