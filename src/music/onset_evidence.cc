#include "music/onset_evidence.h"

#include <algorithm>
#include <bit>
#include <cmath>

#include "base/plain_math.h"
#include "notation/tempo_map.h"

namespace toccata::music {
namespace {

constexpr double kTogether = 0.040;  // seconds
constexpr int kAround = 8;           // neighbours on each side to compare with
constexpr double kTrust = 0.7;

double soft_log(double seconds) {
  return plain::log(std::clamp(seconds, 0.02, 8.0));
}
double bounded(double x) {
  return std::clamp(x, -3.0, 3.0);
}

// How far the pitch classes after an onset differ from those before it: 1 - their cosine.
class Harmony {
 public:
  explicit Harmony(const std::vector<Struck>& all) : all_(all), sums_(all.size() + 1) {
    for (std::size_t i = 0; i < all.size(); ++i) {
      sums_[i + 1] = sums_[i];
      for (int c = 0; c < 12; ++c) sums_[i + 1][c] += static_cast<int>(all[i].classes >> c & 1);
    }
  }
  double change(std::size_t i, double span) const {
    const std::size_t first = since(all_[i].seconds - span);
    const std::size_t last = since(all_[i].seconds + span - 0.02);
    double both = 0, before = 0, after = 0;
    for (int c = 0; c < 12; ++c) {
      const double a = sums_[i][c] - sums_[first][c], b = sums_[last][c] - sums_[i][c];
      both += a * b, before += a * a, after += b * b;
    }
    return before > 0 && after > 0 ? 1 - both / std::sqrt(before * after) : 0.5;
  }

 private:
  std::size_t since(double seconds) const {
    return static_cast<std::size_t>(std::ranges::lower_bound(all_, seconds, {}, &Struck::seconds) -
                                    all_.begin());
  }
  const std::vector<Struck>& all_;
  std::vector<std::array<int, 12>> sums_;
};

// The mean of a value over an onset and those around it.
class Around {
 public:
  template <typename Value>
  Around(std::size_t count, const Value& value) : sums_(count + 1) {
    for (std::size_t i = 0; i < count; ++i) sums_[i + 1] = sums_[i] + value(i);
  }
  double mean(std::size_t i) const {
    const std::size_t first = i > kAround ? i - kAround : 0;
    const std::size_t last = std::min(i + kAround + 1, sums_.size() - 1);
    return (sums_[last] - sums_[first]) / static_cast<double>(last - first);
  }

 private:
  std::vector<double> sums_;
};

// Seconds from the marked onset before each one, and to the next after it.
struct Distances {
  Distances(const std::vector<Struck>& all, const std::vector<char>& marked)
      : since(all.size()), until(all.size()) {
    double at = -9;
    for (std::size_t i = 0; i < all.size(); ++i) {
      since[i] = all[i].seconds - at;
      if (marked[i]) at = all[i].seconds;
    }
    at = 1e9;
    for (std::size_t i = all.size(); i-- > 0;) {
      until[i] = at - all[i].seconds;
      if (marked[i]) at = all[i].seconds;
    }
  }
  std::vector<double> since, until;
};

}  // namespace

std::vector<Struck> struck_together(const notation::Score& score) {
  std::vector<notation::Note> notes;
  for (const bool drums : {false, true}) {
    for (const notation::Track& track : score.tracks)
      for (const notation::Note& note : track.notes)
        if ((note.channel == notation::kDrumChannel) == drums) notes.push_back(note);
    if (!notes.empty()) break;
  }
  std::ranges::stable_sort(notes, {}, &notation::Note::onset);
  const notation::TempoMap clock(score);
  std::vector<Struck> all;
  double first = 0;
  for (const notation::Note& note : notes) {
    const double onset = clock.seconds(note.onset);
    const double length = clock.seconds(note.end) - onset;
    if (all.empty() || onset - first > kTogether) {
      all.emplace_back();
      first = onset;
    }
    Struck& now = all.back();
    ++now.notes;
    now.seconds += (onset - now.seconds) / now.notes;
    now.tick += (static_cast<double>(note.onset) - now.tick) / now.notes;
    if (note.pitch < now.lowest) now.lowest = note.pitch, now.low_length = length;
    now.highest = std::max<int>(now.highest, note.pitch);
    now.velocity = std::max<int>(now.velocity, note.velocity);
    now.length = std::max(now.length, length);
    now.classes |= 1u << (note.pitch % 12);
  }
  return all;
}

std::vector<Looks> looks_of(const std::vector<Struck>& all) {
  const int n = static_cast<int>(all.size());
  std::vector<Looks> looks(all.size());
  const auto gap_after = [&](int i) {
    return i < 0 || i + 1 >= n ? 1.0 : all[i + 1].seconds - all[i].seconds;
  };
  const Harmony harmony(all);
  const Around low(all.size(), [&](std::size_t i) { return all[i].lowest; });
  const Around high(all.size(), [&](std::size_t i) { return all[i].highest; });
  const Around velocity(all.size(), [&](std::size_t i) { return all[i].velocity; });
  const Around gap(all.size(),
                   [&](std::size_t i) { return soft_log(gap_after(static_cast<int>(i))); });
  std::vector<char> bass(all.size());
  for (int i = 0; i < n; ++i) bass[i] = all[i].lowest < low.mean(i) - 4;
  // Where the bass takes another pitch class than it had.
  std::vector<char> turn(all.size());
  for (int i = 0, had = -1; i < n; ++i) {
    if (!bass[i]) continue;
    turn[i] = all[i].lowest % 12 != had;
    had = all[i].lowest % 12;
  }
  const Distances to_bass(all, bass), to_turn(all, turn);
  for (int i = 0; i < n; ++i) {
    auto next = looks[i].begin();
    const auto put = [&next](double x) { *next++ = static_cast<float>(x); };
    const double local = gap.mean(i);
    put(local);
    for (int k = -5; k < 5; ++k) put(bounded(soft_log(gap_after(i + k)) - local));
    for (int k = -3; k <= 3; ++k) {
      const Struck& that = all[std::clamp(i + k, 0, n - 1)];
      put(plain::log(1.0 + that.notes) - 1);
      put(bounded((that.lowest - low.mean(i)) / 8));
      put(bounded((that.highest - high.mean(i)) / 8));
      put(bounded((that.velocity - velocity.mean(i)) / 10));
      put(bounded(soft_log(that.length) - local));
      put(bounded(soft_log(that.low_length) - local));
    }
    for (const double span : {0.5, 1.0, 2.0, 4.0}) put(2 * harmony.change(i, span));
    put(bass[i]);
    put(bounded(soft_log(to_bass.since[i]) - local));
    put(bounded(soft_log(to_bass.until[i]) - local));
    put(turn[i]);
    put(bounded(soft_log(to_turn.since[i]) - local));
    put(bounded(soft_log(to_turn.until[i]) - local));
    put(turn[i] * bounded(soft_log(to_turn.since[i]) - local));
    put(turn[i] * bounded(soft_log(to_turn.until[i]) - local));
    unsigned before = 0;
    for (int k = 1; k <= 6 && i >= k && all[i].seconds - all[i - k].seconds < 1.2; ++k)
      before |= all[i - k].classes;
    put(static_cast<double>(std::popcount(all[i].classes & ~before)) /
        std::popcount(all[i].classes));
  }
  return looks;
}

std::vector<Evidence> evidence_of(const std::vector<Struck>& all) {
  const OnsetWeights& w = kOnsetWeights;
  std::vector<Evidence> evidence;
  evidence.reserve(all.size());
  for (const Looks& looks : looks_of(all)) {
    std::array<float, 4> logit;
    std::ranges::copy(w.place_bias, logit.begin());
    for (int h = 0; h < kHidden; ++h) {
      float sum = w.hidden_bias[h];
      for (int j = 0; j < kLooks; ++j) sum += w.hidden[h][j] * looks[j];
      for (int k = 0; k < 4; ++k) logit[k] += w.place[h][k] * std::max(sum, 0.0f);
    }
    const float most = *std::ranges::max_element(logit);
    std::array<double, 4> share;
    double all_shares = 0;
    for (int k = 0; k < 4; ++k) all_shares += share[k] = plain::exp(double{logit[k]} - most);
    for (int k = 0; k < 4; ++k)
      share[k] = plain::pow(std::max(1e-4, share[k] / all_shares / w.prior[k]), kTrust);
    evidence.push_back({static_cast<float>(share[0]), static_cast<float>(share[1]),
                        static_cast<float>(share[2]), static_cast<float>(share[3])});
  }
  return evidence;
}

}  // namespace toccata::music
