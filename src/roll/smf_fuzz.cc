// libFuzzer: Standard MIDI Files. Refused with an Error; or read, written, read back strictly to
// the same bytes, and laid on a grid (./dev fuzz).

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <span>

#include "base/error.h"
#include "midi/smf_reader.h"
#include "midi/smf_writer.h"
#include "roll/from_score.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace toccata;
  midi::ReadResult result;
  try {
    result = midi::read_smf(std::span(data, size), "fuzz.mid");
  } catch (const Error&) {
    return 0;
  }
  for (const midi::Score& score : result.scores) {
    const Bytes written = midi::write_smf(score);
    const midi::ReadResult again = midi::read_smf(written, "written", {.strict = true});
    if (midi::write_smf(again.scores.at(0)) != written) std::abort();
    constexpr midi::Tick kLongest = 4000;  // quarters: longer ones only take longer
    if (score.end / score.ticks_per_quarter > kLongest) continue;
    try {
      roll::from_score(score, roll::Options{}, "fuzz.mid");
    } catch (const Error&) {
      continue;
    }
  }
  return 0;
}
