#pragma once
// The processes that train one model together, and what they tell each other: a rank is a
// process's number among them, from 0. All do the same work in the same order on their own share of
// the music; whatever they must see alike, they agree on here.
//
// Every call that speaks to the others is made by all of them in the same order. It throws Error
// where they cannot be reached, and says which: who ended, who is silent for longer than the
// time-out, or what another failed with. After that no further call is made.

#include <span>
#include <string>

#include "base/stop.h"
#include "training/options.h"

namespace toccata::training {

class Ranks {
 public:
  virtual ~Ranks() = default;
  virtual int rank() const = 0;
  virtual int count() const = 0;
  /// The one that writes files and speaks to the user.
  bool first() const { return rank() == 0; }

  /// Begins to replace `part` by its sum over all; it must stay as it is until finish_all_reduce.
  /// The result has the same bits in every process.
  virtual void begin_all_reduce(std::span<float> part, ReduceKind kind) = 0;
  virtual void finish_all_reduce() = 0;
  /// The same for a few numbers, at once.
  virtual void all_reduce(std::span<double> numbers) = 0;
  /// Replaces what all have by what the first has.
  virtual void broadcast(std::span<float> numbers) = 0;
  virtual std::string broadcast(const std::string& text) = 0;

  /// A barrier. Where one of them was asked to stop, or to save, all are: stop() is requested in
  /// none before this call and in all after it, and counts the same requests to save.
  virtual void barrier() = 0;
  virtual const Stop& stop() const = 0;
  /// Whether this process itself was asked: for leaving long work early.
  virtual const Stop& own_stop() const = 0;

  /// Seconds spent so far on waiting for the others and for what they send.
  virtual double waited() const = 0;

  /// Tells the others that this one fails, and why, so that they need not wait for it.
  virtual void report_failure(const std::string& why) noexcept = 0;
};

/// A process that trains alone.
class SingleRank : public Ranks {
 public:
  explicit SingleRank(const Stop& stop) : stop_(stop) {}
  int rank() const override { return 0; }
  int count() const override { return 1; }
  void begin_all_reduce(std::span<float>, ReduceKind) override {}
  void finish_all_reduce() override {}
  void all_reduce(std::span<double>) override {}
  void broadcast(std::span<float>) override {}
  std::string broadcast(const std::string& text) override { return text; }
  void barrier() override {}
  const Stop& stop() const override { return stop_; }
  const Stop& own_stop() const override { return stop_; }
  double waited() const override { return 0; }
  void report_failure(const std::string&) noexcept override {}

 private:
  const Stop& stop_;
};

}  // namespace toccata::training
