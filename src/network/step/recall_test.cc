// The stepper with a memory within the piece.
#include <gtest/gtest.h>

#include "network/model/test_memory.h"
#include "network/step/stepper.h"
#include "network/step/stepper_test_music.h"

namespace toccata::network {
namespace {

constexpr int kSteps = 12, kPeriod = 3;

Model remembering(Config config) {
  config.memory = test_memory(config.channels());
  return lively_model(config);
}

/// Random music whose frames come again after kPeriod steps, now and then with another note.
Music repeating(const Config& config, int sequences) {
  Music music(config, kSteps, sequences);
  const auto size = static_cast<std::size_t>(sequences) * static_cast<std::size_t>(config.notes());
  for (int t = 1 + kPeriod; t <= kSteps; ++t) {
    std::copy_n(music.batch.frame(t - kPeriod, 0), size, music.batch.frame(t, 0));
    if (t % 2 == 0) music.batch.frame(t, 0)[t % config.notes()] ^= music::kPlay;
  }
  return music;
}

Config plain_config(bool articulation) {
  Config config = small_config();
  config.roll.articulation = articulation;
  return config;
}

TEST(Recall, ChangesTheLogitsAndNoteByNoteGivesTheSame) {
  for (const bool articulation : {false, true}) {
    const Config config = plain_config(articulation);
    const Model model = remembering(config);
    const Music music = repeating(config, 3);
    const std::vector<float> all = run(model, music, {.threads = 1});
    EXPECT_NE(all, run(lively_model(config), music, {.threads = 1}));
    EXPECT_EQ(all, run(model, music, {.threads = 1}, true));
    EXPECT_EQ(all, run(model, music, {.threads = 3}));
  }
}

TEST(Recall, FollowsFromThePastAlone) {
  const Config config = plain_config(true);
  const Model model = remembering(config);
  const Music music = repeating(config, 1);
  Music other = music;
  const auto notes = static_cast<std::size_t>(config.notes());
  std::fill_n(other.batch.frame(kSteps, 0), notes, music::kPlay);  // the last truth
  other.batch.frame(kSteps, 0)[notes - 1] = 0;
  const std::vector<float> a = run(model, music, {.threads = 1}),
                           b = run(model, other, {.threads = 1});
  const std::size_t last = a.size() - notes * 2;
  EXPECT_TRUE(std::equal(a.begin(), a.begin() + static_cast<std::ptrdiff_t>(last) + 2, b.begin()));
  EXPECT_NE(a, b);  // the lowest note knew nothing of it, those above do
}

TEST(Recall, IsHeardAsFarAsAskedFor) {
  const Config config = plain_config(true);
  const Model model = remembering(config);
  const Music music = repeating(config, 1);
  const std::size_t size = static_cast<std::size_t>(config.notes()) * 2;
  const std::vector<float> learned = run(model, music, {.threads = 1}),
                           own = run(lively_model(config), music, {.threads = 1});
  const auto heard = [&](const Model& of, const auto& strength) {
    std::vector<float> logits(learned.size());
    Stepper stepper(of, {.threads = 1});
    for (int t = 0; t < kSteps; ++t) {
      stepper.set_echo_strength(strength(t));
      stepper.begin_step(music.batch.frame(t, 0), music.place(t));
      stepper.all_notes(music.batch.frame(t + 1, 0),
                        logits.data() + static_cast<std::size_t>(t) * size);
    }
    return logits;
  };
  EXPECT_EQ(heard(model, [](int) { return 0.0; }), own);
  EXPECT_EQ(heard(model, [](int) { return 1.0; }), learned);
  EXPECT_EQ(heard(lively_model(config), [](int) { return 3.0; }), own);
  Model stronger = model;
  stronger.config.memory = at_strength(model.config.memory, 3);
  EXPECT_NE(run(stronger, music, {.threads = 1}), learned);
  EXPECT_EQ(heard(model, [](int) { return 3.0; }), run(stronger, music, {.threads = 1}));
  // What was not heard is remembered.
  const std::vector<float> late = heard(model, [](int t) { return t < 7 ? 0.0 : 1.0; });
  const auto middle = static_cast<std::ptrdiff_t>(7 * size);
  EXPECT_TRUE(std::equal(late.begin(), late.begin() + middle, own.begin()));
  EXPECT_TRUE(std::equal(late.begin() + middle, late.end(), learned.begin() + middle));
}

TEST(Recall, AWeakMemoryIsNextToTheNetworkAlone) {
  const Config config = plain_config(true);
  Model weak = remembering(config);
  weak.config.memory = at_strength(weak.config.memory, 1e-100);
  const Music music = repeating(config, 1);
  const std::vector<float> own = run(lively_model(config), music, {.threads = 1}),
                           near = run(weak, music, {.threads = 1});
  for (std::size_t i = 0; i < own.size(); ++i) EXPECT_NEAR(near[i], own[i], 1e-4) << i;
}

TEST(Recall, CopiesOfASequenceAndOfAVersionGoOnAlike) {
  const Config config = plain_config(true);
  const Model model = remembering(config);
  const Music music = repeating(config, 1);
  const auto notes = static_cast<std::size_t>(config.notes());
  const std::vector<float> expected = run(model, music, {.threads = 1});
  Stepper alone(model, {.threads = 1});
  for (int t = 0; t < 6; ++t) alone.begin_step(music.batch.frame(t, 0), music.place(t));
  // Two sequences of two versions: sequence 1 hears other music at first, version 1 other notes.
  Stepper stepper(model, {.sequences = 2, .versions = 2, .threads = 1});
  stepper.take_over(alone);
  std::vector<float> logits(8);
  for (int t = 6; t < kSteps; ++t) {
    std::vector<std::uint8_t> frames(2 * notes, music::kPlay);
    std::copy_n(music.batch.frame(t, 0), notes, frames.begin());
    if (t > 8)
      std::copy_n(music.batch.frame(t, 0), notes,
                  frames.begin() + static_cast<std::ptrdiff_t>(notes));
    const StepPlace places[2] = {*music.place(t), *music.place(t)};
    stepper.begin_step(frames.data(), places, 2);
    for (std::size_t n = 0; n < notes; ++n) {
      if (n == 7) stepper.copy_version(0, 0, 1);
      if (t == 8 && n == 9) stepper.copy(0, 1);
      const std::uint8_t truth = n == 0 ? 0 : music.batch.frame(t + 1, 0)[n - 1];
      const bool same = n >= 7, both = (t == 8 && n >= 9) || t > 8;
      const std::uint8_t wrong = truth == 0 ? 3 : 0;
      const std::uint8_t lower[4] = {truth, same ? truth : wrong, truth,
                                     same || t != 8 ? truth : wrong};
      stepper.next_note(lower, logits.data());
      const float* one = expected.data() + (static_cast<std::size_t>(t) * notes + n) * 2;
      ASSERT_EQ(logits[0], one[0]) << t << " " << n;
      ASSERT_EQ(logits[1], one[1]) << t << " " << n;
      if (same) {
        ASSERT_EQ(logits[2], one[0]) << t << " " << n;
        ASSERT_EQ(logits[3], one[1]) << t << " " << n;
      }
      if (both) {
        ASSERT_EQ(logits[4], one[0]) << t << " " << n;
        ASSERT_EQ(logits[5], one[1]) << t << " " << n;
      }
    }
  }
}

}  // namespace
}  // namespace toccata::network
