#pragma once
// A cheap estimate of what is still to come in a step: how likely its rule is to be obeyed, given
// what sounds so far. It bends the draws, and the weights are corrected for it, so that it need not
// be true, only near: twisted Sequential Monte Carlo (Whiteley & Lee, "Twisted particle filters",
// Annals of Statistics 2014), a look-ahead as in the auxiliary particle filter (Pitt & Shephard,
// JASA 1999).

#include <span>
#include <vector>

#include "composing/step_gate.h"

namespace toccata::composing {

class Outlook {
 public:
  /// Of a step as StepGate::begin has it. chances (N): of play, as far as they are known before the
  /// step is drawn; notes are taken as independent. `usual` notes sound as a rule: chances that sum
  /// to less within the sets are raised.
  void begin(std::span<const CellSet> sets, std::span<const float> chances, double usual, int low,
             const StepRule& rule);
  /// log of the chance that the notes from n up make the step whole: above minus infinity, and 0
  /// for all where there is no rule. n up to N.
  double log_chance(int n, const StepSoFar& below) const;
  bool is_plain() const { return rule_.empty(); }

 private:
  double of_count(int n, int count) const;

  StepRule rule_;
  int low_ = 0, notes_ = 0;
  int counts_ = 0;                // a count of this or more is as good, or too many
  std::vector<double> play_;      // (N): chance of play within the sets
  std::vector<double> finished_;  // (N+1, counts+1): chance of a right count
  std::vector<double> absent_;    // (N+1, 12): chance that a class does not sound from n up
  std::vector<double> bass_;      // (N+1): chance of the right bass and a right count from n up
};

}  // namespace toccata::composing
