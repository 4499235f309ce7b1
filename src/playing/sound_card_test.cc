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

TEST(OfflineSound, WhatIsPlayedIsHeardInAFileSoonerThanItLastsAndDiesAway) {
  const TemporaryFolder folder;
  const std::string path = (folder.path() / "out.flac").string();
  const SteadyClock real;
  const double begin = real.seconds();
  rendering::write_audio_with(path, [](const rendering::AudioSink& sink) {
    const auto output = make_offline_sound({.driver = ""}, sink);
    PlayOptions options;
    options.order.tempo = 120;
    options.steps = 240;  // 30 seconds
    const Stop never;
    Player player(std::make_shared<network::Model>(listening::tiny_model(12, true)), options,
                  *output, nullptr, *output, quiet);
    EXPECT_GT(player.run({}, never).notes, 10);
    output->finish();
  });
  EXPECT_LT(real.seconds() - begin, 15);
  SF_INFO info{};
  SNDFILE* file = sf_open(path.c_str(), SFM_READ, &info);
  ASSERT_TRUE(file);
  std::vector<float> samples(static_cast<std::size_t>(info.frames * info.channels));
  sf_readf_float(file, samples.data(), info.frames);
  sf_close(file);
  EXPECT_EQ(info.format & SF_FORMAT_TYPEMASK, SF_FORMAT_FLAC);
  EXPECT_GT(static_cast<double>(info.frames) / info.samplerate, 29);
  const auto loudness = [&](double from, double to) {
    double sum = 0;
    const auto first = static_cast<std::size_t>(from * static_cast<double>(samples.size()));
    const auto last = static_cast<std::size_t>(to * static_cast<double>(samples.size()));
    for (std::size_t i = first; i < last; ++i) sum += std::abs(samples[i]);
    return sum / static_cast<double>(last - first);
  };
  EXPECT_GT(loudness(0.1, 0.5), 1e-3);
  EXPECT_LT(loudness(0.97, 1), loudness(0.1, 0.5) / 20);
}

TEST(SoundCard, AnUnknownDriverOrSoundfontIsAnErrorThatSaysWhatToDo) {
  try {
    open_sound_card({.driver = "gramophone"});
    FAIL();
  } catch (const Error& error) {
    EXPECT_THAT(error.what(), HasSubstr("gramophone"));
  }
  EXPECT_THROW(open_sound_card({.driver = "file", .soundfont = "/absent.sf2"}), Error);
}

}  // namespace
}  // namespace toccata::playing
