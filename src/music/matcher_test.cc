#include "music/matcher.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "base/random.h"

namespace toccata::music {
namespace {

using Frames = std::vector<std::vector<std::uint8_t>>;

Frames random_frames(int steps, int notes, std::uint64_t seed = 1) {
  Random random(seed, 0);
  Frames frames(static_cast<std::size_t>(steps),
                std::vector<std::uint8_t>(static_cast<std::size_t>(notes)));
  for (auto& frame : frames)
    for (std::uint8_t& cell : frame)
      if (random.below(4) == 0) cell = random.below(2) == 0 ? kPlay : kPlay | kArticulate;
  return frames;
}

Matcher heard(const Frames& frames, int notes, bool articulation = true) {
  Matcher matcher(Cells(articulation), notes);
  for (const auto& frame : frames) matcher.remember(frame.data());
  return matcher;
}

std::vector<std::uint8_t> offer(const Matcher& matcher, std::size_t which, int notes) {
  const FrameBits& frame = matcher.offered()[which].frame;
  std::vector<std::uint8_t> cells;
  for (int n = 0; n < notes; ++n)
    cells.push_back(static_cast<std::uint8_t>((frame.is_set(0, n) ? kPlay : 0) |
                                              (frame.is_set(1, n) ? kArticulate : 0)));
  return cells;
}

TEST(Matcher, OffersWhatFollowedThePlaceMostAlike) {
  Frames frames = random_frames(20, 100);
  const Frames theme(frames.begin() + 3, frames.begin() + 9);
  frames.insert(frames.end(), theme.begin(), theme.end() - 1);
  const Matcher matcher = heard(frames, 100);
  ASSERT_FALSE(matcher.offered().empty());
  EXPECT_EQ(matcher.offered()[0].lag, 17);
  EXPECT_EQ(offer(matcher, 0, 100), theme.back());
}

TEST(Matcher, ForgivesAChangedNote) {
  Frames frames = random_frames(20, 40);
  Frames theme(frames.begin() + 3, frames.begin() + 9);
  const auto wanted = theme.back();
  for (auto& frame : theme) *std::ranges::find(frame, 0) = kPlay;
  frames.insert(frames.end(), theme.begin(), theme.end() - 1);
  const Matcher matcher = heard(frames, 40);
  ASSERT_FALSE(matcher.offered().empty());
  EXPECT_EQ(offer(matcher, 0, 40), wanted);
}

TEST(Matcher, OffersNothingWhereNothingWasAlike) {
  Frames frames(12, std::vector<std::uint8_t>(24));
  for (std::size_t t = 0; t < frames.size(); ++t)  // no interval comes again
    frames[t][t] = frames[t][2 * t + 1] = kPlay;
  const Matcher matcher = heard(frames, 24);
  EXPECT_TRUE(matcher.offered().empty());
  EXPECT_TRUE(Matcher(Cells(true), 24).offered().empty());
}

TEST(Matcher, OffersDifferentFrames) {
  Frames frames;
  for (int k = 0; k < 15; ++k) {  // after frame 1 comes 2, 3 or 4
    frames.emplace_back(8);
    frames.back()[0] = kPlay;
    frames.emplace_back(8);
    frames.back()[static_cast<std::size_t>(1 + k % 3)] = kPlay;
  }
  frames.push_back(frames.front());
  const Matcher matcher = heard(frames, 8, false);
  ASSERT_EQ(matcher.offered().size(), 3U);
  EXPECT_NE(offer(matcher, 0, 8), offer(matcher, 1, 8));
  EXPECT_NE(offer(matcher, 0, 8), offer(matcher, 2, 8));
  EXPECT_NE(offer(matcher, 1, 8), offer(matcher, 2, 8));
}

std::vector<std::uint8_t> moved(const std::vector<std::uint8_t>& frame, int up) {
  std::vector<std::uint8_t> result(frame.size());
  for (int n = 0; n < static_cast<int>(frame.size()); ++n)
    if (const int to = n + up; to >= 0 && to < static_cast<int>(frame.size()))
      result[static_cast<std::size_t>(to)] = frame[static_cast<std::size_t>(n)];
  return result;
}

TEST(Matcher, OffersWhatFollowedAPlaceThatWasHigherOrLower) {
  for (const int notes : {60, 128})
    for (const int up : {-12, -5, 1, 7, 12, 13}) {
      Frames frames = random_frames(20, notes);
      for (auto& frame : frames)  // so that it may move
        for (int n = 0; n < 13; ++n)
          frame[static_cast<std::size_t>(n)] = 0, *(frame.end() - 1 - n) = 0;
      const Frames theme(frames.begin() + 3, frames.begin() + 9);
      for (std::size_t k = 0; k + 1 < theme.size(); ++k) frames.push_back(moved(theme[k], up));
      const Matcher matcher = heard(frames, notes);
      const auto found = std::ranges::find(matcher.offered(), 17, &Recollection::lag);
      ASSERT_EQ(found != matcher.offered().end(), up != 13) << up;
      if (up == 13) continue;
      EXPECT_EQ(found->shift, up);
      EXPECT_EQ(offer(matcher, static_cast<std::size_t>(found - matcher.offered().begin()), notes),
                moved(theme.back(), up));
    }
}

TEST(Matcher, OffersNothingThatWouldLeaveTheRange) {
  const auto offers = [](int up) {
    Frames frames;
    for (const int note : {0, 1, 3, 4, 9}) {
      frames.emplace_back(12);
      frames.back()[static_cast<std::size_t>(note)] = kPlay;
    }
    for (std::size_t k = 0; k < 4; ++k) frames.push_back(moved(frames[k], up));
    const Matcher matcher = heard(frames, 12, false);
    return std::ranges::any_of(matcher.offered(),
                               [&](const Recollection& one) { return one.lag == 5; });
  };
  EXPECT_TRUE(offers(2));
  EXPECT_FALSE(offers(3));  // to note 12
}

TEST(Matcher, ACopyGoesOnAlike) {
  const Frames frames = random_frames(60, 6);
  Matcher one = heard(frames, 6);
  Matcher other = one;
  one.remember(frames[3].data());  // the copy does not hear this
  other.remember(frames[10].data());
  Frames all = frames;
  all.push_back(frames[10]);
  const Matcher fresh = heard(all, 6);
  ASSERT_EQ(other.offered().size(), fresh.offered().size());
  ASSERT_FALSE(fresh.offered().empty());
  for (std::size_t k = 0; k < fresh.offered().size(); ++k) {
    EXPECT_EQ(offer(other, k, 6), offer(fresh, k, 6));
    EXPECT_EQ(other.offered()[k].traits, fresh.offered()[k].traits);
  }
  one.clear();
  EXPECT_TRUE(one.offered().empty());
  for (const auto& frame : all) one.remember(frame.data());
  ASSERT_EQ(one.offered().size(), fresh.offered().size());
  for (std::size_t k = 0; k < fresh.offered().size(); ++k)
    EXPECT_EQ(one.offered()[k].traits, fresh.offered()[k].traits);
}

TEST(Matcher, ForgetsWhatIsTooLongAgo) {
  constexpr int kNotes = 64, kSteps = Matcher::kMostLag + 900;
  Frames frames = random_frames(kSteps, kNotes);
  for (std::size_t t = 0; t < 5; ++t)  // as 1,000 steps before, across the ring's end
    frames[static_cast<std::size_t>(kSteps) - 5 + t] =
        frames[static_cast<std::size_t>(kSteps) - 1005 + t];
  const Matcher matcher = heard(frames, kNotes);
  ASSERT_FALSE(matcher.offered().empty());
  EXPECT_EQ(matcher.offered()[0].lag, 1000);
  EXPECT_EQ(offer(matcher, 0, kNotes), frames[kSteps - 1000]);

  Frames late = random_frames(kSteps, kNotes, 2);
  for (std::size_t t = 0; t < 5; ++t) late[static_cast<std::size_t>(kSteps) - 5 + t] = late[t];
  const Matcher long_ago = heard(late, kNotes);
  for (const Recollection& one : long_ago.offered()) EXPECT_LE(one.lag, Matcher::kMostLag);
}

}  // namespace
}  // namespace toccata::music
