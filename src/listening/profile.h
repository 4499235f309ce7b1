#pragma once
// The profile of a corpus: mean and spread of each statistic (statistics.h) over stretches of equal
// length, since many statistics depend on the length; and the distance of a piece from it. A
// model's folder may hold the profile of its corpus, so that the corpus need not be at hand.

#include <array>
#include <filesystem>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "corpus/piece.h"
#include "listening/statistics.h"

namespace toccata::listening {

inline constexpr std::string_view kProfileFile = "statistics.json";  // in a model's folder

/// The lengths of the stretches, in quarter notes: 4 to 64 bars of 4/4.
inline constexpr std::array<int, 5> kProfileQuarters = {16, 32, 64, 128, 256};

struct Usual {
  int count = 0;  // stretches in which the statistic exists
  double mean = 0, sd = 0;
  bool operator==(const Usual&) const = default;
};

struct ProfileOf {  // stretches of one length
  int quarters = 16;
  int stretches = 0;
  std::vector<Usual> usual;  // one per statistic, in the order of all_statistics()
  bool operator==(const ProfileOf&) const = default;
};

struct Profile {
  int pieces = 0;
  int low = 0, high = -1;  // lowest and highest pitch; -1: not known (kept by an earlier version)
  std::vector<ProfileOf> lengths;  // shortest first; only lengths with two stretches or more
  bool operator==(const Profile&) const = default;
};

/// Counted over consecutive stretches of each piece; of more than 2,000 of a length, 2,000 are
/// taken at even distances. Throws Error if the pieces have fewer than two stretches of 16 quarter
/// notes. Pieces to be compared must be read alike: same range, grid and articulation.
Profile profile(std::span<const corpus::Piece* const> pieces, int threads);

/// How far a piece is from the profile, in standard deviations; a corpus piece has about 1. For a
/// stretch it is the root mean square over the statistics of (value - mean) / sd, each at most 5; a
/// statistic that does not exist (as in silence) counts 5. The number of notes is left out, since
/// notes_per_step says the same. The piece is cut into stretches of the longest length in the
/// profile that fits into it, and the mean over them is taken; a shorter piece is compared whole
/// with the shortest length.
double distance(const Profile& profile, const music::Roll& roll);

/// A statistic of some pieces beside the corpus'.
struct Beside {
  const Statistic* statistic = nullptr;
  double corpus = 0, pieces = 0;  // means
  double away = 0;                // (pieces - corpus) in standard deviations of the corpus
};
/// Every statistic that exists in both, over stretches of one length: the longest in the profile
/// that fits into the first piece; pieces shorter than the shortest are taken whole. The number of
/// notes is left out, as by distance.
std::vector<Beside> beside(const Profile& profile, std::span<const music::Roll> pieces);

OrderedJson to_json(const Profile& profile);
/// Throws Error if the JSON is not a profile; `where` names the file.
Profile profile_from_json(const Json& json, std::string_view where);
/// The profile in a model's folder, if it has one.
std::optional<Profile> read_profile(const std::filesystem::path& model_folder);

}  // namespace toccata::listening
