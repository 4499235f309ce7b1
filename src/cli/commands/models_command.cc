#include "cli/commands/commands.h"

#include <algorithm>
#include <filesystem>
#include <memory>
#include <optional>

#include "base/files.h"
#include "base/json.h"
#include "network/model/model_files.h"
#include "network/model/weights.h"
#include "runs/metrics.h"
#include "runs/model_card.h"
#include "runs/model_name.h"
#include "runs/run_folder.h"

namespace toccata::cli {
namespace {

namespace fs = std::filesystem;

struct Options {
  std::string output = "output";
  bool json = false;
};

// A row of the list. What a folder does not say is left empty; a broken folder is listed with its
// fault, and hides no other.
struct Row {
  runs::KnownModel model;
  std::size_t parameters = 0;
  std::uintmax_t bytes = 0;
  network::Config config;
  std::optional<double> valid_nats;  // log-likelihood in nats per time step
  std::string fault;
};

// Of the best weights, from the model card, or else from what training recorded.
std::optional<double> validation_of(const runs::RunFolder& folder) {
  if (fs::exists(folder.card())) {
    const auto nats = runs::valid_nats_of_card(read_text(folder.card()));
    if (nats) return nats;
  }
  std::optional<double> best;
  for (const runs::MetricsRow& row : runs::read_metrics(folder.metrics()))
    if (row.valid_nats == row.valid_nats)
      best = std::max(best.value_or(row.valid_nats), row.valid_nats);
  return best;
}

Row describe(const runs::KnownModel& model) {
  Row row;
  row.model = model;
  const runs::RunFolder folder{model.path};
  try {
    if (fs::exists(folder.config())) {
      row.config = network::config_from_json(read_json(folder.config()), folder.config().string());
      row.parameters = network::parameter_count(row.config);
    }
    row.valid_nats = validation_of(folder);
    if (model.complete) {
      row.bytes = fs::file_size(folder.model());
      network::check_model_files(model.path);
    } else {
      row.fault = "no model yet";
    }
  } catch (const std::exception& error) {
    row.fault = fmt::format("damaged: {}", error.what());
  }
  return row;
}

OrderedJson to_json(const Row& row) {
  OrderedJson json;
  json["name"] = row.model.name;
  json["type"] = runs::to_word(row.model.kind);
  json["folder"] = row.model.path.string();
  json["bytes"] = row.bytes;
  json["parameters"] = row.parameters;
  json["valid_nats_per_step"] = row.valid_nats ? OrderedJson(*row.valid_nats) : OrderedJson();
  if (row.parameters > 0) json["config"] = network::to_json(row.config);
  if (!row.fault.empty()) json["fault"] = row.fault;
  return json;
}

void print_table(const std::vector<Row>& rows) {
  std::size_t name = 4, sizes = 5;
  for (const Row& row : rows) {
    name = std::max(name, row.model.name.size());
    if (row.parameters > 0) sizes = std::max(sizes, network::layers_text(row.config).size());
  }
  fmt::print("{:<{}}  {:<9}  {:>10}  {:>8}  {:<{}}  {:>7}  {:>10}\n", "name", name, "type",
             "parameters", "MB", "units", sizes, "pitches", "validation");
  for (const Row& row : rows) {
    const std::string known =
        row.parameters == 0
            ? fmt::format("{:>10}  {:>8}  {:<{}}  {:>7}", "", "", "", sizes, "")
            : fmt::format("{:>10}  {:>8.1f}  {:<{}}  {:>7}", row.parameters,
                          static_cast<double>(row.bytes) / 1e6, network::layers_text(row.config),
                          sizes, fmt::format("{}-{}", row.config.roll.low, row.config.roll.high));
    const std::string nats = row.valid_nats ? fmt::format("{:.3f}", *row.valid_nats) : "";
    fmt::print("{:<{}}  {:<9}  {}  {:>10}{}\n", row.model.name, name, runs::to_word(row.model.kind),
               known, nats, row.fault.empty() ? "" : "  " + row.fault);
  }
  fmt::print(
      "\nvalidation: log-likelihood of held-out pieces, nats per time step; higher is better\n");
}

void models(const Options& options, Context& context) {
  const runs::Places places{.output = options.output};
  std::vector<Row> rows;
  for (const runs::KnownModel& model : runs::known_models(places)) rows.push_back(describe(model));
  if (options.json) {
    OrderedJson list = OrderedJson::array();
    for (const Row& row : rows) list.push_back(to_json(row));
    fmt::print("{}\n", list.dump(2, ' ', false, OrderedJson::error_handler_t::replace));
  } else if (rows.empty()) {
    context.progress.message(
        fmt::format("no models: no runs under {}, and none are shipped with this program "
                    "(TOCCATA_MODELS can name "
                    "their folder). toccata train FOLDER --name NAME makes one",
                    options.output));
  } else {
    print_table(rows);
  }
}

}  // namespace

void add_models(CLI::App& app, Context& context) {
  const auto options = std::make_shared<Options>();
  app.add_option("--output", options->output, "folder of the runs")
      ->type_name("FOLDER")
      ->capture_default_str();
  app.add_flag("--json", options->json, "the list as JSON on stdout");
  app.callback([options, &context] { models(*options, context); });
}

}  // namespace toccata::cli
