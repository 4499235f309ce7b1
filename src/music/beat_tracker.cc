#include "music/beat_tracker.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdint>

#include "base/plain_math.h"

namespace toccata::music {

namespace {

// Frames: the resolution of the pointer. Onsets keep their own time, and beats are moved onto them.
constexpr double kFrame = kTuning.frame;
constexpr double kMostSilence = 4;  // seconds
constexpr double kMostSeconds = 2 * 3600;
constexpr int kRow = 12;  // kPlaces, rounded up to whole vectors
constexpr float kNever = -1e30f;
constexpr double kNear = 0.07;  // seconds: a beat is moved onto an onset no further away

double bell(double distance, double sigma) {
  const double x = distance / sigma;
  return x * x > 60 ? 0 : plain::exp(-0.5 * x * x) * 0.39894228 / sigma;
}

// The natural logarithm of a positive float to 1e-4: of additions, multiplications and one
// division, without a branch.
inline float quick_log(float x) {
  constexpr std::int32_t kTwoThirds = 0x3f2aaaab;
  const auto above = std::bit_cast<std::int32_t>(x) - kTwoThirds;
  const float power = static_cast<float>(above >> 23);
  const float m = std::bit_cast<float>(std::bit_cast<std::int32_t>(x) - (above & ~0x7fffff)) - 1;
  const float s = m / (2 + m), square = s * s;
  return power * 0.69314718f + 2 * s * (1 + square * (0.33333333f + square * 0.2f));
}

// Seconds with long silences cut short, and back.
class Cut {
 public:
  explicit Cut(const std::vector<Struck>& all) {
    for (const Struck& now : all) {
      const double gap = true_.empty() ? 0.1 : now.seconds - true_.back();
      cut_.push_back((cut_.empty() ? 0 : cut_.back()) + std::min(gap, kMostSilence));
      true_.push_back(now.seconds);
    }
  }
  double at(std::size_t i) const { return cut_[i]; }
  double length() const { return cut_.back(); }
  double seconds(double cut) const {
    const auto after = std::ranges::upper_bound(cut_, cut);
    if (after == cut_.begin()) return true_.front() - (cut_.front() - cut);
    if (after == cut_.end()) return true_.back() + (cut - cut_.back());
    const std::size_t i = static_cast<std::size_t>(after - cut_.begin());
    return true_[i - 1] + (true_[i] - true_[i - 1]) * (cut - cut_[i - 1]) / (cut_[i] - cut_[i - 1]);
  }

 private:
  std::vector<double> true_, cut_;
};

// The usual length of a beat around each onset, as a logarithm: from the median gap of 80.
std::vector<double> usual_beats(const Cut& time, std::size_t count) {
  std::vector<double> usual(count), gaps;
  for (std::size_t i = 0; i < count; ++i) {
    if (i % 8 == 0) {
      gaps.assign(1, 0.2);
      for (std::size_t j = i > 40 ? i - 40 : 1; j < std::min(count, i + 40); ++j)
        gaps.push_back(time.at(j) - time.at(j - 1));
      const auto middle = gaps.begin() + static_cast<std::ptrdiff_t>(gaps.size() / 2);
      std::ranges::nth_element(gaps, middle);
      usual[i] = kTuning.usual + kTuning.slope * (plain::log(*middle) + 1.7);
    } else {
      usual[i] = usual[i - 1];
    }
  }
  return usual;
}

class Tracker {
 public:
  Tracker(const std::vector<Struck>& all, const std::vector<Evidence>& evidence,
          const BeatHints& hints)
      : all_(all), evidence_(evidence), hints_(hints), time_(all) {
    lay_out();
  }

  std::vector<Beat> beats() {
    const std::vector<double> usual = usual_beats(time_, all_.size());
    const int frames = static_cast<int>(time_.length() / kFrame) + 2;
    back_.resize(static_cast<std::size_t>(frames) * periods_.size() * kRow);
    std::size_t next = 0;
    double for_usual = 1e9;
    for (int t = 0; t < frames; ++t) {
      if (const double now = usual[std::min(next, all_.size() - 1)]; now != for_usual)
        charge(for_usual = now);
      begin_beats(t);
      for (; next < all_.size() && std::lround(time_.at(next) / kFrame) <= t; ++next)
        strike(evidence_[next]);
      for (std::size_t p = 0; p < periods_.size(); ++p)
        if (++turn_[p] == periods_[p]) turn_[p] = 0;
    }
    return trace(frames - 1);
  }

 private:
  // A pointer whose beat lasts periods_[p] frames and began at frame t stands in place
  // t % periods_[p] of its ring, so that it need not be moved from frame to frame.
  void lay_out() {
    constexpr Tuning tune = kTuning;
    for (double p = tune.shortest / kFrame; p * kFrame < tune.longest; p *= tune.step)
      if (const int whole = static_cast<int>(std::lround(p));
          periods_.empty() || whole != periods_.back())
        periods_.push_back(whole);
    const std::size_t count = periods_.size();
    turn_.assign(count, 0);
    cost_.resize(count);
    out_.resize(count * kRow);
    for (const int period : periods_) {
      ring_.push_back(rates_.size());
      for (int k = 0; k < period; ++k) rates_.push_back(rates(k * kFrame, period * kFrame));
    }
    score_.assign(rates_.size() * kRow, kNever);
    for (std::size_t p = 0; p < count; ++p) {
      const double x = (plain::log(periods_[p] * kFrame) - tune.tempo) / tune.tempo_spread;
      for (int k = 0; k < periods_[p]; ++k)
        for (int s = 0; s < kPlaces; ++s)
          score_[(ring_[p] + k) * kRow + s] = static_cast<float>(
              -0.5 * x * x - plain::log(periods_[p]) + meter_prior(kMeterOf[s], hints_));
    }
    change_.resize(count * count);
    for (std::size_t q = 0; q < count; ++q) {
      from_.push_back(count), to_.push_back(0);
      for (std::size_t p = 0; p < count; ++p) {
        const double x = std::abs(plain::log(static_cast<double>(periods_[q]) / periods_[p]));
        change_[q * count + p] = static_cast<float>(-x / tune.change);
        if (x < 0.36) from_[q] = std::min(from_[q], p), to_[q] = p + 1;
      }
    }
    for (int s = 0; s < kPlaces; ++s) {
      down_early_[s] = kDownbeat[s];
      down_late_[kPlaceBefore[s]] = kDownbeat[s];
    }
  }

  // What a beat of each length costs where one of e^usual seconds is usual.
  void charge(double usual) {
    for (std::size_t p = 0; p < periods_.size(); ++p) {
      const double seconds = periods_[p] * kFrame;
      double x = plain::log(seconds) - usual;
      cost_[p] = static_cast<float>(-kTuning.per_beat - kTuning.level * x * x);
      if (hints_.tempo > 0) {
        x = plain::log(seconds * hints_.tempo / 60);
        cost_[p] -= static_cast<float>(30 * x * x);
      }
    }
  }

  void begin_beats(int t) {
    const std::size_t count = periods_.size();
    for (std::size_t p = 0; p < count; ++p)
      std::copy_n(&score_[(ring_[p] + turn_[p]) * kRow], kRow, &out_[p * kRow]);
    for (std::size_t q = 0; q < count; ++q) {
      float best[kRow], which[kRow];
      std::fill_n(best, kRow, 2 * kNever);
      std::fill_n(which, kRow, 0.0f);
      for (std::size_t p = from_[q]; p < to_[q]; ++p) {
        const float change = change_[q * count + p], name = static_cast<float>(p);
        for (int s = 0; s < kRow; ++s) {
          const float x = out_[p * kRow + s] + change;
          which[s] = x > best[s] ? name : which[s];
          best[s] = x > best[s] ? x : best[s];
        }
      }
      std::uint8_t* back = &back_[(static_cast<std::size_t>(t) * count + q) * kRow];
      for (int s = 0; s < kPlaces; ++s) back[s] = static_cast<std::uint8_t>(which[s]);
      float* in = &score_[(ring_[q] + turn_[q]) * kRow];
      for (int s = 0; s < kPlaces; ++s) in[s] = best[kPlaceBefore[s]] + cost_[q] - bar_cost(s);
      // A new meter begins at a bar line. The row's last three bytes say which bar it follows.
      for (int m = 0; m < 3; ++m) {
        back[kPlaces + m] = static_cast<std::uint8_t>(kLastPlaces[m]);
        if (hints_.meter > 0) continue;
        for (int before = 0; before < 3; ++before) {
          const float x = best[kLastPlaces[before]] + cost_[q] - kTuning.meter_change;
          if (before == m || x <= in[kFirstPlaces[m]]) continue;
          in[kFirstPlaces[m]] = x;
          back[kPlaces + m] = static_cast<std::uint8_t>(kLastPlaces[before]);
        }
      }
    }
  }

  void strike(const Evidence& evidence) {
    for (std::size_t p = 0; p < periods_.size(); ++p) {
      const int period = periods_[p];
      float down[128], other[128];
      const float* mask[128];
      for (int k = 0; k < period; ++k) {
        int phase = turn_[p] - k;
        phase += phase < 0 ? period : 0;
        const Rates& rate = rates_[ring_[p] + phase];
        down[k] = rate.of_downbeat(evidence);
        other[k] = rate.of_beat(evidence);
        mask[k] = 2 * phase > period ? down_late_ : down_early_;
      }
      for (int k = 0; k < period; ++k) {
        down[k] = quick_log(down[k]);
        other[k] = quick_log(other[k]);
      }
      float* score = &score_[ring_[p] * kRow];
      for (int k = 0; k < period; ++k, score += kRow) {
        const float more = down[k] - other[k];
        for (int s = 0; s < kRow; ++s) score[s] += other[k] + mask[k][s] * more;
      }
    }
  }

  std::vector<Beat> trace(int t) const {
    float best = 3 * kNever;
    std::size_t p = 0;
    int place = 0, began = 0;
    for (std::size_t q = 0; q < periods_.size(); ++q)
      for (int k = 0; k < periods_[q]; ++k)
        for (int s = 0; s < kPlaces; ++s)
          if (const float x = score_[(ring_[q] + k) * kRow + s]; x > best) {
            best = x, p = q, place = s;
            const int phase = t % periods_[q] - k;
            began = t - (phase < 0 ? phase + periods_[q] : phase);
          }
    std::vector<Beat> beats;
    while (began >= 0) {
      beats.push_back({.seconds = time_.seconds(began * kFrame),
                       .place = kPlaceOf[place],
                       .meter = kMeterOf[place]});
      const std::uint8_t* back =
          &back_[(static_cast<std::size_t>(began) * periods_.size() + p) * kRow];
      place = kPlaceOf[place] == 0 ? back[kPlaces + kMeterOf[place] - 2] : kPlaceBefore[place];
      p = back[place];
      began -= periods_[p];
    }
    std::ranges::reverse(beats);
    return beats;
  }

  const std::vector<Struck>& all_;
  const std::vector<Evidence>& evidence_;
  const BeatHints& hints_;
  const Cut time_;
  std::vector<int> periods_, turn_;  // in frames; the frame's place in each ring
  std::vector<std::size_t> ring_, from_,
      to_;                    // ring_: its first row; p in from_..to_ may go on as q
  std::vector<Rates> rates_;  // by row, as a phase
  std::vector<float> score_;  // (rows, kRow)
  std::vector<float> change_, cost_, out_;
  std::vector<std::uint8_t> back_;  // (frames, periods, kRow): the period of the beat before
  float down_early_[kRow] = {}, down_late_[kRow] = {};
};

}  // namespace

Rates rates(double seconds, double period) {
  constexpr Tuning tune = kTuning;
  const double sigma = tune.sigma + tune.sigma_share * period;
  const auto near = [&](double place) {
    const double turns = seconds / period - place;
    return bell((turns - std::floor(turns + 0.5)) * period, sigma);
  };
  const double quarters = 0.35 * (near(0.25) + near(0.75));
  const double thirds = 0.15 * (near(1.0 / 3) + near(2.0 / 3));
  return {.beat = static_cast<float>(tune.at_beat * near(0)),
          .half = static_cast<float>(tune.at_half * near(0.5)),
          .other = static_cast<float>(tune.at_other * (quarters + thirds)),
          .anywhere = static_cast<float>(tune.anywhere / period)};
}

float meter_prior(int meter, const BeatHints& hints) {
  if (hints.meter > 0) return meter == hints.meter ? 0 : kNever / 2;
  return meter == 2 ? kTuning.meter2 : meter == 3 ? kTuning.meter3 : kTuning.meter4;
}

std::vector<Beat> track_beats(const std::vector<Struck>& all, const std::vector<Evidence>& evidence,
                              const BeatHints& hints) {
  if (all.empty() || Cut(all).length() > kMostSeconds) return {};
  std::vector<Beat> beats = Tracker(all, evidence, hints).beats();
  for (Beat& beat : beats) {
    double most = 0;
    auto s = std::ranges::lower_bound(all, beat.seconds - kNear, {}, &Struck::seconds);
    const double planned = beat.seconds;
    for (; s != all.end() && s->seconds < planned + kNear; ++s) {
      const Evidence& e = evidence[static_cast<std::size_t>(s - all.begin())];
      const double weight = (e.downbeat + e.beat) * bell(s->seconds - planned, kNear / 2);
      if (weight > most) most = weight, beat.seconds = s->seconds;
    }
  }
  return beats;
}

}  // namespace toccata::music
