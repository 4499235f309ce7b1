#pragma once
// Limits: what each cell and each step of a whole piece may be.

#include <functional>
#include <vector>

#include "composing/composer.h"
#include "music/roll.h"

namespace toccata::composing {

/// The limits of a piece of T steps by N notes.
class Limits {
 public:
  Limits() = default;  // none
  explicit Limits(const music::Roll& piece);

  bool none() const { return sets_.empty(); }
  /// True where limits are there, and each cell and step may be anything.
  bool forbid_nothing() const;
  CellSet& at(int step, int note) { return sets_[index(step, note)]; }
  CellSet at(int step, int note) const { return sets_[index(step, note)]; }
  Close& close(int step) { return closes_[static_cast<std::size_t>(step)]; }
  StepRule& rule(int step) { return rules_[static_cast<std::size_t>(step)]; }
  LineRules line;  // of every step that is no gift

  /// What `piece` has stays, and its notes keep their ends; the cells that `free` names, where it
  /// is silent, may be anything else.
  void keep(const music::Roll& piece, const std::function<bool(int step, int note)>& free);
  /// The note may not be composed here. What is given stays.
  void forbid(int step, int note) {
    if (at(step, note) & kSilent) at(step, note) = kSilent;
  }
  /// What is forbidden may yet sound on: for music that goes on from what was played otherwise.
  void let_sound_on();
  /// What given cells ask of those before them: one that holds on asks for one to hold on from,
  /// and a given onset for `repeat_gap` steps without another. Call it after keep, before forbid.
  /// Throws Error where given cells contradict each other (`piece` for bar numbers).
  void look_back(const music::Roll& piece);
  /// Throws Error (usage) naming the first step from `first` on that nothing can satisfy, and why.
  void check_possible(const music::Roll& piece, int first) const;

  /// True where what is given leaves no choice: nothing is composed in the step, and no rule holds.
  bool given(int step) const { return given_[static_cast<std::size_t>(step)]; }
  std::span<const CellSet> sets(int step) const;
  StepLimits step(int step) const;

 private:
  std::size_t index(int step, int note) const {
    return static_cast<std::size_t>(step) * static_cast<std::size_t>(notes_) +
           static_cast<std::size_t>(note);
  }
  int steps_ = 0, notes_ = 0;
  bool articulation_ = true;
  std::vector<CellSet> sets_;    // (T, N)
  std::vector<StepRule> rules_;  // (T)
  std::vector<Close> closes_;    // (T)
  std::vector<bool> given_;      // (T), by look_back
};

}  // namespace toccata::composing
