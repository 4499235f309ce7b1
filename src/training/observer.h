#pragma once
// What training tells about itself while it runs. The command line attaches progress, metrics,
// graphs and sample music to it; training knows none of them.

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

#include "network/weights.h"

namespace toccata::training {

// Losses are negative log-likelihoods in nats per time step: positive, lower is better.

struct StartReport {
  network::Config config;
  std::size_t parameters = 0;
  std::string engine;
  std::int64_t train_pieces = 0, valid_pieces = 0, test_pieces = 0;
  std::int64_t train_steps = 0, valid_steps = 0, test_steps = 0;
  std::optional<double> baseline;  // marginal frequencies, on the validation pieces
  double baseline_train = 0;       // the same on the training pieces
  std::int64_t begun_at = 0;       // updates done before: 0, or a resumed run's place
  std::int64_t updates = 0;        // that there will be; an estimate where minutes were given
};

struct UpdateReport {
  std::int64_t update = 0;   // updates done, this one included
  std::int64_t updates = 0;  // that there will be
  double epoch = 0;
  double nats = 0;  // of this batch, with dropout
  double learning_rate = 0;
  double gradient_norm = 0;
  double seconds = 0;  // since the run began, over all resumptions
};

struct ValidationReport {
  std::int64_t update = 0;
  double epoch = 0;
  double seconds = 0;
  double train_nats = 0;             // mean since the validation before, with dropout
  std::optional<double> valid_nats;  // nothing where no piece is held out
  bool whole = true;                 // all held-out pieces, not a sample of them
  bool best = false;                 // so far
  double learning_rate = 0;
  double gradient_norm = 0;          // of the last update
  double note_steps_per_second = 0;  // since the validation before, without validating
};

struct SaveReport {
  std::int64_t update = 0;
  std::filesystem::path path;   // the checkpoint's folder
  const network::Model& model;  // as saved
};

enum class EndReason {
  finished,  // as many updates as asked for
  patience,  // validation did not get better any more
  stopped,   // asked to
};

struct EndReport {
  EndReason reason = EndReason::finished;
  std::int64_t update = 0;
  double epoch = 0;
  double seconds = 0;
  double waited = 0;  // of them, in this process, for other processes and for what they sent
  // Of the model that was kept, on whole pieces; nothing where the run was stopped or has no such
  // pieces.
  std::optional<double> valid_nats, test_nats;
  bool whole = true;  // all held-out pieces, not a sample of them for want of time
};

class Observer {
 public:
  virtual ~Observer() = default;
  virtual void on_start(const StartReport&) {}
  virtual void on_update(const UpdateReport&) {}
  virtual void on_validation(const ValidationReport&) {}
  virtual void on_save(const SaveReport&) {}
  virtual void on_end(const EndReport&) {}
};

}  // namespace toccata::training
