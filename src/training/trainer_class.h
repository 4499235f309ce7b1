#pragma once
// What a run is made of. Its story is trainer.cc, its parts are trainer_parts.cc; nobody else
// includes this.

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "training/batch_queue.h"
#include "training/budget.h"
#include "training/course.h"
#include "training/judge.h"
#include "training/learner.h"
#include "training/trainer.h"

namespace toccata::training {

class Trainer {
 public:
  Trainer(const TrainOptions& options, const RunContext& context);
  EndReport run();

 private:
  void begin();
  void open_stage();
  void next_stage();
  void learn_from_one_batch();
  void look();
  void save() { save(options_.save_failure); }
  void save(SaveFailure on_failure);
  EndReport finish(EndReason reason);

  void resume_or_restore();
  void broadcast_start();
  void average_models();
  void synchronise();
  double broadcast(double mine);
  void keep_to_the_minutes();
  void tell_start();
  void learn(const music::Batch& batch);
  void hear_of_updates(bool all);
  void hear(const UpdateFigures& figures);
  bool asked_to_save();
  bool over() const;
  bool out_of_time() const {
    return ranks_.count() > 1 ? out_of_time_ : budget_ && budget_->over(clock_.seconds());
  }
  bool out_of_patience() const {
    return options_.patience > 0 && position_.worse_in_a_row >= options_.patience;
  }
  /// Where a checkpoint was made between an update and the validation that was due after it.
  bool look_is_owed() const {
    return position_.update > 0 && due(options_.validate_every) &&
           position_.looked_update != position_.update;
  }
  /// What falls due as the time ends is left to the end itself.
  bool due(int every) const { return position_.update % every == 0 && !out_of_time(); }
  network::Model model() const;
  network::TensorFile learned() const;
  [[noreturn]] void end_badly(const std::string& why) const;

  const TrainOptions options_;
  const RunContext& context_;
  SingleRank single_;
  Ranks& ranks_;
  const std::vector<Stage> stages_;
  Course course_;
  std::unique_ptr<Learner> learner_;
  Position position_;
  RunClock clock_;
  Lately lately_;
  Judge judge_;
  std::optional<Budget> budget_;  // of a run that is measured in minutes
  bool out_of_time_ = false;      // as agreed where several train

  std::unique_ptr<BatchQueue> batches_;
  bool reached_ = false;  // the last stage's aim in nats
  std::filesystem::path last_checkpoint_;
  std::int64_t saved_update_ = -1;
  int saves_heard_ = 0;  // of the stop's requests to save
};

}  // namespace toccata::training
