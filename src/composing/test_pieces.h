#pragma once
// What tests of composing share.

#include <string>
#include <utility>
#include <vector>

#include "base/error.h"
#include "composing/compose.h"

namespace toccata::composing {

inline Progress quiet;
inline const Stop never;

inline std::vector<Composed> pieces_of(const network::Model& model, const ComposeOptions& options) {
  std::vector<Composed> pieces;
  compose(
      model, options, [&](Composed&& piece) { pieces.push_back(std::move(piece)); }, quiet, never);
  return pieces;
}

/// What the work complains of.
template <typename Work>
std::string error_of(const Work& work) {
  try {
    work();
  } catch (const Error& error) {
    return error.what();
  }
  return "no error";
}

inline std::string error_of(const network::Model& model, const ComposeOptions& options) {
  return error_of([&] { pieces_of(model, options); });
}

}  // namespace toccata::composing
