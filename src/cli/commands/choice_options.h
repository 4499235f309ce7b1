#pragma once
// Many pieces and the best of them, and none that copies: options of generate, and what they do.

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "cli/commands/model_argument.h"
#include "composing/candidates.h"
#include "composing/no_copying.h"

namespace toccata::cli {

struct ChoiceOptions {
  int candidates = 0;  // compose so many and keep the best; 0: keep all that is composed
  int keep = 10;
  std::vector<std::string> corpus;            // what the pieces are held against
  std::string corpus_split;                   // train, valid or test; empty: all
  std::vector<composing::Criterion> rank_by;  // empty: all that there is something to count by
  std::string sheet;                          // the contact sheet's path; empty: in the out folder
  std::optional<double> max_copy;             // beats
  int max_tries = 100;
};

void add_choice_options(CLI::App& app, ChoiceOptions& options);

/// The corpus, read as the model reads music, and what is usual in it.
class Choice {
 public:
  /// Throws Error where the options do not go together or the corpus cannot be read.
  Choice(const ChoiceOptions& options, const NamedModel& named, Context& context);

  /// composing::compose, or compose_without_copying where --max-copy asks for it. Throws Error
  /// where not one piece keeps within it.
  void compose(const network::Model& model, const composing::ComposeOptions& options,
               const std::function<void(composing::Composed&&)>& done, Context& context) const;

  composing::Judge judge() const;
  std::vector<composing::Criterion> criteria() const;
  std::size_t corpus_pieces() const { return pieces_.size(); }
  const std::optional<listening::Profile>& usual() const { return usual_; }

 private:
  ChoiceOptions options_;
  std::vector<corpus::Piece> pieces_;
  std::optional<listening::CopyIndex> index_;
  std::optional<listening::Profile> usual_;
};

}  // namespace toccata::cli
