#pragma once
// What tests of composing share.

#include <string>
#include <utility>
#include <vector>

#include "composing/compose.h"
#include "support/error_of.h"

namespace toccata::composing {

inline Progress quiet;
inline const Stop never;

inline std::vector<Composed> pieces_of(const network::Model& model, const Order& order,
                                       const Resources& resources = {.threads = 1}) {
  std::vector<Composed> pieces;
  compose(
      model, order, resources, [&](Composed&& piece) { pieces.push_back(std::move(piece)); }, quiet,
      never);
  return pieces;
}

/// A file of an order that has been read.
inline GivenFile given(const music::Roll& music, std::string path = "given.mid") {
  return {std::move(path), given_hash(music), std::make_shared<const music::Roll>(music)};
}

using toccata::error_of;
inline std::string error_of(const network::Model& model, const Order& order) {
  return error_of([&] { pieces_of(model, order); });
}

}  // namespace toccata::composing
