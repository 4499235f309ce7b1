#include "rendering/audio.h"

#include <gmock/gmock.h>
#include <sndfile.h>

#include <cmath>
#include <cstdlib>
#include <numbers>

#include "base/error.h"
#include "base/files.h"
#include "rendering/ogg_serial.h"
#include "support/temporary_folder.h"

namespace toccata::rendering {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;
using ::testing::ThrowsMessage;

notation::Score one_note(int pitch, notation::Tick onset = 480, notation::Tick end = 1440) {
  notation::Score score;
  score.tracks.resize(1);
  notation::Note note;
  note.onset = onset;
  note.end = end;
  note.pitch = static_cast<std::uint8_t>(pitch);
  score.tracks[0].notes = {note};
  score.end = end;
  return score;
}

struct Sound {
  std::vector<float> samples;  // (frames, 2)
  SF_INFO info{};
};

Sound read_sound(const fs::path& path) {
  Sound sound;
  SNDFILE* file = sf_open(path.c_str(), SFM_READ, &sound.info);
  if (!file) throw std::runtime_error(sf_strerror(nullptr));
  sound.samples.resize(static_cast<std::size_t>(sound.info.frames * sound.info.channels));
  sf_readf_float(file, sound.samples.data(), sound.info.frames);
  sf_close(file);
  return sound;
}

double loudness(const Sound& sound, double from, double to) {
  double sum = 0;
  const auto begin = static_cast<std::size_t>(from * kSampleRate) * 2;
  const auto end = std::min(static_cast<std::size_t>(to * kSampleRate) * 2, sound.samples.size());
  for (std::size_t i = begin; i < end; ++i) sum += sound.samples[i] * sound.samples[i];
  return std::sqrt(sum / std::max<double>(1, static_cast<double>(end - begin)));
}

// The strength of one frequency in the left channel (Goertzel's sum, written out).
double strength(const Sound& sound, double hertz, double from, double to) {
  double real = 0, imaginary = 0;
  for (auto i = static_cast<std::size_t>(from * kSampleRate);
       i < static_cast<std::size_t>(to * kSampleRate) && 2 * i < sound.samples.size(); ++i) {
    const double angle = 2 * std::numbers::pi * hertz * static_cast<double>(i) / kSampleRate;
    real += sound.samples[2 * i] * std::cos(angle);
    imaginary += sound.samples[2 * i] * std::sin(angle);
  }
  return std::hypot(real, imaginary);
}

class Audio : public testing::Test {
 protected:
  void SetUp() override {
    try {
      find_soundfont();
    } catch (const Error& error) {
      GTEST_SKIP() << "skipped: " << error.what();
    }
  }
  AudioFacts write(const notation::Score& score, const fs::path& path) {
    return write_audio(score, path, options_, progress_, stop_);
  }
  TemporaryFolder folder_;
  AudioOptions options_;
  Progress progress_;
  Stop stop_;
};

TEST_F(Audio, SoundsWhenTheNoteDoesAndAtItsPitch) {
  const fs::path path = folder_.path() / "a.wav";
  const AudioFacts facts = write(one_note(69), path);  // A4, 440 Hz, from 0.5 s to 1.5 s
  const Sound sound = read_sound(path);
  EXPECT_EQ(sound.info.samplerate, 44100);
  EXPECT_EQ(sound.info.channels, 2);
  EXPECT_EQ(sound.info.format & SF_FORMAT_SUBMASK, SF_FORMAT_PCM_16);
  EXPECT_NEAR(facts.seconds, static_cast<double>(sound.info.frames) / kSampleRate, 1e-3);
  EXPECT_LT(loudness(sound, 0, 0.49), 1e-4);
  EXPECT_GT(loudness(sound, 0.52, 1.4), 0.01);
  EXPECT_GT(strength(sound, 440, 0.6, 1.4), 20 * strength(sound, 466.16, 0.6, 1.4));
  EXPECT_GT(facts.seconds, 1.5);
  EXPECT_LT(facts.seconds, 12);
  EXPECT_LT(loudness(sound, facts.seconds - 0.05, facts.seconds), 0.005);  // it died away
}

TEST_F(Audio, TheSameMusicGivesTheSameBytesInEveryFormat) {
  for (const char* name : {"x.wav", "x.flac", "x.OGG"}) {
    const fs::path one = folder_.path() / "1" / name, two = folder_.path() / "2" / name;
    write(one_note(60), one);
    write(one_note(60), two);
    EXPECT_EQ(read_file(one), read_file(two)) << name;
    const Sound sound = read_sound(one);
    EXPECT_GT(loudness(sound, 0.52, 1.4), 0.01) << name;
  }
}

TEST_F(Audio, ThePedalHoldsAndItsReleaseEnds) {
  notation::Score held = one_note(60, 0, 240);
  held.tracks[0].pedals = {{0, 0, true}, {1920, 0, false}};
  write(held, folder_.path() / "held.wav");
  write(one_note(60, 0, 240), folder_.path() / "short.wav");
  const Sound with = read_sound(folder_.path() / "held.wav");
  const Sound without = read_sound(folder_.path() / "short.wav");
  EXPECT_GT(loudness(with, 1.0, 1.5), 5 * loudness(without, 1.0, 1.5));
}

TEST_F(Audio, AProgramChangesTheSound) {
  notation::Score organ = one_note(60, 0, 960);
  organ.tracks[0].programs = {{0, 0, 19}};
  write(organ, folder_.path() / "organ.wav");
  write(one_note(60, 0, 960), folder_.path() / "piano.wav");
  EXPECT_NE(read_file(folder_.path() / "organ.wav"), read_file(folder_.path() / "piano.wav"));
}

TEST_F(Audio, LoudChordsStayWithinFullScale) {
  notation::Score score = one_note(40, 0, 960);
  for (int pitch = 41; pitch < 90; ++pitch) {
    notation::Note note = score.tracks[0].notes[0];
    note.pitch = static_cast<std::uint8_t>(pitch);
    note.velocity = 127;
    score.tracks[0].notes.push_back(note);
  }
  const AudioFacts facts = write(score, folder_.path() / "loud.wav");
  EXPECT_GT(facts.peak, 0.8f);
  EXPECT_LE(facts.peak, 1.0f);
}

TEST_F(Audio, SilenceIsAFileWithoutSound) {
  EXPECT_EQ(write(notation::Score{}, folder_.path() / "nothing.wav").seconds, 0);
  EXPECT_TRUE(fs::exists(folder_.path() / "nothing.wav"));
}

TEST_F(Audio, OtherExtensionsAreRefused) {
  EXPECT_THAT([&] { write(one_note(60), folder_.path() / "x.mp3"); },
              ThrowsMessage<Error>(HasSubstr(".wav, .flac or .ogg")));
}

TEST_F(Audio, APieceOfAYearIsRefusedAtOnce) {
  EXPECT_THAT([&] { write(one_note(60, 0, notation::Tick{1} << 40), folder_.path() / "x.wav"); },
              ThrowsMessage<Error>(HasSubstr("--to-bar")));
}

TEST_F(Audio, WhatIsStoppedLeavesNoFile) {
  stop_.request(2);
  EXPECT_THROW(write(one_note(60), folder_.path() / "x.wav"), Error);
  EXPECT_TRUE(fs::is_empty(folder_.path()));
}

TEST_F(Audio, ADiskThatTakesNothingIsAnError) {
  if (!fs::exists("/proc/self")) GTEST_SKIP() << "no /proc here";
  EXPECT_THROW(write(one_note(60), "/proc/self/x.wav"), Error);
}

TEST(Soundfont, AMissingOneIsNamedAndAForeignFileRefused) {
  const TemporaryFolder folder;
  EXPECT_THAT([&] { find_soundfont(folder.path() / "none.sf2"); },
              ThrowsMessage<Error>(HasSubstr("none.sf2")));
  write_file(folder.path() / "foreign.sf2", "no soundfont");
  SynthesizerOptions options;
  options.soundfont = folder.path() / "foreign.sf2";
  EXPECT_THAT([&] { Synthesizer{options}; }, ThrowsMessage<Error>(HasSubstr("foreign.sf2")));
}

TEST(Soundfont, TheEnvironmentCanNameOne) {
  const TemporaryFolder folder;
  write_file(folder.path() / "mine.sf2", "x");
  ::setenv("TOCCATA_SOUNDFONT", (folder.path() / "mine.sf2").c_str(), 1);
  EXPECT_EQ(find_soundfont(), folder.path() / "mine.sf2");
  ::unsetenv("TOCCATA_SOUNDFONT");
}

TEST(OggSerial, TheCrcIsTheOneOfRfc3533) {
  // By the definition, bit by bit: shift left, subtract the polynomial where a 1 falls out.
  const Bytes digits{'1', '2', '3', '4', '5', '6', '7', '8', '9'};
  EXPECT_EQ(ogg_crc(digits), 0x89a1897fu);
}

TEST(OggSerial, WhatIsNoOggFileIsRefused) {
  const TemporaryFolder folder;
  write_file(folder.path() / "x.ogg", std::string(100, 'x'));
  EXPECT_THROW(set_ogg_serial(folder.path() / "x.ogg", 1), Error);
}

}  // namespace
}  // namespace toccata::rendering
