#pragma once
// Who computes a run: this program on the CPU, or LibTorch on GPUs and for several processes.
// LibTorch lies behind an interface, in a shared object of its own (src/torch, the package
// toccata-torch), which is loaded when a run asks for it: nothing else knows LibTorch, and no other
// run pays for it.

#include <fmt/format.h>

#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "base/stop.h"
#include "corpus/piece.h"
#include "listening/likelihood.h"
#include "network/model/weights.h"
#include "training/engine.h"
#include "training/launch.h"
#include "training/learner.h"
#include "training/options.h"
#include "training/ranks.h"

namespace toccata::training {

/// A learner on the device of the options, as make_own_learner. Throws Error (usage) where that
/// needs LibTorch and the package toccata-torch is not installed.
///   engine: who computes the gradient on the CPU; null: make_engine's
std::unique_ptr<Learner> make_learner(const TrainOptions& options, const std::vector<float>& values,
                                      Ranks* ranks = nullptr,
                                      std::unique_ptr<Engine> engine = nullptr);

/// The engine of the options on the CPU. Throws likewise.
std::unique_ptr<Engine> make_engine(const TrainOptions& options);

/// Joins the others (LibTorch's c10d, over TCP) and waits for all of them to come; a SingleRank at
/// once where there is but one.
///   timeout: seconds that any of them may be silent for, at the rendezvous, too
/// Throws Error where some do not come, naming them, and (usage) where there are several and the
/// package toccata-torch is not installed, or was built without c10d or Gloo.
std::unique_ptr<Ranks> join_ranks(const Launch& launch, double timeout, const Stop& stop);

class TorchPlugin {
 public:
  virtual ~TorchPlugin() = default;
  /// "LibTorch 1.13.1".
  virtual std::string text() const = 0;
  /// What --device can name with it: "cpu", and "cuda" with the number of cards that it sees.
  virtual std::vector<std::string> devices() const = 0;
  /// A learner on options.device, as make_learner. Throws Error (usage) where it is not there.
  virtual std::unique_ptr<Learner> learner(const TrainOptions& options,
                                           const std::vector<float>& values,
                                           Ranks* ranks) const = 0;
  /// Stock torch::nn::LSTM on the CPU.
  virtual std::unique_ptr<Engine> engine(const TrainOptions& options) const = 0;
  /// As join_ranks, of several.
  virtual std::unique_ptr<Ranks> join(const Launch& launch, double timeout,
                                      const Stop& stop) const = 0;
  /// Exact likelihood of whole pieces on `device`. Stops between pieces where asked to: the result
  /// then holds those that were finished.
  virtual listening::Likelihood likelihood(const network::Model& model,
                                           std::span<const corpus::Piece* const> pieces,
                                           Device device, const Stop& stop) const = 0;
};

/// Loaded on the first call: beside the program, else where it is installed. Throws Error (usage)
/// where it is not there or of another version; `purpose` ("--device cuda") begins the message.
const TorchPlugin& torch_plugin(const std::string& purpose);

/// Loads it where the options need it: before the music is read, not after.
void load_what_is_needed(const TrainOptions& options);

/// Where it would be loaded from; empty where it is not installed.
std::filesystem::path torch_plugin_path();

/// Whether it was loaded in this process. Its threads may then wait for other processes that never
/// answer: end with std::_Exit.
bool torch_plugin_is_loaded();

/// The one symbol that the shared object has to offer: the plugin, or null where `abi` is not its
/// own torch_plugin_abi(). The object is the plugin's.
inline constexpr const char* kTorchPluginEntry = "toccata_torch_plugin";
using TorchPluginEntry = const TorchPlugin*(const char* abi);

/// What both sides must have been built alike: version, compiler, and the sizes of what passes.
/// Static, so that each side has its own.
[[maybe_unused]] static std::string torch_plugin_abi() {
  return fmt::format("{} {} {} {} {} {} {}", TOCCATA_VERSION, __VERSION__, sizeof(TrainOptions),
                     sizeof(network::Model), sizeof(music::Batch), sizeof(corpus::Piece),
                     sizeof(Launch));
}

}  // namespace toccata::training
