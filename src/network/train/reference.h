#pragma once
// The whole network in double precision, one multiplication at a time: slow, obvious, and the
// oracle of TrainingPass. Same loss, same masks, same flat buffer of parameters.

#include <span>
#include <vector>

#include "music/batch.h"
#include "network/model/config.h"
#include "network/train/training_pass.h"

namespace toccata::network {

/// Logits of one window with teacher forcing: (length, N, C).
std::vector<double> reference_logits(const Config& config, std::span<const double> values,
                                     const music::Batch& batch, int b, const Dropout& dropout = {});

/// The batch's loss.
///   values: (parameter_count(config))
Loss reference_loss(const Config& config, std::span<const double> values, const music::Batch& batch,
                    const Dropout& dropout = {});

/// The batch's loss and the gradient of its nats; gradient (parameter_count(config)) is written
/// whole.
Loss reference_gradient(const Config& config, std::span<const double> values,
                        const music::Batch& batch, const Dropout& dropout,
                        std::span<double> gradient);

}  // namespace toccata::network
