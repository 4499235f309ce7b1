#include "cli/commands/commands.h"

#include <cmath>
#include <memory>

#include "base/files.h"
#include "base/json.h"
#include "base/parallel.h"
#include "base/text.h"
#include "cli/commands/model_argument.h"
#include "cli/commands/music_arguments.h"
#include "cli/shell/option_values.h"
#include "listening/distribution.h"
#include "listening/profile.h"
#include "listening/statistics.h"
#include "listening/teacher_forcing.h"
#include "music/excerpt.h"

namespace toccata::cli {
namespace {

struct Options {
  std::vector<std::string> paths, against;
  std::string split, against_split;
  int excerpt = 0;
  corpus::ImportOptions read = listening_import();
  ModelArgument keep_with;  // the model in whose folder the statistics are kept; no name: none
  bool json = false;
};

struct Described {
  std::string name;
  listening::Statistics statistics;
};

std::vector<Described> describe_all(const std::vector<std::string>& paths, const std::string& split,
                                    const Options& options, Context& context) {
  const std::vector<corpus::Piece> pieces = read_part(paths, split, options.read, context);
  struct Part {
    const corpus::Piece* piece;
    int begin, length;
  };
  std::vector<Part> parts;
  for (const corpus::Piece& piece : pieces) {
    if (options.excerpt == 0) parts.push_back({&piece, 0, piece.roll.steps});
    for (int t = 0; options.excerpt > 0 && t + options.excerpt <= piece.roll.steps;
         t += options.excerpt) {
      parts.push_back({&piece, t, options.excerpt});
    }
  }
  if (parts.empty()) fail("no piece is as long as an excerpt of {} steps", options.excerpt);
  std::vector<Described> described(parts.size());
  parallel_for(parts.size(), options.read.threads, [&](std::size_t i) {
    const auto& [piece, begin, length] = parts[i];
    described[i].name =
        options.excerpt ? fmt::format("{} from step {}", piece->name, begin) : piece->name;
    described[i].statistics = listening::statistics(music::excerpt(piece->roll, begin, length));
  });
  return described;
}

std::vector<double> values_of(const std::vector<Described>& described,
                              const listening::Statistic& statistic) {
  std::vector<double> values;
  for (const Described& one : described) values.push_back(one.statistics.*statistic.value);
  return values;
}

OrderedJson number(double value) {
  return std::isfinite(value) ? OrderedJson(value) : OrderedJson();
}

OrderedJson to_json(const listening::Summary& s) {
  return {{"count", s.count}, {"mean", s.mean},     {"sd", s.sd},   {"min", s.min}, {"p10", s.p10},
          {"p25", s.p25},     {"median", s.median}, {"p75", s.p75}, {"p90", s.p90}, {"max", s.max}};
}

void print_json(const std::vector<Described>& set, const std::vector<Described>& reference) {
  OrderedJson json, statistics, pieces = OrderedJson::array();
  for (const listening::Statistic& statistic : listening::all_statistics()) {
    const std::vector<double> values = values_of(set, statistic);
    OrderedJson row = to_json(listening::summarise(values));
    row["source"] = statistic.source;
    row["unit"] = statistic.unit;
    if (!reference.empty()) {
      const std::vector<double> others = values_of(reference, statistic);
      const listening::Likeness likeness = listening::likeness(values, others);
      row["against"] = to_json(listening::summarise(others));
      row["overlap"] = number(likeness.overlap);
      row["kl"] = number(likeness.kl);
    }
    statistics[std::string(statistic.name)] = std::move(row);
  }
  for (const Described& one : set) {
    OrderedJson row;
    row["name"] = one.name;
    for (const listening::Statistic& statistic : listening::all_statistics()) {
      row[std::string(statistic.name)] = number(one.statistics.*statistic.value);
    }
    pieces.push_back(std::move(row));
  }
  json["pieces"] = set.size();
  if (!reference.empty()) json["against_pieces"] = reference.size();
  json["statistics"] = std::move(statistics);
  json["per_piece"] = std::move(pieces);
  fmt::print("{}\n", json.dump(2, ' ', false, OrderedJson::error_handler_t::replace));
}

void print_table(const std::vector<Described>& set, const std::vector<Described>& reference) {
  fmt::print("{:<22}{:>9}{:>9}{:>9}{:>9}{:>9}", counted(set.size(), "piece"), "mean", "sd", "p10",
             "median", "p90");
  if (!reference.empty()) {
    fmt::print("   | {:>9}{:>9}{:>9}{:>9}{:>9}", "against", "p10", "p90", "overlap", "KL");
  }
  fmt::print("\n");
  for (const listening::Statistic& statistic : listening::all_statistics()) {
    const std::vector<double> values = values_of(set, statistic);
    const listening::Summary s = listening::summarise(values);
    fmt::print("{:<22}", statistic.name);
    if (s.count == 0) {
      fmt::print("{:>9}{:>36}", "-", "");
    } else {
      fmt::print("{:>9.3f}{:>9.3f}{:>9.3f}{:>9.3f}{:>9.3f}", s.mean, s.sd, s.p10, s.median, s.p90);
    }
    if (!reference.empty()) {
      const std::vector<double> others = values_of(reference, statistic);
      const listening::Summary r = listening::summarise(others);
      const listening::Likeness likeness = listening::likeness(values, others);
      fmt::print("   | {:>9.3f}{:>9.3f}{:>9.3f}{:>9.3f}{:>9.3f}", r.mean, r.p10, r.p90,
                 likeness.overlap, likeness.kl);
    }
    fmt::print("  {}{}{}\n", statistic.source, statistic.unit.empty() ? "" : ", ", statistic.unit);
  }
}

// What is usual in this music as a model reads it, kept in the model's folder.
void keep_profile(const Options& options, Context& context) {
  const NamedModel named = load_named(options.keep_with);
  corpus::ImportOptions read = options.read;
  read.roll = named.model.config.roll;
  const std::vector<corpus::Piece> pieces = read_part(options.paths, options.split, read, context);
  std::vector<const corpus::Piece*> all;
  for (const corpus::Piece& piece : pieces) {
    listening::check_fits(named.model.config, piece.roll, piece.name);
    all.push_back(&piece);
  }
  const listening::Profile profile = listening::profile(all, options.read.threads);
  const std::filesystem::path path = named.folder / listening::kProfileFile;
  write_file(path, listening::to_json(profile).dump(1) + "\n");
  context.progress.message(
      fmt::format("{}: the usual values of {} pieces, for generate --candidates", path.string(),
                  profile.pieces));
}

}  // namespace

void add_describe(CLI::App& app, Context& context) {
  auto options = std::make_shared<Options>();
  app.add_option("PATH", options->paths, "folders and files")->required();
  const std::vector<std::string> parts = word_texts<corpus::Part>();
  one_of(app.add_option("--split", options->split, "only this part of the music"), parts);
  app.add_option("--against", options->against,
                 "other folders to compare with: overlap and divergence of each statistic")
      ->type_name("PATH");
  one_of(app.add_option("--against-split", options->against_split,
                        "only this part of the other folders"),
         parts);
  app.add_option(
         "--excerpt", options->excerpt,
         "cut each piece into excerpts of this many steps, so that equal lengths are compared")
      ->check(at_least(0));
  add_reading(app, options->read);
  app.add_option("--for", options->keep_with.name,
                 "a model: write the usual values of this music, as the model reads it, to "
                 "statistics.json in its folder, for generate --candidates")
      ->type_name("MODEL");
  app.add_option("--output", options->keep_with.output, "folder of the runs")
      ->type_name("FOLDER")
      ->capture_default_str();
  app.add_flag("--json", options->json, "JSON, with each piece in it");
  app.callback([options, &context] {
    if (!options->keep_with.name.empty()) return keep_profile(*options, context);
    const std::vector<Described> set =
        describe_all(options->paths, options->split, *options, context);
    std::vector<Described> reference;
    if (!options->against.empty()) {
      reference = describe_all(options->against, options->against_split, *options, context);
    }
    options->json ? print_json(set, reference) : print_table(set, reference);
  });
}

}  // namespace toccata::cli
