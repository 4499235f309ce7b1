#include "playing/sound_card.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sndfile.h>

#include <cmath>
#include <filesystem>
#include <vector>

#include "base/error.h"
#include "listening/tiny_model.h"
#include "playing/player.h"
#include "support/temporary_folder.h"

namespace toccata::playing {
namespace {

using ::testing::HasSubstr;

Progress quiet;

TEST(SoundCard, WhatIsPlayedIsHeardInAFileAndDiesAway) {
  const TemporaryFolder folder;
  const std::string path = (folder.path() / "out.wav").string();
  {
    const auto output = open_sound_card({.driver = "file", .file = path});
    SteadyAlarmClock clock;
    PlayOptions options;
    options.order.tempo = 600;
    options.steps = 80;
    const Stop never;
    Player player(std::make_shared<network::Model>(listening::tiny_model(12, true)), options,
                  *output, nullptr, clock, quiet);
    EXPECT_GT(player.run({}, never).notes, 10);
    clock.sleep_until(clock.seconds() + 1.5);  // the last notes' release
  }
  SF_INFO info{};
  SNDFILE* file = sf_open(path.c_str(), SFM_READ, &info);
  ASSERT_TRUE(file);
  std::vector<float> samples(static_cast<std::size_t>(info.frames * info.channels));
  sf_readf_float(file, samples.data(), info.frames);
  sf_close(file);
  const auto loudness = [&](double from, double to) {
    double sum = 0;
    const auto begin = static_cast<std::size_t>(from * static_cast<double>(samples.size()));
    const auto end = static_cast<std::size_t>(to * static_cast<double>(samples.size()));
    for (std::size_t i = begin; i < end; ++i) sum += std::abs(samples[i]);
    return sum / static_cast<double>(end - begin);
  };
  EXPECT_GT(loudness(0.1, 0.5), 1e-3);
  EXPECT_LT(loudness(0.97, 1), loudness(0.1, 0.5) / 20);
}

TEST(SoundCard, AnUnknownDriverOrSoundfontIsAnErrorThatSaysWhatToDo) {
  try {
    open_sound_card({.driver = "gramophone", .file = ""});
    FAIL();
  } catch (const Error& error) {
    EXPECT_THAT(error.what(), HasSubstr("gramophone"));
  }
  EXPECT_THROW(open_sound_card({.driver = "file", .file = "", .soundfont = "/absent.sf2"}), Error);
}

}  // namespace
}  // namespace toccata::playing
