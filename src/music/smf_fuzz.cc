// libFuzzer: Standard MIDI Files. Refused with an Error; or read, written, read back strictly to
// the same bytes, and laid on a grid (./dev fuzz).

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <span>

#include "base/error.h"
#include "music/from_score.h"
#include "notation/smf_reader.h"
#include "notation/smf_writer.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace toccata;
  notation::ReadResult result;
  try {
    result = notation::read_smf(std::span(data, size), "fuzz.mid");
  } catch (const Error&) {
    return 0;
  }
  for (const notation::Score& score : result.scores) {
    const Bytes written = notation::write_smf(score);
    const notation::ReadResult again = notation::read_smf(written, "written", {.strict = true});
    if (notation::write_smf(again.scores.at(0)) != written) std::abort();
    constexpr notation::Tick kLongest = 4000;  // quarters: longer ones only take longer
    if (score.end / score.ticks_per_quarter > kLongest) continue;
    try {
      music::from_score(score, music::Options{}, "fuzz.mid");
    } catch (const Error&) {
      continue;
    }
  }
  return 0;
}
