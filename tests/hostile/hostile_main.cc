// Hostile files and what is made of them, for tests from outside and for ./dev torture and ./dev
// fuzz:
//   toccata-hostile mutants COUNT [SEED]       reads COUNT mutants; fails at the first that is not
//   survived toccata-hostile seeds FOLDER               a file of every malformed kind
//   toccata-hostile valid FOLDER COUNT [SEED]  sound files, 00000.mid…
//   toccata-hostile notes                      for each path on standard input, its notes as a line
//   of JSON

#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <string>

#include "base/error.h"
#include "base/files.h"
#include "base/json.h"
#include "hostile/malformed_midi.h"
#include "hostile/midi_mutants.h"
#include "notation/smf_reader.h"

namespace toccata::hostile {
namespace {

namespace fs = std::filesystem;

constexpr unsigned kHangSeconds = 20;  // a mutant takes some 50 microseconds

int mutants(std::uint64_t count, std::uint64_t seed) {
  std::uint64_t read = 0;
  for (std::uint64_t i = 0; i < count; ++i) {
    if (i % 64 == 0) ::alarm(kHangSeconds);  // whoever hangs is ended by SIGALRM
    bool was_read = false;
    const std::string wrong = survive_midi(midi_mutant(seed, i), was_read);
    if (!wrong.empty()) {
      fmt::print(stderr, "mutant {} of seed {}: {}\n", i, seed, wrong);
      return 1;
    }
    read += was_read;
  }
  fmt::print("{} mutants of seed {} survived: {} read with repairs, {} refused\n", count, seed,
             read, count - read);
  return 0;
}

void write_plainly(const fs::path& path, const Bytes& bytes) {
  std::ofstream file(path, std::ios::binary);
  file.write(reinterpret_cast<const char*>(bytes.data()),
             static_cast<std::streamsize>(bytes.size()));
  if (!file) fail("{}: cannot be written", path.string());
}

int seeds(const fs::path& folder) {
  fs::create_directories(folder);
  std::uint64_t stream = 0;
  for (const MalformedKind& kind : malformed_kinds()) {
    Random random(1, stream++);
    write_plainly(folder / (std::string(kind.name) + ".mid"), kind.make(random).bytes);
  }
  fmt::print("{} kinds\n", malformed_kinds().size());
  return 0;
}

int valid(const fs::path& folder, std::uint64_t count, std::uint64_t seed) {
  fs::create_directories(folder);
  for (std::uint64_t i = 0; i < count; ++i) {
    Random random(seed, i);
    write_plainly(folder / fmt::format("{:05}.mid", i), to_bytes(sound_tree(random)));
  }
  return 0;
}

/// {"file": …, "repairs": n, "notes": [[onset, end, channel, pitch, velocity, off velocity]…]}, the
/// tracks' notes one after the other, or {"file": …, "error": …}.
int notes() {
  std::string path;
  while (std::getline(std::cin, path)) {
    OrderedJson line{{"file", path}};
    try {
      const notation::ReadResult result = notation::read_smf(read_file(path), path);
      line["repairs"] = result.repair_count;
      OrderedJson& list = line["notes"] = OrderedJson::array();
      for (const notation::Score& score : result.scores)
        for (const notation::Track& track : score.tracks)
          for (const notation::Note& n : track.notes)
            list.push_back({n.onset, n.end, n.channel, n.pitch, n.velocity, n.off_velocity});
    } catch (const Error& error) {
      line["error"] = error.what();
    }
    fmt::print("{}\n", line.dump());
  }
  return 0;
}

int run(int argc, char** argv) {
  const std::string word = argc > 1 ? argv[1] : "";
  const auto number = [&](int place, std::uint64_t otherwise) {
    return argc > place ? std::strtoull(argv[place], nullptr, 10) : otherwise;
  };
  if (word == "mutants" && argc > 2) return mutants(number(2, 0), number(3, 1));
  if (word == "seeds" && argc > 2) return seeds(argv[2]);
  if (word == "valid" && argc > 3) return valid(argv[2], number(3, 0), number(4, 1));
  if (word == "notes") return notes();
  fmt::print(stderr, "expected mutants COUNT, seeds FOLDER, valid FOLDER COUNT, or notes\n");
  return 2;
}

}  // namespace
}  // namespace toccata::hostile

int main(int argc, char** argv) {
  try {
    return toccata::hostile::run(argc, argv);
  } catch (const std::exception& error) {
    fmt::print(stderr, "{}\n", error.what());
    return 1;
  }
}
