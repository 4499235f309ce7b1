#include "cli/commands/commands.h"

#include <filesystem>
#include <memory>

#include "base/files.h"
#include "cli/commands/model_argument.h"
#include "cli/shell/option_values.h"
#include "listening/profile.h"

namespace toccata::cli {
namespace {
namespace fs = std::filesystem;

struct Options {
  ModelArgument model;
  std::string folder;
  network::DType type = network::DType::bf16;
};

void run(const Options& options, Context& context) {
  const NamedModel named = load_named(options.model);
  if (fs::exists(options.folder)) {
    fail_usage("{}: exists already; name another folder, or remove it", options.folder);
  }
  std::string hash;
  write_folder(options.folder, [&](const fs::path& folder) {
    hash = network::save_model(folder, named.model, options.type);
    const fs::path usual = named.folder / listening::kProfileFile;
    if (fs::exists(usual)) fs::copy_file(usual, folder / listening::kProfileFile);
    const fs::path card = named.folder / "README.md";
    if (!fs::exists(card)) return;
    std::string text = read_text(card);
    if (const auto at = text.find(named.model.hash);
        !named.model.hash.empty() && at != std::string::npos) {
      text.replace(at, named.model.hash.size(), hash);
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
  app.callback([options, &context] { run(*options, context); });
}

}  // namespace toccata::cli
