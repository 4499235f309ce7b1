#include "cli/commands/commands.h"

#include <filesystem>
#include <memory>

#include "base/files.h"
#include "cli/commands/model_argument.h"
#include "cli/shell/option_values.h"
#include "corpus/split.h"
#include "listening/fit_memory.h"
#include "listening/profile.h"

namespace toccata::cli {
namespace {
namespace fs = std::filesystem;

struct Options {
  ModelArgument model;
  std::string folder;
  std::vector<std::string> memory;  // music to fit it on; empty: the model stays as it is
  std::string memory_split = "valid";
  listening::Remembered remembered = listening::Remembered::onsets;
  int threads = 0;
  network::DType type = network::DType::bf16;
};

void fit_memory(network::Model& model, const Options& options, Context& context) {
  const std::vector<corpus::Piece> pieces = corpus::pieces_of_part(
      read_for(model.config, options.memory, 1, context), options.memory_split);
  std::vector<const corpus::Piece*> all;
  for (const corpus::Piece& piece : pieces) all.push_back(&piece);
  const listening::MemoryFit fit = listening::fit_memory(
      model, all, options.remembered, options.threads, context.progress, context.stop);
  context.progress.message(fmt::format(
      "{} pieces, nats per step: {:.4f} without memory, {:.4f} with it; {:.4f} on pieces that it "
      "was not fitted on",
      pieces.size(), fit.without, fit.with, fit.unseen));
  if (fit.unseen > fit.without)
    model.config.memory = fit.memory;
  else
    context.progress.warning("memory does not help this model on this music: it gets none");
}

void run(const Options& options, Context& context) {
  NamedModel named = load_named(options.model);
  if (fs::exists(options.folder)) {
    fail_usage("{}: exists already; name another folder, or remove it", options.folder);
  }
  const std::string old_hash = named.model.hash;
  if (!options.memory.empty()) fit_memory(named.model, options, context);
  std::string hash;
  write_folder(options.folder, [&](const fs::path& folder) {
    hash = network::save_model(folder, named.model, options.type);
    const fs::path usual = named.folder / listening::kProfileFile;
    if (fs::exists(usual)) fs::copy_file(usual, folder / listening::kProfileFile);
    const fs::path card = named.folder / "README.md";
    if (!fs::exists(card)) return;
    std::string text = read_text(card);
    if (const auto at = text.find(old_hash); !old_hash.empty() && at != std::string::npos) {
      text.replace(at, old_hash.size(), hash);
    }
    write_file(folder / "README.md", text);
  });
  context.progress.message(
      fmt::format("{}: holds the model {} now. Its README.md is the model card; add the licence of "
                  "the music there",
                  options.folder, options.model.name));
  fmt::print("{}\n", hash);
}

}  // namespace

void add_export(CLI::App& app, Context& context) {
  auto options = std::make_shared<Options>();
  add_model(app, options->model)->required();
  app.add_option("FOLDER", options->folder, "the folder to make")->required();
  one_of<network::DType>(
      app.add_option("--as", options->type,
                     "how weights are stored: bf16 (default) and f16 take half the space of f32"));
  app.add_option("--memory", options->memory,
                 "fit what the model recalls of a piece while it runs, on this music (folders and "
                 "files), which it must not have learned from")
      ->type_name("PATH");
  one_of(app.add_option("--memory-split", options->memory_split,
                        "the part of that music to fit it on (default: valid)"),
         word_texts<corpus::Part>());
  one_of<listening::Remembered>(app.add_option(
      "--remember", options->remembered,
      "what of a piece it may repeat: frames in which notes begin (onsets, the default: to compose "
      "with), or held notes and silence too (all: the highest likelihood)"));
  app.add_option("--threads", options->threads, "threads; 0: as many as the processor has")
      ->capture_default_str();
  app.callback([options, &context] { run(*options, context); });
}

}  // namespace toccata::cli
