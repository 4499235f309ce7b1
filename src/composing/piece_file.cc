#include "composing/piece_file.h"

#include "music/to_score.h"
#include "notation/smf_writer.h"

namespace toccata::composing {

Bytes write_piece(const Composed& piece, const Receipt& receipt) {
  notation::Score score = music::to_score(
      piece.roll, {.tempo = receipt.tempo, .velocity = receipt.velocity, .track_name = "Toccata"});
  score.tracks.front().texts.insert(score.tracks.front().texts.begin(),
                                    {.tick = 0, .kind = 1, .text = receipt_text(receipt)});
  return notation::write_smf(score);
}

Bytes make_again(const Receipt& receipt, const network::Model& model, const music::Roll* prime,
                 const RequestMusic& music, int threads, Progress& progress, const Stop& stop) {
  if (model.hash != receipt.model_hash) {
    fail(
        "the piece was made with the model {} ({}), and the model given is another ({}): train or "
        "copy back the one that made it, and name it",
        receipt.model, receipt.model_hash, model.hash);
  }
  if (receipt.prime && !prime) {
    fail("the piece goes on from {}: name that file", receipt.prime->path);
  }
  if (!receipt.prime && prime) fail("the piece was made from silence: leave the primer out");
  if (prime && music_hash(*prime) != receipt.prime->hash) {
    fail(
        "the piece goes on from {} with the music {}, and what is there now has the music {}: "
        "find the file as it was",
        receipt.prime->path, receipt.prime->hash, music_hash(*prime));
  }
  ComposeOptions options = compose_options(receipt, prime, music);
  options.threads = threads;
  Bytes bytes;
  compose(
      model, options, [&](Composed&& piece) { bytes = write_piece(piece, receipt); }, progress,
      stop);
  if (bytes.empty()) fail("stopped before the piece was made");
  return bytes;
}

}  // namespace toccata::composing
