#pragma once
// Receipt: how a piece was made, written into its MIDI file as a text event, so that it can be made
// again byte for byte.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/json.h"
#include "composing/compose.h"
#include "composing/music_hash.h"
#include "music/roll.h"
#include "network/weights.h"
#include "notation/score.h"

namespace toccata::composing {

/// The piece that the music went on from.
struct Primer {
  std::string path;  // as the user gave it
  std::string hash;  // music_hash of the Roll as the model heard it
  int bars = 0;      // only so many of its first bars; 0: all
  bool operator==(const Primer&) const = default;
};

struct Receipt {
  std::string program = {};     // version text
  std::string model = {};       // as the user named it
  std::string model_hash = {};  // network::Model::hash
  std::string arithmetic = {};  // instruction set and precision: Stepper::arithmetic()
  std::uint64_t seed = 1;
  std::uint64_t piece = 0;  // its number
  int steps = 1024;
  double keep_prob = 1;
  Taste taste = {};
  Request request = {};
  int particles = 1;
  Pick pick = Pick::drawn;
  std::optional<Meter> meter = {};
  std::optional<Primer> prime = {};
  bool new_only = false;
  Retries retries = {};  // what was refused for copying, and composed otherwise (no_copying.h)
  double tempo = 120;    // quarter notes a minute
  int velocity = 80;
  bool operator==(const Receipt&) const = default;
};

/// {"toccata":{…}}: compact JSON on one line.
std::string receipt_text(const Receipt& receipt);
/// The receipt in a text event's text; none where it is another text. Throws Error where it is a
/// receipt but damaged.
std::optional<Receipt> parse_receipt(std::string_view text, std::string_view where);
/// The first receipt on any track.
std::optional<Receipt> find_receipt(const notation::Score& score, std::string_view where);

/// What compose does with the receipt's own piece, by the receipt's own arithmetic. Throws Error
/// where this program does not know that arithmetic.
ComposeOptions compose_options(const Receipt& receipt, const music::Roll* prime,
                               const RequestMusic& music = {});

/// The instruction set and precision that `model` is composed with here, for receipts:
/// "avx512-bf16".
std::string arithmetic_of(
    const network::Model& model, network::Arithmetic arithmetic = network::Arithmetic::automatic,
    network::InstructionSet instruction_set = network::InstructionSet::automatic);

}  // namespace toccata::composing
