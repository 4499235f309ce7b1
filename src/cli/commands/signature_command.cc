// One line that changes when what the program computes changes: a short composition with each
// shipped model, an update from it and its likelihood. All is in plain arithmetic, which comes to
// the same bits with every compiler and processor, and goes through the code that users run.
#include "base/hash.h"
#include "cli/commands/commands.h"
#include "composing/compose.h"
#include "corpus/windows.h"
#include "listening/likelihood.h"
#include "network/model/weights.h"
#include "network/train/training_pass.h"
#include "runs/model_name.h"
#include "training/optimiser.h"

namespace toccata::cli {
namespace {

constexpr int kSteps = 12;

/// Collects what a part of the signature is made of, to the last bit.
class Fingerprint {
 public:
  template <typename T>
  void add(std::span<const T> values) {
    const auto* bytes = reinterpret_cast<const std::uint8_t*>(values.data());
    bytes_.insert(bytes_.end(), bytes, bytes + values.size_bytes());
  }
  void add(double value) { add(std::span<const double>(&value, 1)); }
  std::string text() const { return hash_hex(bytes_).substr(0, 8); }

 private:
  std::vector<std::uint8_t> bytes_;
};

composing::Composed compose(const network::Model& model, Context& context) {
  const composing::Order order{
      .steps = kSteps,
      .sampling = {.temperature = 1.1, .articulate_temperature = 1, .density = 1.5}};
  const composing::Resources resources{.threads = 1,
                                       .precision = network::Precision::f32,
                                       .instruction_set = network::InstructionSet::plain};
  composing::Composed composed;
  Progress silent;
  composing::compose(
      model, order, resources, [&](composing::Composed&& piece) { composed = std::move(piece); },
      silent, context.stop);
  return composed;
}

/// Loss and gradient, with dropout of every kind, and the update that follows.
void learn(const network::Model& model, const corpus::Piece& piece, Fingerprint& print) {
  corpus::Windows windows(
      {&piece},
      {.steps = kSteps, .sequences = 1, .history = model.config.history(), .input_dropout = 0.1});
  network::TrainingPass pass(model.config,
                             {.threads = 1, .instruction_set = network::InstructionSet::plain});
  std::vector<float> gradient(model.values.size());
  const network::Loss loss =
      pass.gradient(model.values, windows.next(), {0.75f, 1, 1, 0.9f}, gradient);
  print.add(loss.nats);
  print.add(std::span<const float>(gradient));
  std::vector<float> values = model.values, average = model.values;
  const float factor = static_cast<float>(training::clip_factor(training::norm(gradient, 1), 1));
  training::Optimiser({.kind = training::OptimiserKind::adamw, .weight_decay = 0.01}, values.size(),
                      1)
      .step(values, gradient, factor, 0.001, average, 0.9);
  print.add(std::span<const float>(values));
  print.add(std::span<const float>(average));
}

void listen(const network::Model& model, const corpus::Piece& piece, Fingerprint& print,
            Context& context) {
  Progress silent;
  const corpus::Piece* const pieces[] = {&piece};
  const listening::LikelihoodOptions options{
      .sequences = 1, .threads = 1, .instruction_set = network::InstructionSet::plain};
  print.add(listening::likelihood(model, pieces, options, silent, context.stop).nats);
}

void print_signature(Context& context) {
  std::string line;
  Fingerprint learned, heard;
  for (const runs::KnownModel& known : runs::known_models({.output = ""})) {
    if (known.kind == runs::KnownModel::Kind::run || !known.complete) continue;
    const network::Model model = network::load_model(known.path);
    const composing::Composed composed = compose(model, context);
    if (context.stop.requested()) return;
    Fingerprint print;
    print.add(std::span<const std::uint8_t>(composed.roll.cells));
    print.add(composed.nats);
    line += fmt::format("{}={} ", known.name, print.text());
    const corpus::Piece piece{.name = known.name, .roll = composed.roll, .hash = ""};
    learn(model, piece, learned);
    listen(model, piece, heard, context);
  }
  if (line.empty())
    fail(
        "the signature is made of the shipped models, and there are none (TOCCATA_MODELS can name "
        "their folder)");
  fmt::print("{}learning={} listening={}\n", line, learned.text(), heard.text());
}

}  // namespace

void add_signature(CLI::App& app, Context& context) {
  app.footer(
      "Two builds that print the same line compute the same, on any processor: the hashes are of "
      "what is computed in plain arithmetic. Speed and the other arithmetics do not enter.");
  app.callback([&context] { print_signature(context); });
}

}  // namespace toccata::cli
