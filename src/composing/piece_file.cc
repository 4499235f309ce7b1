#include "composing/piece_file.h"

#include "base/text.h"
#include "composing/given.h"
#include "composing/patch.h"
#include "music/to_score.h"
#include "notation/smf_reader.h"
#include "notation/smf_writer.h"

namespace toccata::composing {
namespace {

// Each file that the order names is what it was.
void check_given(const Order& order) {
  visit_order(order, []<typename T>(const OrderField& field, const T& file) {
    if constexpr (std::is_same_v<T, std::optional<GivenFile>>) {
      if (!file) return;
      if (!file->music)
        fail("the piece was made from {} as its {}: name that file", file->path, field.key);
      if (is_same_music(*file)) return;
      fail(
          "the piece was made from {} as its {}, with the music {}; what is there now has the "
          "music {}: find the file as it was",
          file->path, field.key, file->hash,
          file->source ? file->source->hash : given_hash(*file->music));
    }
  });
}

bool same_notes(const Bytes& first, const Bytes& second) {
  try {
    const auto read = [](const Bytes& bytes) { return notation::read_smf(bytes, "file").scores; };
    const auto one = read(first), other = read(second);
    if (one.size() != other.size()) return false;
    for (std::size_t i = 0; i < one.size(); ++i) {
      if (one[i].tracks.size() != other[i].tracks.size()) return false;
      for (std::size_t k = 0; k < one[i].tracks.size(); ++k)
        if (one[i].tracks[k].notes != other[i].tracks[k].notes) return false;
    }
    return true;
  } catch (const Error&) {
    return false;
  }
}

}  // namespace

Bytes write_piece(const Composed& piece, const Receipt& receipt) {
  if (patched_file(receipt.order)) return patched(piece, receipt.order, receipt_text(receipt));
  notation::Score score =
      music::to_score(piece.roll, {.tempo = receipt.order.tempo.value_or(120),
                                   .velocity = receipt.order.velocity.value_or(kUsualVelocity),
                                   .track_name = "Toccata"});
  score.tracks.front().texts.insert(score.tracks.front().texts.begin(),
                                    {.tick = 0, .kind = 1, .text = receipt_text(receipt)});
  return notation::write_smf(score);
}

Bytes make_again(const Receipt& receipt, const network::Model& model, int threads,
                 Progress& progress, const Stop& stop) {
  if (model.hash != receipt.model_hash) {
    fail(
        "the piece was made with the model {} ({}), and the model given is another ({}): train or "
        "copy back the one that made it, and name it",
        receipt.model, receipt.model_hash, model.hash);
  }
  check_given(receipt.order);
  Resources resources = resources_of(receipt);
  resources.threads = threads;
  try {
    arithmetic_of(model, resources);
  } catch (const Error&) {
    fail(
        "the piece was made in {} arithmetic, which this processor has not (it has {}): another "
        "kind "
        "of processor composes other notes from the same seed; make it again on one of that kind",
        receipt.arithmetic, arithmetic_of(model));
  }
  Bytes bytes;
  compose(
      model, receipt.order, resources,
      [&](Composed&& piece) { bytes = write_piece(piece, receipt); }, progress, stop);
  if (bytes.empty()) fail("stopped before the piece was made");
  return bytes;
}

std::string difference(const Receipt& receipt, const Bytes& found, const Bytes& made,
                       std::string_view program) {
  if (found == made) return "";
  const char* const notes = same_notes(found, made)
                                ? "its notes are the same, what else the file holds is not"
                                : "its notes are others";
  if (receipt.program == program) {
    return fmt::format(
        "composed again by the same version, in the same arithmetic, with the same model, it comes "
        "out otherwise ({}): the file was edited since",
        notes);
  }
  return fmt::format(
      "composed again it comes out otherwise ({}): {} made it, and this is {}, which may compose "
      "otherwise from the same seed; or the file was edited since",
      notes, receipt.program, program);
}

}  // namespace toccata::composing
