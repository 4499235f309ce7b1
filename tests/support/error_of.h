#pragma once
// What work complains of, for tests of messages.

#include <string>

#include "base/error.h"

namespace toccata {

template <typename Work>
requires requires(Work work) {
  work();
}
std::string error_of(const Work& work) {
  try {
    work();
  } catch (const Error& error) {
    return error.what();
  }
  return "no error";
}

}  // namespace toccata
