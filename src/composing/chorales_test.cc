// What conditioning is worth on music: Bach's sopranos, harmonised by the shipped model.

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "composing/compose.h"
#include "composing/test_pieces.h"
#include "composing/voice.h"
#include "corpus/import.h"
#include "music/excerpt.h"
#include "support/shared_data.h"

namespace toccata::composing {
namespace {

constexpr int kChorales = 8, kSteps = 128, kParticles = 64;

TEST(LongChorales, WithTheSopranoGivenParticlesFindLikelierMusicThanMasking) {
  TOCCATA_NEEDS_SHARED("rolls/jsb-16th.json");
  const network::Model model =
      network::load_model(std::filesystem::path(TOCCATA_SOURCE_DIR) / "models/chorales");
  const std::filesystem::path path = shared_data("rolls/jsb-16th.json");
  const corpus::Corpus corpus =
      corpus::read_paths({{path}}, {.roll = model.config.roll}, quiet, never);
  double smc = 0, masked = 0, best = 0;
  int chorales = 0;
  fmt::print("chorale         evidence  particles  masking  its best of {}\n", kParticles);
  for (const corpus::Piece& piece : corpus.pieces) {
    if (corpus.given_split.at(piece.name) != corpus::Part::test) continue;
    if (chorales == kChorales || piece.roll.steps < kSteps) continue;
    const music::Roll soprano = voice_of(music::excerpt(piece.roll, 0, kSteps), Voice::top);
    Order options{.seed = 1, .pieces = 1, .melody = given(soprano), .particles = kParticles};
    const Resources resources{.side_by_side = kParticles, .precision = network::Precision::f32};
    std::vector<Composed> made;
    const auto keep = [&](Composed&& one) { made.push_back(std::move(one)); };
    compose(model, options, resources, keep, quiet, never);
    options.particles = 1;
    options.pieces = kParticles;
    compose(model, options, resources, keep, quiet, never);
    ASSERT_EQ(made.size(), 1u + kParticles);
    double sum = 0, least = INFINITY;
    for (std::size_t i = 1; i < made.size(); ++i) {
      sum += made[i].nats / kParticles;
      least = std::min(least, made[i].nats);
    }
    fmt::print("{:14} {:9.1f} {:10.1f} {:8.1f} {:15.1f}\n", piece.name, made[0].log_evidence,
               -made[0].nats, -sum, -least);
    smc -= made[0].nats / kChorales;
    masked -= sum / kChorales;
    best -= least / kChorales;
    ++chorales;
  }
  ASSERT_EQ(chorales, kChorales);
  fmt::print("mean of {}: {} particles {:.1f} nats, masking {:.1f} (its best of {}: {:.1f})\n",
             kChorales, kParticles, smc, masked, kParticles, best);
  EXPECT_GT(smc, masked);
  EXPECT_GT(smc, best);
}

}  // namespace
}  // namespace toccata::composing
