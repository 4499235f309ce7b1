#include "hostile/midi_mutants.h"

#include <algorithm>
#include <array>
#include <utility>

#include "base/error.h"
#include "hostile/malformed_midi.h"
#include "music/from_score.h"
#include "notation/smf_reader.h"
#include "notation/smf_writer.h"

namespace toccata::hostile {
namespace {

constexpr notation::Tick kLongestOnGrid = 4000;  // quarters: longer ones cost time and show no more

template <typename T>
std::size_t any(const std::vector<T>& list, Random& random) {
  return random.below(list.size());
}

std::uint8_t any_byte(Random& random) {
  static constexpr std::array<std::uint8_t, 10> kTelling = {0,    1,    0x7f, 0x80, 0x90,
                                                            0xc0, 0xf0, 0xf7, 0xfe, 0xff};
  return random.below(2) != 0 ? kTelling[random.below(kTelling.size())]
                              : static_cast<std::uint8_t>(random.below(256));
}

std::uint32_t any_length(Random& random) {
  static constexpr std::array<std::uint32_t, 8> kTelling = {0,    1,      7,          0x7f,
                                                            0x80, 0xffff, 0x7fffffff, 0xffffffff};
  return random.below(2) != 0 ? kTelling[random.below(kTelling.size())]
                              : static_cast<std::uint32_t>(random.below(4096));
}

Bytes any_delta(Random& random) {
  switch (random.below(4)) {
    case 0:
      return variable_length(0x0fffffff);
    case 1:
      return Bytes(1 + random.below(12), 0x80);  // does not end by itself
    case 2:
      return variable_length(static_cast<std::uint32_t>(random.below(1 << 28)),
                             static_cast<int>(random.below(8)));
    default:
      return {};
  }
}

void change_event(Event& event, Random& random) {
  switch (random.below(8)) {
    case 0:
      event.delta = any_delta(random);
      break;
    case 1:
      if (!event.body.empty()) event.body[any(event.body, random)] = any_byte(random);
      break;
    case 2:
      if (!event.body.empty()) event.body.erase(event.body.begin());  // runs on
      break;
    case 3:
      event.body.insert(event.body.begin(), any_byte(random));
      break;
    case 4:
      if (!event.body.empty()) event.body.resize(any(event.body, random));
      break;
    case 5: {  // a meta event with a length of its own
      event.body = {0xff, any_byte(random)};
      const Bytes length = any_delta(random);
      event.body.insert(event.body.end(), length.begin(), length.end());
      for (std::uint64_t i = random.below(9); i > 0; --i) event.body.push_back(any_byte(random));
      break;
    }
    case 6:
      event.body = {any_byte(random), any_byte(random), any_byte(random)};
      break;
    default:
      event.body = {0xff,
                    static_cast<std::uint8_t>(0x51 + random.below(9)),
                    any_byte(random),
                    any_byte(random),
                    any_byte(random),
                    any_byte(random)};
  }
}

void change_track(Chunk& chunk, Random& random) {
  std::vector<Event>& events = chunk.events;
  if (events.empty()) return;
  const auto at = [&] { return events.begin() + static_cast<std::ptrdiff_t>(any(events, random)); };
  switch (random.below(8)) {
    case 0:
      events.erase(at());
      break;
    case 1: {
      const Event copy = *at();
      events.insert(at(), copy);
      break;
    }
    case 2:
      std::iter_swap(at(), at());
      break;
    case 3:
      events.erase(at(), events.end());
      break;
    case 4: {  // many of the same
      const Event copy = *at();
      events.insert(at(), random.below(200), copy);
      break;
    }
    default:
      change_event(*at(), random);
  }
}

void change_chunks(MidiTree& tree, Random& random) {
  if (tree.chunks.empty()) return;
  const std::size_t place = any(tree.chunks, random);
  Chunk& chunk = tree.chunks[place];
  switch (random.below(7)) {
    case 0:
      chunk.claims = any_length(random);
      break;
    case 1:
      chunk.id[random.below(4)] = static_cast<char>(any_byte(random));
      break;
    case 2:
      tree.chunks.erase(tree.chunks.begin() + static_cast<std::ptrdiff_t>(place));
      break;
    case 3: {
      const Chunk copy = chunk;
      tree.chunks.insert(tree.chunks.begin(), copy);
      break;
    }
    case 4:
      for (std::uint64_t i = random.below(20); i > 0; --i) chunk.behind.push_back(any_byte(random));
      break;
    case 5: {  // a file within the file
      chunk.behind = to_bytes(tree);
      break;
    }
    default:
      std::swap(chunk.events, tree.chunks[any(tree.chunks, random)].events);
  }
}

void change_header(MidiTree& tree, Random& random) {
  const auto half = [&] { return static_cast<std::uint16_t>(any_length(random)); };
  switch (random.below(6)) {
    case 0:
      tree.header_claims = any_length(random);
      break;
    case 1:
      tree.format = half();
      break;
    case 2:
      tree.tracks = half();
      break;
    case 3:
      tree.division = half();
      break;
    case 4:
      for (std::uint64_t i = random.below(9); i > 0; --i) tree.before.push_back(any_byte(random));
      break;
    default:
      for (std::uint64_t i = random.below(9); i > 0; --i) tree.after.push_back(any_byte(random));
  }
}

}  // namespace

Bytes damaged(Bytes bytes, Random& random) {
  const auto faults = 1 + random.below(4);
  for (std::uint64_t i = 0; i < faults && !bytes.empty(); ++i) {
    const auto place = static_cast<std::ptrdiff_t>(random.below(bytes.size()));
    const auto length = static_cast<std::ptrdiff_t>(random.below(
        std::min<std::uint64_t>(bytes.size() - static_cast<std::size_t>(place), 12) + 1));
    const auto begin = bytes.begin() + place;
    switch (random.below(5)) {
      case 0:
        *begin = static_cast<std::uint8_t>(random.next());
        break;
      case 1:
        bytes.erase(begin, begin + length);
        break;
      case 2: {
        const Bytes copy(begin, begin + length);
        bytes.insert(bytes.begin() + static_cast<std::ptrdiff_t>(random.below(bytes.size() + 1)),
                     copy.begin(), copy.end());
        break;
      }
      case 3:
        std::fill(begin, begin + length, random.below(2) != 0 ? 0xff : 0x00);
        break;
      default:
        bytes.resize(static_cast<std::size_t>(place));
    }
  }
  return bytes;
}

Bytes midi_mutant(std::uint64_t seed, std::uint64_t number) {
  Random random(seed, number);
  if (random.below(10) == 0) {  // a fault upon a fault
    const auto kinds = malformed_kinds();
    return damaged(kinds[random.below(kinds.size())].make(random).bytes, random);
  }
  MidiTree tree = sound_tree(random);
  for (std::uint64_t i = 1 + random.below(6); i > 0; --i) {
    const std::uint64_t which = random.below(10);
    if (which == 0)
      change_header(tree, random);
    else if (which < 3 || tree.chunks.empty())
      change_chunks(tree, random);
    else
      change_track(tree.chunks[any(tree.chunks, random)], random);
  }
  Bytes bytes = to_bytes(tree);
  return random.below(8) == 0 ? damaged(std::move(bytes), random) : bytes;
}

std::string survive_midi(const Bytes& bytes, bool& read) {
  read = false;
  notation::ReadResult result;
  try {
    result = notation::read_smf(bytes, "mutant.mid");
  } catch (const Error& error) {
    if (std::string_view(error.what()).starts_with("mutant.mid: ")) return "";
    return fmt::format("an error that does not name the file: {}", error.what());
  }
  read = true;
  for (const notation::Score& score : result.scores) {
    const Bytes written = notation::write_smf(score);
    try {
      const notation::ReadResult again = notation::read_smf(written, "written", {.strict = true});
      if (notation::write_smf(again.scores.at(0)) != written)
        return "written and read it is another";
    } catch (const Error& error) {
      return fmt::format("what was written is not sound: {}", error.what());
    }
    if (score.end / score.ticks_per_quarter > kLongestOnGrid) continue;
    try {
      music::from_score(score, music::Options{}, "mutant.mid");
    } catch (const Error&) {  // too long for a grid: said so
    }
  }
  return "";
}

}  // namespace toccata::hostile
