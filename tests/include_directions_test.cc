// Rooms include only the rooms below them (docs/architecture.md), tests included, and LibTorch
// stays in torch.

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <map>
#include <regex>
#include <set>
#include <string>
#include <vector>

namespace {
namespace fs = std::filesystem;

// What each room may include directly; it may also include whatever those may.
const std::map<std::string, std::set<std::string>> kRooms = {
    {"base", {}},
    {"notation", {"base"}},
    {"music", {"notation"}},
    {"corpus", {"music"}},
    {"network", {"music"}},
    {"runs", {"network"}},
    {"listening", {"network", "corpus"}},
    {"composing", {"network", "listening"}},
    {"training", {"runs", "listening"}},
    {"torch", {"training"}},
    {"rendering", {"notation", "music"}},
    {"playing", {"composing", "rendering"}},
    {"tasks", {"composing", "training", "rendering"}},
    {"studio", {"tasks"}},
    {"cli", {"tasks", "playing", "studio"}},
};

std::set<std::string> reachable(const std::string& room) {
  std::set<std::string> all = {room};
  for (const std::string& below : kRooms.at(room)) all.merge(reachable(below));
  return all;
}

struct Include {
  fs::path file;
  std::string path;
};

std::vector<Include> includes_of(const fs::path& folder) {
  const std::regex line_form(R"re(^\s*#\s*include\s*([<"][^>"]+)[>"])re");
  std::vector<Include> found;
  for (const auto& entry : fs::recursive_directory_iterator(folder)) {
    const auto extension = entry.path().extension();
    if (extension != ".h" && extension != ".cc") continue;
    std::ifstream file(entry.path());
    std::smatch match;
    for (std::string line; std::getline(file, line);)
      if (std::regex_search(line, match, line_form)) found.push_back({entry.path(), match[1]});
  }
  return found;
}

const fs::path kSource = fs::path(TOCCATA_SOURCE_DIR) / "src";

TEST(IncludeDirections, EveryFolderIsARoom) {
  for (const auto& entry : fs::directory_iterator(kSource)) {
    if (entry.is_directory()) {
      EXPECT_TRUE(kRooms.contains(entry.path().filename()))
          << entry.path() << " is not in the list of rooms";
    }
  }
}

TEST(IncludeDirections, RoomsIncludeOnlyRoomsBelow) {
  int looked_at = 0;
  for (const auto& [room, below] : kRooms) {
    if (!fs::exists(kSource / room)) continue;
    const auto allowed = reachable(room);
    for (const Include& include : includes_of(kSource / room)) {
      const std::string first = include.path.substr(1, include.path.find('/') - 1);
      if (include.path[0] != '"' || !kRooms.contains(first)) continue;
      ++looked_at;
      EXPECT_TRUE(allowed.contains(first)) << include.file << " includes " << include.path.substr(1)
                                           << "; " << room << " may not include " << first;
    }
  }
  EXPECT_GT(looked_at, 50) << "the includes were not found: is " << kSource << " the source?";
}

// Training and stepping share the model and its kernels, and know nothing of each other.
TEST(IncludeDirections, NetworksFoldersIncludeOnlyFoldersBelow) {
  const std::map<std::string, std::set<std::string>> folders = {
      {"model", {"model"}},
      {"kernels", {"kernels", "model"}},
      {"train", {"train", "kernels", "model"}},
      {"step", {"step", "kernels", "model"}}};
  const std::regex aside("_(test|bench|test_music)$");
  for (const Include& include : includes_of(kSource / "network")) {
    const std::string folder = include.file.parent_path().filename();
    if (!include.path.starts_with("\"network/") ||
        std::regex_search(include.file.stem().string(), aside))
      continue;
    const std::string other = fs::path(include.path.substr(1)).parent_path().filename();
    ASSERT_TRUE(folders.contains(folder)) << folder << " is not in the list";
    EXPECT_TRUE(folders.at(folder).contains(other)) << include.file << " includes " << include.path;
  }
}

// A unit is a header with its source. Two units that need each other are one idea in two files.
TEST(IncludeDirections, NoTwoUnitsNeedEachOther) {
  const std::regex aside("_(test|bench|fuzz)$");
  std::map<std::string, std::set<std::string>> needs;
  for (const Include& include : includes_of(kSource)) {
    const std::string unit =
        fs::relative(include.file, kSource).replace_extension().generic_string();
    const std::string other = fs::path(include.path.substr(1)).replace_extension().generic_string();
    if (include.path[0] == '"' && unit != other && !std::regex_search(unit, aside))
      needs[unit].insert(other);
  }
  EXPECT_GT(needs.size(), 100U);
  for (const auto& [unit, first] : needs) {
    std::set<std::string> reached;
    std::vector<std::string> next(first.begin(), first.end());
    while (!next.empty()) {
      const std::string at = next.back();
      next.pop_back();
      if (!reached.insert(at).second || !needs.contains(at)) continue;
      next.insert(next.end(), needs[at].begin(), needs[at].end());
    }
    EXPECT_FALSE(reached.contains(unit)) << unit << " includes what includes it";
  }
}

TEST(IncludeDirections, OnlyTorchKnowsLibTorch) {
  const std::regex torch(R"(^[<"](torch|ATen|c10|caffe2)/)");
  for (const Include& include : includes_of(kSource)) {
    if (fs::relative(include.file, kSource).begin()->string() == "torch") continue;
    EXPECT_FALSE(std::regex_search(include.path, torch))
        << include.file << " includes LibTorch's " << include.path.substr(1);
  }
}

// Files, signals, processes, memory maps, terminals and sockets: base alone asks the system, so
// that a system of another kind is one more folder there (base/posix, base/windows, base/wasm).
TEST(IncludeDirections, OnlyBaseKnowsTheOperatingSystem) {
  const std::regex system(
      "^<((sys|linux|net|netinet|arpa|mach)/.*|(windows|winsock2?|io|direct|process|unistd|fcntl|"
      "c?signal|termios|poll|netdb|dlfcn|spawn|sched|pthread|dirent|glob|pwd|grp|ucontext|execinfo|"
      "ifaddrs|syslog)([.]h)?)$");
  // LibTorch's stores and launchers speak of sockets and processes themselves.
  const std::set<std::string> free = {"base",       "torch",         "rendering",
                                      "hosts",      "ranks_meeting", "ranks_c10d",
                                      "test_ranks", "train_handover"};
  int in_base = 0;
  for (const Include& include : includes_of(kSource)) {
    const std::string room = fs::relative(include.file, kSource).begin()->string();
    const std::string name = include.file.stem().string();
    if (!std::regex_search(include.path, system)) continue;
    in_base += room == "base";
    // A test may do to a program what a user would, and a measurement asks for the clock of
    // threads.
    if (free.contains(room) || free.contains(name) || name.ends_with("_test") ||
        name.ends_with("_bench"))
      continue;
    ADD_FAILURE() << include.file << " includes " << include.path
                  << "> itself; base does that for all (docs/architecture.md)";
  }
  EXPECT_GT(in_base, 10) << "the system's headers were not found in base";
}

TEST(IncludeDirections, TheBuildLinksNoRoomToOneAbove) {
  std::ifstream file(kSource / "CMakeLists.txt");
  const std::regex form(R"(toccata_room\((\w+) ROOMS ([a-z ]+))");
  std::smatch match;
  int rooms = 0;
  for (std::string line; std::getline(file, line);) {
    if (!std::regex_search(line, match, form)) continue;
    ++rooms;
    const auto allowed = reachable(match[1]);
    std::istringstream names(match[2]);
    for (std::string name; names >> name;) {
      EXPECT_TRUE(allowed.contains(name)) << match[1] << " is linked to " << name;
    }
  }
  EXPECT_GE(rooms, 8);
}

}  // namespace
