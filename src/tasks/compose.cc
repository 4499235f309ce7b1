#include "tasks/compose.h"

#include <algorithm>

#include "base/error.h"
#include "composing/order_json.h"
#include "composing/piece_file.h"
#include "notation/event_file.h"
#include "notation/smf_reader.h"
#include "tasks/given_music.h"

namespace toccata::tasks {
namespace fs = std::filesystem;
using composing::Order;
using composing::Receipt;

namespace {

// The file that a piece is made from, and what was done with it.
struct Given {
  std::string path;
  const char* done;
};
std::optional<Given> given_of(const Order& order) {
  if (order.melody) return Given{order.melody->path, "harmonised"};
  if (order.infill) return Given{order.infill->path, "reworked"};
  if (order.prime) return Given{order.prime->path, "continued"};
  return std::nullopt;
}

// Nothing has this name yet, or the same bytes have it.
bool is_free(const fs::path& path, std::span<const std::uint8_t> bytes) {
  return !fs::exists(path) ||
         (fs::is_regular_file(path) && std::ranges::equal(read_file(path), bytes));
}

fs::path free_number(const fs::path& folder, const std::string& stem, int first,
                     std::string_view extension, std::span<const std::uint8_t> bytes) {
  for (int number = first;; ++number) {
    const fs::path path = folder / fmt::format("{}-{}{}", stem, number, extension);
    if (is_free(path, bytes)) return path;
  }
}

}  // namespace

Receipt receipt_of(const ComposeTask& task) {
  return {.program = task.program,
          .model = task.model_name,
          .model_hash = task.model->hash,
          .arithmetic = composing::arithmetic_of(*task.model, task.resources),
          .order = composing::resolved(task.order, task.model->config.roll)};
}

void compose(const ComposeTask& task, const std::function<void(MadePiece&&)>& done,
             Progress& progress, const Stop& stop) {
  const Receipt common = receipt_of(task);
  const auto keep = [&](composing::Composed&& piece) {
    MadePiece made{std::move(piece), {}, {}};
    made.receipt = composing::receipt_of(common, made.piece);
    made.midi = composing::write_piece(made.piece, made.receipt);
    done(std::move(made));
  };
  if (!task.no_copying) {
    composing::compose(*task.model, task.order, task.resources, keep, progress, stop);
    return;
  }
  int refused = 0;
  composing::compose_without_copying(
      *task.model, task.order, task.resources, *task.no_copying, keep,
      [&](const composing::Refused& piece) {
        ++refused;
        progress.warning(fmt::format(
            "piece {} is left out: after {} other tries it still copies {} notes, {:g} quarter "
            "notes long, from {}, bar {}",
            piece.number, piece.tries, piece.copy.notes, piece.copy.beats, piece.copy.source,
            piece.copy.source_bar));
      },
      progress, stop);
  if (refused == task.order.pieces) {
    fail(
        "every piece copies more than {:g} quarter notes in a row: allow more with --max-copy, "
        "raise --temperature, or train on more music or with --transpose",
        task.no_copying->most_beats);
  }
}

OrderedJson facts_of(const MadePiece& made, const fs::path& file) {
  return {{"file", file.string()},
          {"piece", made.piece.number},
          {"steps", made.piece.roll.steps},
          {"notes", notes_of(notation::read_event_file(made.midi, file.string())).size()},
          {"nats_per_step", -made.piece.nats / made.piece.steps},
          {"log_evidence", made.piece.log_evidence}};
}

fs::path write_into(const fs::path& folder, const Receipt& receipt, const Bytes& midi) {
  const std::string stem = stem_of(receipt);
  const fs::path path =
      given_of(receipt.order)
          ? free_number(folder, stem, 1, ".mid", midi)
          : free_name(folder, fmt::format("{}-{:03}", stem, receipt.order.first), ".mid", midi);
  write_file(path, midi);
  return path;
}

fs::path free_name(const fs::path& folder, const std::string& stem, std::string_view extension,
                   std::span<const std::uint8_t> bytes) {
  const fs::path path = folder / fmt::format("{}{}", stem, extension);
  return is_free(path, bytes) ? path : free_number(folder, stem, 2, extension, bytes);
}

std::string stem_of(const Receipt& receipt) {
  if (const auto given = given_of(receipt.order))
    return fmt::format("{}-{}", fs::path(given->path).stem().string(), given->done);
  const std::string name = fs::path(receipt.model).filename().string();
  const bool usable = !name.empty() && name != "." && name != "..";
  return fmt::format("{}-s{}", usable ? name : "piece", receipt.order.seed);
}

Receipt receipt_in(const fs::path& file, const Bytes& bytes) {
  for (const notation::Score& score : notation::read_smf(bytes, file.string()).scores) {
    if (std::optional<Receipt> receipt = composing::find_receipt(score, file.string()))
      return *std::move(receipt);
  }
  fail(
      "{}: there is no receipt in it: it was not composed by toccata generate, or another program "
      "has written it since",
      file.string());
}

Bytes compose_again(const fs::path& file, const Bytes& bytes, Receipt receipt, const Order& asked,
                    std::span<const std::string> said, const network::Model& model, int threads,
                    std::string_view program, Progress& progress, const Stop& stop) {
  // Files may have moved: their hashes tell whether they are the same.
  for (auto member : {&Order::prime, &Order::infill, &Order::melody, &Order::chord_file}) {
    if (receipt.order.*member && asked.*member)
      (receipt.order.*member)->path = (asked.*member)->path;
  }
  for (const composing::Difference& other : composing::differences(receipt.order, asked)) {
    if (std::ranges::find(said, other.name) == said.end()) continue;
    const bool moved =
        other.first != "nothing" && other.second.find("\"path\"") != other.second.npos;
    if (!moved)
      fail_usage(
          "{}: its receipt has {} as its {}, and {} is asked for: --again makes it as it was, so "
          "leave that out; or compose anew, without --again",
          file.string(), other.first, other.name, other.second);
  }
  read_given(receipt.order, model.config, progress, stop);
  Bytes made = composing::make_again(receipt, model, threads, progress, stop);
  if (const std::string why = composing::difference(receipt, bytes, made, program); !why.empty())
    fail("{}: {}", file.string(), why);
  return made;
}

}  // namespace toccata::tasks
