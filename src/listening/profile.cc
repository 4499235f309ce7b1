#include "listening/profile.h"

#include <algorithm>
#include <cmath>
#include <tuple>

#include "base/error.h"
#include "base/parallel.h"
#include "listening/distribution.h"
#include "listening/notes.h"
#include "music/excerpt.h"

namespace toccata::listening {
namespace {

constexpr std::size_t kMostChunks = 2000;
constexpr double kFarthest = 5;  // standard deviations

struct Chunk {
  const music::Roll* roll;
  int begin, length;
};

void add_chunks(const music::Roll& roll, int quarters, std::vector<Chunk>& chunks) {
  const int length = quarters * roll.grid;
  for (int t = 0; t + length <= roll.steps; t += length) chunks.push_back({&roll, t, length});
}

// The lowest and the highest pitch in any piece.
std::pair<int, int> pitches_of(std::span<const corpus::Piece* const> pieces) {
  int low = 128, high = -1;
  for (const corpus::Piece* piece : pieces) {
    for (const RollNote& note : notes_of(piece->roll)) {
      low = std::min(low, note.pitch);
      high = std::max(high, note.pitch);
    }
  }
  return {high < 0 ? 0 : low, high};
}

Statistics statistics_of(const Chunk& chunk) {
  return statistics(music::excerpt(*chunk.roll, chunk.begin, chunk.length));
}

std::vector<Usual> usual_of(const std::vector<Statistics>& counted) {
  std::vector<Usual> usual;
  for (const Statistic& statistic : all_statistics()) {
    std::vector<double> values;
    for (const Statistics& one : counted) values.push_back(one.*statistic.value);
    const Summary summary = summarise(values);
    usual.push_back({summary.count, summary.mean, summary.sd});
  }
  return usual;
}

// Not in what earlier versions kept.
bool is_new(const Statistic& statistic) {
  return statistic.value == &Statistics::pitch_median || statistic.value == &Statistics::pitch_sd;
}

// A statistic that never varies in the corpus may vary a little all the same.
double spread(const Usual& usual) {
  return std::max({usual.sd, 0.05 * std::abs(usual.mean), 0.01});
}

double distance_of(const ProfileOf& profile, const Statistics& found) {
  double sum = 0;
  int count = 0;
  for (std::size_t i = 0; i < profile.usual.size(); ++i) {
    const Statistic& statistic = all_statistics()[i];
    const Usual& usual = profile.usual[i];
    if (statistic.value == &Statistics::total_used_note || usual.count < 2) continue;
    const double value = found.*statistic.value;
    const double away = std::isfinite(value)
                            ? std::min(std::abs(value - usual.mean) / spread(usual), kFarthest)
                            : kFarthest;
    sum += away * away;
    ++count;
  }
  return count ? std::sqrt(sum / count) : 0;
}

}  // namespace

Profile profile(std::span<const corpus::Piece* const> pieces, int threads) {
  Profile result;
  result.pieces = static_cast<int>(pieces.size());
  std::tie(result.low, result.high) = pitches_of(pieces);
  for (const int quarters : kProfileQuarters) {
    std::vector<Chunk> chunks;
    for (const corpus::Piece* piece : pieces) add_chunks(piece->roll, quarters, chunks);
    if (chunks.size() > kMostChunks) {
      std::vector<Chunk> some;
      for (std::size_t i = 0; i < kMostChunks; ++i) {
        some.push_back(chunks[i * chunks.size() / kMostChunks]);
      }
      chunks = std::move(some);
    }
    if (chunks.size() < 2) continue;
    std::vector<Statistics> counted(chunks.size());
    parallel_for(chunks.size(), threads,
                 [&](std::size_t i) { counted[i] = statistics_of(chunks[i]); });
    result.lengths.push_back({quarters, static_cast<int>(chunks.size()), usual_of(counted)});
  }
  if (result.lengths.empty()) {
    fail(
        "the corpus' {} pieces hold no two stretches of {} quarter notes: too little to say what "
        "is usual in it",
        pieces.size(), kProfileQuarters.front());
  }
  return result;
}

double distance(const Profile& profile, const music::Roll& roll) {
  for (auto length = profile.lengths.rbegin(); length != profile.lengths.rend(); ++length) {
    std::vector<Chunk> chunks;
    add_chunks(roll, length->quarters, chunks);
    if (chunks.empty()) continue;
    double sum = 0;
    for (const Chunk& chunk : chunks) sum += distance_of(*length, statistics_of(chunk));
    return sum / static_cast<double>(chunks.size());
  }
  return distance_of(profile.lengths.front(), statistics(roll));
}

std::vector<Beside> beside(const Profile& profile, std::span<const music::Roll> pieces) {
  if (pieces.empty()) return {};
  const ProfileOf* length = &profile.lengths.front();
  for (const ProfileOf& one : profile.lengths)
    if (one.quarters * pieces.front().grid <= pieces.front().steps) length = &one;
  std::vector<Statistics> counted;
  for (const music::Roll& piece : pieces) {
    std::vector<Chunk> chunks;
    add_chunks(piece, length->quarters, chunks);
    for (const Chunk& chunk : chunks) counted.push_back(statistics_of(chunk));
    if (chunks.empty()) counted.push_back(statistics(piece));
  }
  const std::vector<Usual> found = usual_of(counted);
  std::vector<Beside> all;
  for (std::size_t i = 0; i < found.size(); ++i) {
    const Statistic& statistic = all_statistics()[i];
    const Usual& usual = length->usual[i];
    if (statistic.value == &Statistics::total_used_note) continue;
    if (usual.count < 2 || found[i].count == 0) continue;
    all.push_back(
        {&statistic, usual.mean, found[i].mean, (found[i].mean - usual.mean) / spread(usual)});
  }
  return all;
}

OrderedJson to_json(const Profile& profile) {
  OrderedJson json, lengths = OrderedJson::array();
  for (const ProfileOf& one : profile.lengths) {
    OrderedJson statistics;
    for (std::size_t i = 0; i < one.usual.size(); ++i) {
      const Usual& usual = one.usual[i];
      statistics[std::string(all_statistics()[i].name)] = {
          {"count", usual.count}, {"mean", usual.mean}, {"sd", usual.sd}};
    }
    lengths.push_back({{"quarters", one.quarters},
                       {"stretches", one.stretches},
                       {"statistics", std::move(statistics)}});
  }
  json["format_version"] = 1;
  json["pieces"] = profile.pieces;
  if (profile.high >= 0) json["pitches"] = {profile.low, profile.high};
  json["lengths"] = std::move(lengths);
  return json;
}

Profile profile_from_json(const Json& json, std::string_view where) {
  if (const int version = json_get<int>(json, "format_version", where); version != 1) {
    fail("{}: format_version: expected 1, found {}", where, version);
  }
  Profile profile;
  profile.pieces = json_get<int>(json, "pieces", where);
  if (json.contains("pitches")) {
    const auto pitches = json_get<std::vector<int>>(json, "pitches", where);
    if (pitches.size() != 2 || pitches[0] < 0 || pitches[0] > pitches[1] || pitches[1] > 127)
      fail("{}: pitches: expected the lowest and the highest, from 0 to 127", where);
    profile.low = pitches[0];
    profile.high = pitches[1];
  }
  for (const Json& entry : json_get<Json>(json, "lengths", where)) {
    ProfileOf one;
    one.quarters = json_get<int>(entry, "quarters", where);
    one.stretches = json_get<int>(entry, "stretches", where);
    const int after = profile.lengths.empty() ? 0 : profile.lengths.back().quarters;
    if (one.quarters <= after || one.quarters > 1 << 16) {
      fail("{}: quarters: expected lengths that grow, up to {}, found {}", where, 1 << 16,
           one.quarters);
    }
    const Json statistics = json_get<Json>(entry, "statistics", where);
    for (const Statistic& statistic : all_statistics()) {
      if (is_new(statistic) && !statistics.contains(statistic.name)) {
        one.usual.emplace_back();
        continue;
      }
      const Json usual = json_get<Json>(statistics, statistic.name, where);
      one.usual.push_back({json_get<int>(usual, "count", where),
                           json_get<double>(usual, "mean", where),
                           json_get<double>(usual, "sd", where)});
    }
    profile.lengths.push_back(std::move(one));
  }
  if (profile.lengths.empty()) fail("{}: \"lengths\" is empty", where);
  return profile;
}

std::optional<Profile> read_profile(const std::filesystem::path& model_folder) {
  const std::filesystem::path path = model_folder / kProfileFile;
  if (!std::filesystem::exists(path)) return std::nullopt;
  return profile_from_json(read_json(path), path.string());
}

}  // namespace toccata::listening
