#include "music/downbeats.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "base/plain_math.h"
#include "music/beat_tracker.h"

namespace toccata::music {
namespace {

using Chroma = std::array<double, 12>;

double distance(const Chroma& a, const Chroma& b) {
  double both = 0, first = 0, second = 0;
  for (int c = 0; c < 12; ++c) both += a[c] * b[c], first += a[c] * a[c], second += b[c] * b[c];
  return first > 0 && second > 0 ? 1 - both / std::sqrt(first * second) : 0.5;
}

}  // namespace

double lay_bars(std::span<Beat> beats, std::span<const float> for_downbeat,
                const BeatHints& hints) {
  std::array<float, kPlaces> score;
  for (int s = 0; s < kPlaces; ++s) score[s] = meter_prior(kMeterOf[s], hints);
  std::vector<std::array<int, kPlaces>> back(beats.size());
  for (std::size_t k = 0; k < beats.size(); ++k) {
    std::array<float, kPlaces> now = score;
    for (int s = 0; s < kPlaces && k > 0; ++s) {
      back[k][s] = kPlaceBefore[s];
      now[s] = score[kPlaceBefore[s]];
      if (kPlaceOf[s] > 0 || hints.meter > 0) continue;
      for (const int last : kLastPlaces)
        if (score[last] - kTuning.meter_change > now[s]) {
          back[k][s] = last;
          now[s] = score[last] - kTuning.meter_change;
        }
    }
    for (int s = 0; s < kPlaces; ++s) now[s] += kDownbeat[s] * for_downbeat[k] - bar_cost(s);
    score = now;
  }
  auto place = static_cast<int>(std::ranges::max_element(score) - score.begin());
  const double best = score[place];
  for (std::size_t k = beats.size(); k-- > 0;) {
    beats[k].place = kPlaceOf[place];
    beats[k].meter = kMeterOf[place];
    place = back[k][place];
  }
  return best;
}

std::vector<std::array<float, kDownbeatLooks>> downbeat_looks(
    std::span<const Beat> beats, const std::vector<Struck>& all,
    const std::vector<Evidence>& evidence) {
  const int n = static_cast<int>(beats.size());
  std::vector<std::array<float, kBeatLooks>> own(beats.size());
  std::vector<Chroma> chroma(beats.size());
  std::vector<double> low(beats.size()), high(beats.size());
  double low_mean = 50, high_mean = 70, velocity_mean = 64;
  if (!all.empty()) {
    low_mean = high_mean = velocity_mean = 0;
    for (const Struck& s : all)
      low_mean += s.lowest, high_mean += s.highest, velocity_mean += s.velocity;
    const auto count = static_cast<double>(all.size());
    low_mean /= count, high_mean /= count, velocity_mean /= count;
  }
  std::size_t i = 0;
  int bass_class = -1;
  for (int k = 0; k < n; ++k) {
    const double period = k + 1 < n ? beats[k + 1].seconds - beats[k].seconds
                          : k > 0   ? beats[k].seconds - beats[k - 1].seconds
                                    : 0.5;
    const double until = beats[k].seconds + 0.88 * period, on = beats[k].seconds + 0.12 * period;
    const Struck* struck = nullptr;  // on the beat: the one that speaks loudest
    double most = 0, count = 0, down = -1, beat = -1;
    int lowest = 200;
    for (; i < all.size() && all[i].seconds < until; ++i) {
      const Struck& s = all[i];
      for (int c = 0; c < 12; ++c) chroma[k][c] += s.classes >> c & 1;
      lowest = std::min(lowest, s.lowest);
      ++count;
      const double weight = s.notes + (evidence[i].downbeat + evidence[i].beat);
      if (s.seconds < on && weight > most) {
        most = weight, struck = &s;
        down = std::clamp(plain::log(double{evidence[i].downbeat}), -3.0, 3.0);
        beat = std::clamp(plain::log(double{evidence[i].beat}), -3.0, 3.0);
      }
    }
    auto next = own[k].begin();
    const auto put = [&next](double x) { *next++ = static_cast<float>(std::clamp(x, -3.0, 3.0)); };
    put(struck ? 1 : 0);
    put(struck ? plain::log(1.0 + struck->notes) : 0);
    put(struck ? (struck->lowest - low_mean) / 10 : 0);
    put(struck ? (struck->highest - high_mean) / 10 : 0);
    put(struck ? (struck->velocity - velocity_mean) / 12 : 0);
    put(struck ? plain::log(std::clamp(struck->length / period, 0.1, 8.0)) : 0);
    put(struck ? plain::log(std::clamp(struck->low_length / period, 0.1, 8.0)) : 0);
    put(down);
    put(beat);
    put(count / 4);
    const bool bass = lowest < low_mean + 3;
    put(bass && lowest % 12 != bass_class);
    if (bass) bass_class = lowest % 12;
  }
  const auto sum = [&](int first, int last) {
    Chroma total = {};
    for (int k = std::max(0, first); k < std::min(n, last); ++k)
      for (int c = 0; c < 12; ++c) total[c] += chroma[k][c];
    return total;
  };
  for (int k = 0; k < n; ++k) {
    const int spans[] = {1, 2, 4};
    for (int j = 0; j < 3; ++j)
      own[k][11 + j] = static_cast<float>(2 * distance(sum(k - spans[j], k), sum(k, k + spans[j])));
  }
  std::vector<std::array<float, kDownbeatLooks>> looks(beats.size());
  for (int k = 0; k < n; ++k)
    for (int j = -kBeatContext; j <= kBeatContext; ++j)
      if (k + j >= 0 && k + j < n)
        std::ranges::copy(own[k + j], looks[k].begin() + (j + kBeatContext) * kBeatLooks);
  return looks;
}

std::vector<float> downbeat_evidence(std::span<const Beat> beats, const std::vector<Struck>& all,
                                     const std::vector<Evidence>& evidence) {
  const DownbeatWeights& w = kDownbeatWeights;
  std::vector<float> result;
  result.reserve(beats.size());
  for (const auto& looks : downbeat_looks(beats, all, evidence)) {
    float logit = w.bias;
    for (int h = 0; h < kDownbeatHidden; ++h) {
      float sum = w.hidden_bias[h];
      for (int j = 0; j < kDownbeatLooks; ++j) sum += w.hidden[h][j] * looks[j];
      logit += w.out[h] * std::max(sum, 0.0f);
    }
    result.push_back(std::clamp(kTuning.trust * (logit - w.prior), -4.0f, 4.0f));
  }
  return result;
}

}  // namespace toccata::music
