// libFuzzer: roll files. Refused with an Error, or every piece becomes a Score (./dev fuzz).

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base/error.h"
#include "corpus/roll_file.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace toccata;
  try {
    const corpus::RollFile file = corpus::read_roll_file(
        std::string_view(reinterpret_cast<const char*>(data), size), "fuzz.json");
    for (const auto& [part, pieces] : file.parts)
      for (std::size_t i = 0; i < pieces.pieces(); ++i) corpus::to_score(file, part, i, {});
  } catch (const Error&) {
    return 0;
  }
  return 0;
}
