#include "playing/controls.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/error.h"

namespace toccata::playing {
namespace {

using Kind = LiveCommand::Kind;

composing::Order after(composing::Order order, std::initializer_list<const char*> lines) {
  for (const char* line : lines) order = changed(order, parse_command(line));
  return order;
}

TEST(Controls, LinesChangeOneThingEach) {
  const composing::Order plain;
  EXPECT_EQ(after(plain, {"temperature 1.5"}).sampling.temperature, 1.5);
  EXPECT_EQ(after(plain, {"  Density\t0.25 "}).sampling.density, 0.25);
  EXPECT_EQ(after(plain, {"tempo up", "tempo up", "tempo down"}).tempo, 124);
  EXPECT_EQ(after(plain, {"velocity 100"}).velocity, 100);
  EXPECT_NEAR(after(plain, {"density up", "density down"}).sampling.density, 1, 1e-12);
  EXPECT_EQ(after(plain, {"key C major"}).key->classes, 0b101010110101);
  EXPECT_EQ(after(plain, {"key G"}).key->classes, 0b101011010101);
  EXPECT_EQ(after(plain, {"scale C pentatonic"}).scale->classes, 0b001010010101);
  EXPECT_EQ(after(plain, {"key D minor", "key off"}), plain);
  EXPECT_EQ(after(plain, {"key next"}).key.text(), "C major");
  EXPECT_EQ(after(plain, {"key next", "key next"}).key.text(), "G major");
  EXPECT_EQ(after(plain, {"key D minor", "key previous"}).key.text(), "G minor");
  EXPECT_EQ(after(plain, {"key F# major", "key next"}).key.text(), "Db major");
  EXPECT_EQ(after(plain, {"most-notes 3", "fewest_notes 2"}).most_notes, 3);
  EXPECT_EQ(after(plain, {"chords C | G7", "chords off"}), plain);
  EXPECT_EQ(after(plain, {"key D minor", "scale C pentatonic"}).key, "");
  EXPECT_EQ(parse_command("model my run").value, "my run");
  EXPECT_EQ(parse_command("QUIT").kind, Kind::quit);
}

TEST(Controls, WhatIsOutOfBoundsOrNoLineIsRefused) {
  for (const char* line :
       {"", "temperature", "temperature warm", "temperature 0", "temperature nan", "tempo 1",
        "velocity 128", "velocity 0", "density -1", "key", "model", "louder 3", "seed 4",
        "meter 3/4", "key up", "temperature 1 2"}) {
    EXPECT_THROW(after({}, {line}), Error) << line;
  }
}

}  // namespace
}  // namespace toccata::playing
