#pragma once
// The processes that train one model together, and what they tell each other: a rank is a
// process's number among them, from 0. All do the same work in the same order on their own share of
// the music; whatever they must see alike, they agree on here.
//
// Every call that speaks to the others is made by all of them in the same order. It throws Error
// where they cannot be reached, and says which: who ended, who is silent for longer than the
// time-out, or what another failed with. After that no further call is made.

#include <memory>
#include <span>
#include <string>

#include "base/stop.h"
#include "training/launch.h"
#include "training/options.h"

namespace at {
class Tensor;  // torch::Tensor: its headers are heavy
}

namespace toccata::training {

class Ranks {
 public:
  virtual ~Ranks() = default;
  virtual int rank() const = 0;
  virtual int count() const = 0;
  /// The one that writes files and speaks to the user.
  bool first() const { return rank() == 0; }

  /// Begins to replace `part` (f32) by its sum over all; it must stay as it is until end_sums. The
  /// result has the same bits in every process.
  virtual void begin_sum(const at::Tensor& part, ReduceKind kind) = 0;
  virtual void end_sums() = 0;
  /// The same for a few numbers, at once.
  virtual void sum(std::span<double> numbers) = 0;
  /// Replaces what all have by what the first has.
  virtual void from_first(const at::Tensor& tensor) = 0;
  virtual std::string from_first(const std::string& text) = 0;

  /// Where one of them was asked to stop, or to save, all are: stop() is requested in none before
  /// this call and in all after it, and counts the same requests to save. It is also a barrier.
  virtual void agree() = 0;
  virtual const Stop& stop() const = 0;
  /// Whether this process itself was asked: for leaving long work early.
  virtual const Stop& own_stop() const = 0;

  /// Seconds spent so far on waiting for the others and for what they send.
  virtual double waited() const = 0;

  /// Tells the others that this one fails, and why, so that they need not wait for it.
  virtual void fails(const std::string& why) noexcept = 0;
};

/// A process alone.
class Alone : public Ranks {
 public:
  explicit Alone(const Stop& stop) : stop_(stop) {}
  int rank() const override { return 0; }
  int count() const override { return 1; }
  void begin_sum(const at::Tensor&, ReduceKind) override {}
  void end_sums() override {}
  void sum(std::span<double>) override {}
  void from_first(const at::Tensor&) override {}
  std::string from_first(const std::string& text) override { return text; }
  void agree() override {}
  const Stop& stop() const override { return stop_; }
  const Stop& own_stop() const override { return stop_; }
  double waited() const override { return 0; }
  void fails(const std::string&) noexcept override {}

 private:
  const Stop& stop_;
};

/// Meets the others: c10d, LibTorch's own communication, over TCP. Waits for all of them to come;
/// alone at once where there is but one.
///   timeout: seconds that any of them may be silent for, at the meeting, too
/// Throws Error where some do not come, naming them, and
/// (usage) where there are several and this program was built without c10d or Gloo.
std::unique_ptr<Ranks> meet(const Launch& launch, double timeout, const Stop& stop);

}  // namespace toccata::training
