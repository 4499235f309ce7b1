#include "training/data.h"

#include <fmt/ranges.h>
#include <algorithm>
#include <map>

#include "base/error.h"
#include "base/json.h"

namespace toccata::training {
namespace {
namespace fs = std::filesystem;

std::map<std::string, corpus::Part> read_split_file(const fs::path& path) {
  const Json json = read_json(path);
  std::map<std::string, corpus::Part> parts;
  using Named = std::pair<const char*, corpus::Part>;
  for (const auto& [key, part] :
       {Named{"train", corpus::Part::train}, Named{"valid", corpus::Part::valid},
        Named{"test", corpus::Part::test}})
    for (const auto& name : json_get_or<std::vector<std::string>>(json, key, {}, path.string()))
      parts[name] = part;
  if (parts.empty())
    fail("{}: expected {{\"train\": [names], \"valid\": …, \"test\": …}}, found no names",
         path.string());
  return parts;
}

/// Pieces of `from` that `split` names, but those whose music `without` knows.
Pieces pick(const corpus::Corpus& from, const std::vector<std::size_t>& split,
            const std::set<std::string>& without = {}) {
  Pieces pieces;
  for (const std::size_t index : split)
    if (!without.contains(from.pieces[index].hash)) pieces.push_back(&from.pieces[index]);
  return pieces;
}

void note_hashes(const Pieces& pieces, std::set<std::string>& hashes) {
  for (const corpus::Piece* piece : pieces) hashes.insert(piece->hash);
}

void append_once(Pieces& all, const Pieces& more) {
  std::set<const corpus::Piece*> there(all.begin(), all.end());
  for (const corpus::Piece* piece : more)
    if (there.insert(piece).second) all.push_back(piece);
}

corpus::ImportOptions packed(corpus::ImportOptions options) {
  options.leave_packed = true;
  return options;
}

OrderedJson listed(const Pieces& pieces, std::string corpus::Piece::*field) {
  OrderedJson list = OrderedJson::array();
  for (const corpus::Piece* piece : pieces) list.push_back(piece->*field);
  return list;
}

}  // namespace

TrainingData read_data(const TrainOptions& options, const std::set<std::string>& trained_before,
                       Progress& progress, const Stop& stop) {
  TrainingData data;
  data.trained = trained_before;
  std::map<std::string, corpus::Part> given;
  if (!options.split.empty()) given = read_split_file(options.split);

  const std::vector<Stage> stages = resolved_stages(options);
  std::vector<std::vector<std::string>> path_lists;
  std::vector<std::size_t> corpus_of_stage;
  for (const Stage& stage : stages) {
    const auto found = std::find(path_lists.begin(), path_lists.end(), stage.paths);
    corpus_of_stage.push_back(static_cast<std::size_t>(found - path_lists.begin()));
    if (found == path_lists.end()) path_lists.push_back(stage.paths);
  }
  for (const std::vector<std::string>& paths : path_lists) {
    if (paths.empty()) fail_usage("no music is given to learn from: expected folders or files");
    const std::vector<fs::path> named(paths.begin(), paths.end());
    data.corpora.push_back(
        corpus::import_paths(named, packed(import_options(options)), progress, stop));
    if (stop.requested()) return data;
    if (!given.empty()) data.corpora.back().given_split = given;
    if (data.corpora.back().roll != data.corpora.front().roll)
      fail_usage(
          "{} and {} cannot be learned by one model: one has articulation, the other (roll "
          "files) has none; --articulation false reads both without",
          fmt::join(path_lists.front(), ", "), fmt::join(paths, ", "));
  }
  data.roll = data.corpora.front().roll;

  std::set<std::string> held_out;
  std::vector<StageData> of_corpus;
  for (const corpus::Corpus& corpus : data.corpora) {
    const corpus::Split split = corpus::make_split(corpus,
                                                   {.validation = options.validation_pieces,
                                                    .test = options.test_pieces,
                                                    .seed = options.seed,
                                                    .trained = data.trained},
                                                   progress);
    StageData& stage = of_corpus.emplace_back();
    // Only a given split may hold out what another stage learns from; then it is learned from no
    // more. A file's own duplicates within one given split stay as given.
    stage.train = pick(corpus, split.train, held_out);
    stage.valid = pick(corpus, split.valid);
    const Pieces test = pick(corpus, split.test);
    if (stage.train.empty()) fail("nothing is left to train on after holding pieces out");
    note_hashes(stage.train, data.trained);
    note_hashes(stage.valid, held_out);
    note_hashes(test, held_out);
    append_once(data.train, stage.train);
    append_once(data.valid, stage.valid);
    append_once(data.test, test);
  }
  for (const std::size_t index : corpus_of_stage) data.stages.push_back(of_corpus[index]);
  return data;
}

OrderedJson split_json(const TrainingData& data) {
  OrderedJson json, hashes;
  json["train"] = listed(data.train, &corpus::Piece::name);
  json["valid"] = listed(data.valid, &corpus::Piece::name);
  json["test"] = listed(data.test, &corpus::Piece::name);
  hashes["train"] = listed(data.train, &corpus::Piece::hash);
  hashes["valid"] = listed(data.valid, &corpus::Piece::hash);
  hashes["test"] = listed(data.test, &corpus::Piece::hash);
  json["hashes"] = std::move(hashes);
  json["trained"] = data.trained;
  return json;
}

std::set<std::string> trained_hashes(const fs::path& model_folder) {
  // A closing slash would count as a folder of its own.
  const fs::path folder = (fs::absolute(model_folder) / "").lexically_normal().parent_path();
  for (const fs::path& place : {folder, folder.parent_path().parent_path()}) {
    const fs::path file = place / "split.json";
    if (fs::exists(file))
      return json_get<std::set<std::string>>(read_json(file), "trained", file.string());
  }
  return {};
}

InMemory::InMemory(std::span<const corpus::Piece* const> pieces) {
  for (const corpus::Piece* piece : pieces) {
    if (piece->packed) {
      corpus::Piece& read = read_.emplace_back();
      read.name = piece->name;
      read.hash = piece->hash;
      corpus::whole_roll(*piece, read.roll);
      piece = &read;
    }
    pieces_.push_back(piece);
  }
}

Pieces to_count_on(const Pieces& pieces) {
  constexpr std::int64_t kSteps = 1'000'000;
  if (pieces.empty() || !pieces.front()->packed || total_steps(pieces) <= kSteps) return pieces;
  Pieces ordered = pieces, counted;
  std::sort(ordered.begin(), ordered.end(), [](const corpus::Piece* a, const corpus::Piece* b) {
    return std::tie(a->hash, a->name) < std::tie(b->hash, b->name);
  });
  std::int64_t steps = 0;
  for (const corpus::Piece* piece : ordered) {
    if (steps >= kSteps) break;
    steps += piece->roll.steps;
    counted.push_back(piece);
  }
  return counted;
}

std::int64_t total_steps(const Pieces& pieces) {
  std::int64_t steps = 0;
  for (const corpus::Piece* piece : pieces) steps += piece->roll.steps;
  return steps;
}

}  // namespace toccata::training
