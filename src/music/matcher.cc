#include "music/matcher.h"

#include <algorithm>
#include <bit>

#include "base/plain_math.h"

namespace toccata::music {
namespace {

// A lag's likeness is 0.7 of what it was plus what the last frame adds: equal to the one a lag
// before, more than half its notes in common, or neither. Chosen on the validation parts of
// docs/results.md.
constexpr float kKept = 0.7f, kEqual = 1, kNear = 0.3f, kFar = -0.3f;
constexpr float kLeast = -0.3f;      // likeness of a lag that is listened to
constexpr std::size_t kVoters = 32;  // lags that vote, each with weight e^(0.8 likeness)
constexpr double kWeight = 0.8;
constexpr double kDoubt = 0.03;  // what votes tell where nobody votes
constexpr double kRecentKept = 0.8;

bool is_equal(const std::uint8_t* a, const std::uint8_t* b, int notes) {
  return std::equal(a, a + notes, b);
}

}  // namespace

Matcher::Matcher(const Cells& cells, int notes) : cells_(cells), notes_(notes) {
  clear();
}

void Matcher::clear() {
  length_ = 0;
  newest_ = -1;
  recent_ = 0;
  frames_.assign(static_cast<std::size_t>(notes_), 0);  // the silence before the first
  bits_.assign(1, {});
  likeness_.assign(1, 0.0f);
  best_.clear();
  offered_.clear();
  count_votes();
}

std::size_t Matcher::place(int lag) const {
  const int at = newest_ - (lag - 1);
  return static_cast<std::size_t>(at < 0 ? at + kMostLag + 1 : at);
}

const std::uint8_t* Matcher::frame(int lag) const {
  return frames_.data() + (length_ == 0 ? 0 : place(lag)) * static_cast<std::size_t>(notes_);
}

void Matcher::remember(const std::uint8_t* frame) {
  if (!offered_.empty())
    recent_ = kRecentKept * recent_ +
              (is_equal(this->frame(offered_.front().lag), frame, notes_) ? 1 - kRecentKept : 0);
  newest_ = (newest_ + 1) % (kMostLag + 1);
  if (length_ <= kMostLag) ++length_;
  if (const auto size = static_cast<std::size_t>(length_); bits_.size() < size) {
    frames_.resize(size * static_cast<std::size_t>(notes_));
    bits_.resize(size);
    likeness_.resize(size);
  }
  std::copy_n(frame, notes_, frames_.data() + std::ptrdiff_t{newest_} * notes_);
  Bits own{};
  for (int n = 0; n < notes_; ++n) {
    const std::uint64_t bit = std::uint64_t{1} << (n % 64);
    const auto word = static_cast<std::size_t>(n / 64);
    if (frame[n] & kPlay) own.words[word] |= bit;
    if (frame[n] & kArticulate) own.words[2 + word] |= bit;
  }
  for (const std::uint64_t word : own.words) own.count += std::popcount(word);
  bits_[place(1)] = own;
  rate_lags();
  choose_offered();
  count_votes();
}

void Matcher::rate_lags() {
  best_.clear();
  const Bits now = bits(1);
  for (int lag = 1; lag < length_; ++lag) {
    const Bits& then = bits(1 + lag);
    int common = 0;
    for (std::size_t k = 0; k < now.words.size(); ++k)
      if (const std::uint64_t both = now.words[k] & then.words[k]) common += std::popcount(both);
    const int either = now.count + then.count - common;
    float& likeness = likeness_[static_cast<std::size_t>(lag)];
    likeness = kKept * likeness + (common == either ? kEqual : 2 * common > either ? kNear : kFar);
    if (likeness > kLeast) best_.push_back({likeness, lag});
  }
  const std::size_t count = std::min(kVoters, best_.size());
  std::partial_sort(best_.begin(), best_.begin() + static_cast<std::ptrdiff_t>(count), best_.end(),
                    [](const Lag& a, const Lag& b) {
                      return a.likeness != b.likeness ? a.likeness > b.likeness : a.lag < b.lag;
                    });
  best_.resize(count);
}

void Matcher::choose_offered() {
  offered_.clear();
  std::array<int, kOffered> votes{};
  for (const Lag& one : best_) {
    // The frame that followed the place `lag` steps before the last frame.
    const std::uint8_t* next = frame(one.lag);
    const auto known = std::ranges::find_if(offered_, [&](const Recollection& other) {
      return is_equal(frame(other.lag), next, notes_);
    });
    if (known != offered_.end()) {
      ++votes[static_cast<std::size_t>(known - offered_.begin())];
      continue;
    }
    if (offered_.size() == kOffered) continue;
    votes[offered_.size()] = 1;
    const double likeness = double{one.likeness} / 4;
    const bool first = offered_.empty();
    const auto &mine = bits(one.lag).words, &now = bits(1).words;
    const bool stays = mine[0] == now[0] && mine[1] == now[1] && mine[2] == 0 && mine[3] == 0;
    const bool silent = mine[0] == 0 && mine[1] == 0;
    offered_.push_back({one.lag,
                        {1, likeness, likeness * likeness, 0, stays ? 1.0 : 0.0, recent_,
                         recent_ * likeness, first ? 1.0 : 0.0, silent ? 1.0 : 0.0}});
  }
  for (std::size_t k = 0; k < offered_.size(); ++k)
    offered_[k].traits[3] = plain::log(static_cast<double>(votes[k]));
}

void Matcher::count_votes() {
  const auto channels = static_cast<std::size_t>(cells_.count());
  std::vector<double> set(static_cast<std::size_t>(notes_) * channels), all(set.size());
  const std::uint8_t* before = frame(1);
  for (const Lag& one : best_) {
    const double weight = plain::exp(kWeight * double{one.likeness});
    const std::uint8_t* next = frame(one.lag);
    for (std::size_t n = 0; n < static_cast<std::size_t>(notes_); ++n)
      for (std::size_t k = 0; k < channels; ++k) {
        const Channel& channel = cells_.begin()[k];
        // As `before` stands now: what a voter's own past was does not count.
        if (!channel.is_open(before[n], next[n])) continue;
        all[n * channels + k] += weight;
        if (channel.is_set(next[n])) set[n * channels + k] += weight;
      }
  }
  votes_.resize(set.size());
  for (std::size_t i = 0; i < set.size(); ++i)
    votes_[i] = static_cast<float>(plain::log((set[i] + kDoubt) / (all[i] - set[i] + 1 - kDoubt)));
}

}  // namespace toccata::music
