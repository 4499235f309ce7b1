#pragma once
// Many pieces and the best of them, with a contact sheet; and pieces that copy nothing: an order
// held against a corpus.

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "base/json.h"
#include "composing/ranking.h"
#include "tasks/compose.h"
#include "tasks/named_model.h"

namespace toccata::tasks {

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

/// What pieces are held against: the corpus, read as the model reads music, and what is usual in
/// it.
class Choice {
 public:
  /// Throws Error where the options do not go together or the corpus cannot be read.
  Choice(const ChoiceOptions& options, const NamedModel& named, Progress& progress,
         const Stop& stop);

  /// The limit of copying that was asked for.
  std::optional<composing::CopyLimit> copy_limit() const;
  composing::References references() const;
  std::vector<composing::Criterion> criteria() const;
  std::size_t corpus_pieces() const { return pieces_.size(); }
  const std::optional<listening::Profile>& usual() const { return usual_; }
  const ChoiceOptions& options() const { return options_; }

 private:
  ChoiceOptions options_;
  std::vector<corpus::Piece> pieces_;
  std::optional<listening::CopyIndex> index_;
  std::optional<listening::Profile> usual_;
};

/// Composes the task's pieces, ranks them, and writes the first `keep` of them and the contact
/// sheet into `out`. Returns what was written, as JSON; null where it was stopped.
OrderedJson choose_candidates(const ComposeTask& task, const Choice& choice,
                              const std::filesystem::path& out, Progress& progress,
                              const Stop& stop);

}  // namespace toccata::tasks
