#pragma once
// An order composed: into files with their receipts, or piece by piece; and a piece made again.

#include <filesystem>
#include <functional>
#include <string>

#include "base/files.h"
#include "base/json.h"
#include "composing/no_copying.h"
#include "composing/receipt.h"

namespace toccata::tasks {

/// An order and what carries it out.
struct ComposeTask {
  std::string program;     // version text, for receipts
  std::string model_name;  // as the user gave it
  const network::Model* model = nullptr;
  composing::Order order;  // its music has been read (given_music.h)
  composing::Resources resources = {};
  std::optional<composing::CopyLimit> no_copying = {};
};

struct MadePiece {
  composing::Composed piece;
  composing::Receipt receipt;
  Bytes midi;
};

/// The receipt of all of the task's pieces but for what is each one's own.
composing::Receipt receipt_of(const ComposeTask& task);

/// Composes the pieces in turn, each with its receipt. Throws Error as composing::compose does, and
/// where not one piece keeps within the limit of copying; pieces that do not are warned of.
void compose(const ComposeTask& task, const std::function<void(MadePiece&&)>& done,
             Progress& progress, const Stop& stop);

/// What is said of a piece in a file: {"file", "piece", "steps", "notes", "nats_per_step",
/// "log_evidence"}.
OrderedJson facts_of(const MadePiece& made, const std::filesystem::path& file);

/// Writes a piece into `folder` under a name that says what it is, and returns it: a piece from
/// silence is MODEL-sSEED-NUMBER.mid; one from a file, amazing-grace-harmonised-1.mid,
/// -reworked-1, -continued-1, with the next number that is free. The same bytes are not written
/// twice.
std::filesystem::path write_into(const std::filesystem::path& folder,
                                 const composing::Receipt& receipt, const Bytes& midi);

/// `folder`/`stem``extension`, or -2, -3… behind the stem where a file of other bytes has that
/// name already.
std::filesystem::path free_name(const std::filesystem::path& folder, const std::string& stem,
                                std::string_view extension, std::span<const std::uint8_t> bytes);
/// What the files of an order begin with: MODEL-sSEED, or amazing-grace-harmonised.
std::string stem_of(const composing::Receipt& receipt);

/// The receipt in a composed file. Throws Error where there is none.
composing::Receipt receipt_in(const std::filesystem::path& file, const Bytes& bytes);

/// Makes a composed file again, from the receipt in it: its bytes. `moved` names files that the
/// receipt names and that lie elsewhere now; all else that is asked for in it must be as the
/// receipt has it. Throws Error that says why it comes out otherwise.
Bytes compose_again(const std::filesystem::path& file, const Bytes& bytes,
                    composing::Receipt receipt, const composing::Order& moved,
                    std::span<const std::string> asked, const network::Model& model, int threads,
                    std::string_view program, Progress& progress, const Stop& stop);

}  // namespace toccata::tasks
