#pragma once
// Receipt: how a piece was made, written into its MIDI file as a text event, so that it can be made
// again byte for byte. The same version on the same kind of processor composes the same bytes from
// the same receipt; across versions and kinds of processors that is not promised, which is why it
// names them.

#include <optional>
#include <string>
#include <string_view>

#include "base/json.h"
#include "composing/compose.h"
#include "composing/order.h"
#include "network/model/weights.h"
#include "notation/score.h"

namespace toccata::composing {

struct Receipt {
  std::string program = {};     // version text
  std::string model = {};       // as the user named it
  std::string model_hash = {};  // network::Model::hash
  std::string arithmetic = {};  // instruction set and precision: Stepper::arithmetic()
  Order order = {};             // resolved; of one piece: `first` is its number
  std::string text = {};        // as it stands in the file that it was read from
  bool operator==(const Receipt&) const = default;
};

/// The receipt of one of an order's pieces.
Receipt receipt_of(Receipt common, const Composed& piece);

/// {"toccata":{…}}: compact JSON on one line. A receipt that was read is written as it was.
std::string receipt_text(const Receipt& receipt);
/// The receipt in a text event's text; none where it is another text. Receipts of earlier versions
/// are read too. Throws Error where it is a receipt but damaged, or of a later version.
std::optional<Receipt> parse_receipt(std::string_view text, std::string_view where);
/// True of a text that is a receipt, damaged or not.
bool is_receipt_text(std::string_view text);
/// The first receipt on any track.
std::optional<Receipt> find_receipt(const notation::Score& score, std::string_view where);

/// The receipt's own arithmetic, "avx512-bf16". Throws Error where this program does not know it,
/// or this processor lacks it.
Resources resources_of(const Receipt& receipt);

/// The instruction set and precision that `model` is composed with here, for receipts:
/// "avx512-bf16".
std::string arithmetic_of(const network::Model& model, const Resources& resources = {});

}  // namespace toccata::composing
