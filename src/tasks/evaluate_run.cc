#include "tasks/evaluate_run.h"

#include <algorithm>
#include <array>
#include <map>

#include "base/json.h"
#include "base/text.h"
#include "training/options_file.h"

namespace toccata::tasks {
namespace {
namespace fs = std::filesystem;

constexpr std::array<const char*, 5> kParts = {"train", "valid", "test", "unseen", "all"};

/// A run's split.json: where it put each piece, by name and by the hash of its music.
struct RunSplit {
  bool known = false;
  std::map<std::string, std::string> by_name, by_hash;

  RunSplit(const fs::path& folder, const std::optional<runs::RunFolder>& run) {
    fs::path file = folder / "split.json";
    if (run && !fs::exists(file)) file = run->path / "split.json";
    if (!fs::exists(file)) return;
    known = true;
    const Json json = read_json(file);
    const Json hashes = json_get_or<Json>(json, "hashes", Json::object(), file.string());
    using Names = std::vector<std::string>;
    for (const char* part : {"train", "valid", "test"}) {
      for (const auto& name : json_get_or<Names>(json, part, {}, file.string()))
        by_name[name] = part;
      for (const auto& hash : json_get_or<Names>(hashes, part, {}, file.string()))
        by_hash[hash] = part;
    }
  }
  std::string part_of(const corpus::Piece& piece, bool own) const {
    if (own)
      if (const auto found = by_name.find(piece.name); found != by_name.end()) return found->second;
    const auto found = by_hash.find(piece.hash);
    return found == by_hash.end() ? "unseen" : found->second;
  }
};

const char* name_of(corpus::Part part) {
  return part == corpus::Part::train ? "train" : part == corpus::Part::valid ? "valid" : "test";
}

}  // namespace

RunMusic run_music(const std::optional<runs::RunFolder>& run) {
  RunMusic music;
  if (run && fs::exists(run->options())) {
    training::TrainOptions options;
    training::apply_toml(options, run->options());
    music.min_steps = options.min_steps;
    const auto add = [&](const std::vector<std::string>& paths) {
      for (const std::string& path : paths)
        if (std::ranges::find(music.paths, path) == music.paths.end()) music.paths.push_back(path);
    };
    add(options.paths);
    for (const training::Stage& stage : options.stages) add(stage.paths);
  }
  if (music.paths.empty())
    fail_usage(
        "this model does not say what music it learned from: name some, toccata evaluate MODEL "
        "PATH…");
  return music;
}

std::vector<EvaluatedPart> parts_of(const corpus::Corpus& corpus, const fs::path& folder,
                                    const std::optional<runs::RunFolder>& run, bool own) {
  const RunSplit split(folder, run);
  std::map<std::string, std::vector<const corpus::Piece*>> pieces;
  for (const corpus::Piece& piece : corpus.pieces) {
    const auto given = corpus.given_split.find(piece.name);
    std::string part = "all";
    if (own && split.known)
      part = split.part_of(piece, true);
    else if (given != corpus.given_split.end())
      part = name_of(given->second);
    else if (!corpus.given_split.empty())
      part = "unseen";
    else if (split.known)
      part = split.part_of(piece, false);
    pieces[part].push_back(&piece);
  }
  std::vector<EvaluatedPart> parts;
  for (const char* name : kParts)
    if (const auto found = pieces.find(name); found != pieces.end())
      parts.push_back({name, std::move(found->second)});
  return parts;
}

void tell_moved(const corpus::Corpus& corpus, const network::Config& config, bool strict,
                Progress& progress) {
  long notes = 0;
  std::vector<std::string> names;
  for (const corpus::FileReport& file : corpus.report.files) {
    if (!file.kept || file.folded == 0) continue;
    notes += file.folded;
    names.push_back(file.name);
  }
  if (notes == 0) return;
  const std::string what =
      fmt::format("{} in {} {} outside the model's range, {} to {}", counted(notes, "note"),
                  names.size() == 1 ? names.front() : counted(names.size(), "piece"),
                  notes == 1 ? "lies" : "lie", config.roll.low, config.roll.high);
  if (strict) fail("{}; without --strict they are moved into it by octaves", what);
  progress.warning(what + "; moved into it by octaves (--strict refuses them)");
}

void evaluate(std::span<const network::Model> models, const std::vector<EvaluatedPart>& parts,
              const EvaluateOptions& options, const EvaluateObserver& observer, Progress& progress,
              const Stop& stop) {
  if (models.size() > 1 && options.trials.trials > 0)
    fail_usage("--trials measures one model: leave --with out");
  const auto find = [&](const std::string& name) {
    return std::ranges::find(parts, name, &EvaluatedPart::name);
  };
  if (!options.part.empty() && find(options.part) == parts.end()) {
    std::string found;
    for (const EvaluatedPart& part : parts)
      found += fmt::format("{}{} ({})", found.empty() ? "" : ", ", part.name,
                           counted(part.pieces.size(), "piece"));
    fail_usage(
        "there is no {} part in this music; found: {}. A split.json beside it would say "
        "what belongs to which",
        options.part, found);
  }
  const auto train = find("train");
  for (const EvaluatedPart& part : parts) {
    if (!options.part.empty() && options.part != part.name) continue;
    PartEvaluation result;
    result.part = part.name;
    result.pieces = part.pieces.size();
    result.baseline_counted_on = train == parts.end() ? part.name : "train";
    result.baseline =
        listening::baseline(train == parts.end() ? part.pieces : train->pieces, part.pieces)
            .per_step();
    observer.begun(result);
    result.likelihood = listening::likelihood(listening::Models{models}, part.pieces,
                                              {.sequences = options.sequences,
                                               .threads = options.trials.threads,
                                               .precision = options.precision},
                                              progress, stop);
    if (options.trials.trials > 0 && !stop.requested())
      result.trials =
          listening::run_trials(models.front(), part.pieces, options.trials, progress, stop);
    if (stop.requested()) return;
    observer.ended(result);
  }
}

}  // namespace toccata::tasks
