#pragma once
// How a model's music lies and moves as a rule: its pitches, its register, how many voices it has
// and how often notes begin, as the music that it learned from has them (listening/profile.h). A
// model of a few hundred units does not keep them up by itself: without repetition it drifts, and
// under limits it thins out, since silence breaks no limit. So the odds of its notes are bent the
// way back, the more the further the last bars have strayed; within the usual bounds not at all.
// Johnson's adaptive conservativity (sampling_options.h) is such a bend. The bent model is an exact
// distribution, step by step. Where pieces are composed as particles under limits, those that obey
// a limit most easily would pull the music away again, so a line's distance is a potential, too
// (Del Moral, "Feynman-Kac formulae", 2004). Conditioning (composer.h) is exact for both together.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "composing/harmony.h"
#include "listening/profile.h"

namespace toccata::composing {

struct Between {
  double low = 0, high = 0;
  bool operator==(const Between&) const = default;
};

struct Manner {
  PitchRange range;                  // nothing begins outside; given notes may
  std::optional<Between> register_;  // medians of the pitches of stretches of music, MIDI
  std::optional<Between> voices;     // sounding notes, where any sounds
  std::optional<Between> onsets;     // notes that begin, per step
  std::string text() const;
  bool operator==(const Manner&) const = default;
};

/// "pitches 36-81, register 60.5-62.4, voices 3.9-3.94, onsets 0.74-0.92"; each part may be left
/// out. Throws Error (usage).
Manner parse_manner(std::string_view text);

/// What is usual in a corpus: around the means, half a standard deviation of the register, a
/// quarter of voices and onsets.
Manner manner_of(const listening::Profile& profile);

/// What is added to the logits of a note: so much of its odds are bent.
struct Odds {
  float play = 0, strike = 0;
};

/// One line's last bars, as far as its manner asks.
class Steering {
 public:
  /// Forgets all. `manner` must outlive this.
  void begin(const Manner* manner, int low, int notes);
  /// The next step's frame after the one before it: (N) each.
  void remember(const std::uint8_t* before, const std::uint8_t* now, bool articulation);
  /// Before a step. `limited`: limits hold in it, so that voices and onsets are seen to, too. At
  /// most `most` notes may sound; 0: any number.
  void prepare(bool limited, int most = 0);
  /// Whether note n lies outside the range, so that none begins there.
  bool is_beyond(int n) const {
    return manner_ && (low_ + n < manner_->range.low || low_ + n > manner_->range.high);
  }
  /// Of note n, which did or did not sound in the step before.
  Odds odds(int n, bool sounded) const;
  /// The logarithm of the potential of a frame for the prepared step: 0 within the bounds or
  /// without limits, minus the squared distances from them, in the corpus' standard deviations,
  /// times a constant.
  double log_potential(const std::uint8_t* before, const std::uint8_t* now,
                       bool articulation) const;

 private:
  void pull(double deviations);

  const Manner* manner_ = nullptr;
  int low_ = 0;
  std::vector<float> begun_;            // (N): notes begun there, lately
  bool any_ = false, strikes_ = false;  // whether anything has sounded; with articulation
  double voices_ = 0;
  std::optional<double> onsets_;  // of what begins while limits hold
  double owed_tilt_ = 0, owed_voices_ = 0, owed_onsets_ = 0;
  // Of the step at hand.
  double nearest_ = 0, firm_ = 1, tilt_ = 0, begin_ = 0, hold_ = 0, strike_ = 0, log_potential_ = 0;
  int most_ = 0;
  bool limited_ = false;
  bool crowded_ = false;  // fewer voices may sound than usual: those out of the way make room
};

}  // namespace toccata::composing
