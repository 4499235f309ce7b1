#pragma once
// generate --candidates: many pieces, the best of them written, and a contact sheet of those.

#include <filesystem>

#include "base/json.h"
#include "cli/commands/choice_options.h"
#include "composing/receipt.h"

namespace toccata::cli {

/// Composes options.candidates pieces, ranks them, and writes the first options.keep of them and
/// the contact sheet into `out`. `receipt` is that of every piece but for its number and retries.
/// Returns what was written, as JSON; null where it was stopped.
OrderedJson choose_candidates(const ChoiceOptions& options, const Choice& choice,
                              const network::Model& model, const composing::ComposeOptions& compose,
                              const composing::Receipt& receipt, const std::filesystem::path& out,
                              Context& context);

}  // namespace toccata::cli
