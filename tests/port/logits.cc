// The logits of a model over a fixed piece, in each arithmetic of the best instruction set that
// runs here (TOCCATA_ISA names another): what tests/port/logits.py compares between processors.
//   logits MODEL > lines of "arithmetic step note channel logit"

#include <cstdio>

#include "base/error.h"
#include "base/random.h"
#include "network/model/weights.h"
#include "network/step/stepper.h"

int main(int argc, char** argv) try {
  using namespace toccata;
  if (argc != 2) fail_usage("logits: expected a model");
  const network::Model model = network::load_model(argv[1]);
  const int notes = model.config.notes(), channels = model.config.channels(), steps = 24;
  for (const network::Precision precision : {network::Precision::f32, network::Precision::int8}) {
    if (precision == network::Precision::int8 && !network::has_native_int8()) continue;
    network::Stepper stepper(model, {.precision = precision});
    const Random random(7, 0);
    std::vector<std::uint8_t> before(static_cast<std::size_t>(notes)), now(before);
    std::vector<float> logits(static_cast<std::size_t>(notes * channels));
    for (int step = 0; step < steps; ++step) {
      // About four notes sound, each for some steps.
      for (int n = 0; n < notes; ++n) {
        const auto at = static_cast<std::uint64_t>(step / 3 * notes + n);
        const bool sounds = random.uniform_at(at) < 4.0 / notes;
        now[static_cast<std::size_t>(n)] = static_cast<std::uint8_t>(!sounds         ? 0
                                                                     : step % 3 == 0 ? 3
                                                                                     : 1);
      }
      const network::StepPlace place{.bar_phase = static_cast<float>(step % 16) / 16,
                                     .beat_phase = static_cast<float>(step % 4) / 4,
                                     .step = step};
      stepper.begin_step(before.data(), &place);
      stepper.all_notes(now.data(), logits.data());
      for (int k = 0; k < notes * channels; ++k)
        std::printf("%s %d %d %d %.9g\n", stepper.arithmetic().c_str(), step, k / channels,
                    k % channels, static_cast<double>(logits[static_cast<std::size_t>(k)]));
      before = now;
    }
  }
  return 0;
} catch (const std::exception& error) {
  std::fprintf(stderr, "%s\n", error.what());
  return 2;
}
