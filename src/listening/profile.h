#pragma once
// What is usual in a corpus: mean and spread of each statistic (statistics.h) over stretches of
// equal length, since many of them depend on it; and how far a piece is from that. A model's folder
// may hold its corpus' profile, so that the corpus need not be at hand.

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

/// The lengths of stretches that are counted, in quarter notes: 4 to 64 bars of 4/4.
inline constexpr std::array<int, 5> kProfileQuarters = {16, 32, 64, 128, 256};

struct Usual {
  int count = 0;  // stretches that give an answer
  double mean = 0, sd = 0;
  bool operator==(const Usual&) const = default;
};

struct ProfileOf {  // stretches of one length
  int quarters = 16;
  int stretches = 0;
  std::vector<Usual> usual;  // one a statistic, in the order of all_statistics()
  bool operator==(const ProfileOf&) const = default;
};

struct Profile {
  int pieces = 0;
  std::vector<ProfileOf> lengths;  // shortest first; those of which there are two stretches or more
  bool operator==(const Profile&) const = default;
};

/// Consecutive stretches of each piece; of more than 2,000 of a length, evenly many are left out.
/// Throws Error where no piece is long enough for two stretches of 16 quarter notes in all.
/// The pieces must have been read as those that are compared: same range, grid and articulation.
Profile profile(std::span<const corpus::Piece* const> pieces, int threads);

/// How far a piece is from what is usual: for each stretch of it (of the longest length in the
/// profile that fits into it; where none does, the piece itself against the shortest), the root
/// mean square over the statistics of (value - mean) / sd, each at most 5; the mean over the
/// stretches. 1 is as far as a corpus piece is, about. A statistic without an answer, as silence
/// gives, counts 5. The number of notes is left out: it says the same as notes_per_step.
double distance(const Profile& profile, const music::Roll& roll);

OrderedJson to_json(const Profile& profile);
/// Throws Error where it is none; `where` names the file.
Profile profile_from_json(const Json& json, std::string_view where);
/// Of a model's folder; none where it has none.
std::optional<Profile> read_profile(const std::filesystem::path& model_folder);

}  // namespace toccata::listening
