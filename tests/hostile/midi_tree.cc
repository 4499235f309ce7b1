#include "hostile/midi_tree.h"

#include <algorithm>
#include <array>
#include <utility>

namespace toccata::hostile {
namespace {

void append(Bytes& to, const Bytes& bytes) {
  to.insert(to.end(), bytes.begin(), bytes.end());
}

void append_number(Bytes& to, std::uint64_t value, int size) {
  for (int i = size; i-- > 0;) to.push_back(static_cast<std::uint8_t>(value >> (8 * i)));
}

std::uint8_t draw(Random& random, std::uint64_t below) {
  return static_cast<std::uint8_t>(random.below(below));
}

/// One event in time; status 0xf0 and above never runs on.
struct Timed {
  std::int64_t tick;
  int order;  // at one tick: ends of earlier notes, the rest, ends of notes of no length
  Bytes body;
};

Bytes meta(Random& random) {
  const auto text = [&](std::uint8_t type) {
    const std::uint64_t size = 1 + random.below(20);
    Bytes body{0xff, type, static_cast<std::uint8_t>(size)};
    for (std::uint64_t i = 0; i < size; ++i)
      body.push_back(static_cast<std::uint8_t>('a' + draw(random, 26)));
    return body;
  };
  switch (random.below(10)) {
    case 0:
      return {0xff,
              0x51,
              3,
              draw(random, 16),
              draw(random, 256),
              static_cast<std::uint8_t>(1 + draw(random, 255))};
    case 1:
      return {0xff, 0x58, 4, static_cast<std::uint8_t>(1 + draw(random, 12)), draw(random, 6),
              24,   8};
    case 2:
      return {0xff, 0x59, 2, static_cast<std::uint8_t>(static_cast<int>(draw(random, 15)) - 7),
              draw(random, 2)};
    case 3:
      return {0xff, 0x20, 1, draw(random, 16)};
    case 4:
      return {0xff, 0x21, 1, draw(random, 128)};
    case 5:
      return {0xff,
              0x54,
              5,
              draw(random, 24),
              draw(random, 60),
              draw(random, 60),
              draw(random, 24),
              draw(random, 100)};
    case 6:
      return {0xff, 0x7f, 4, 0, draw(random, 128), draw(random, 256), draw(random, 256)};
    case 7:
      return {0xff, 0x00, 2, draw(random, 128), draw(random, 128)};
    default:
      return text(static_cast<std::uint8_t>(1 + draw(random, 7)));
  }
}

Bytes other_event(Random& random) {
  const std::uint8_t channel = draw(random, 16);
  switch (random.below(7)) {
    case 0:
      return {static_cast<std::uint8_t>(0xa0 | channel), draw(random, 128), draw(random, 128)};
    case 1:
      return {static_cast<std::uint8_t>(0xb0 | channel), draw(random, 120), draw(random, 128)};
    case 2:
      return {static_cast<std::uint8_t>(0xb0 | channel), 64, draw(random, 128)};
    case 3:
      return {static_cast<std::uint8_t>(0xc0 | channel), draw(random, 128)};
    case 4:
      return {static_cast<std::uint8_t>(0xe0 | channel), draw(random, 128), draw(random, 128)};
    case 5: {
      const std::uint8_t size = draw(random, 12);
      Bytes body{0xf0, static_cast<std::uint8_t>(size + 1)};
      for (int i = 0; i < size; ++i) body.push_back(draw(random, 128));
      body.push_back(0xf7);
      return body;
    }
    default:
      return meta(random);
  }
}

std::int64_t advance(Random& random) {
  switch (random.below(20)) {
    case 0:
      return static_cast<std::int64_t>(random.below(random.below(50) == 0 ? 1 << 24 : 1 << 12));
    case 1:
    case 2:
    case 3:
      return static_cast<std::int64_t>(random.below(500));
    default:
      return static_cast<std::int64_t>(24 * random.below(9));
  }
}

void add_note(Random& random, std::int64_t tick, int low, std::vector<Timed>& events) {
  const std::uint8_t channel = random.below(3) != 0 ? std::uint8_t{0} : draw(random, 16);
  const auto pitch = static_cast<std::uint8_t>(low + draw(random, 12));
  const auto velocity = static_cast<std::uint8_t>(1 + draw(random, 127));
  const std::int64_t length = advance(random);
  events.push_back({tick, 1, {static_cast<std::uint8_t>(0x90 | channel), pitch, velocity}});
  Bytes off{static_cast<std::uint8_t>(0x80 | channel), pitch, draw(random, 128)};
  if (random.below(2) != 0) off = {static_cast<std::uint8_t>(0x90 | channel), pitch, 0};
  events.push_back({tick + length, length == 0 ? 2 : 0, std::move(off)});
}

Chunk sound_track(Random& random) {
  std::vector<Timed> timed;
  const std::uint64_t notes = 1 + random.below(24);
  const int low = static_cast<int>(random.below(116));
  std::int64_t tick = 0;
  for (std::uint64_t i = 0; i < notes; ++i) {
    if (random.below(3) != 0) tick += advance(random);
    add_note(random, tick, low, timed);
    if (random.below(4) == 0) timed.push_back({tick, 1, other_event(random)});
  }
  std::stable_sort(timed.begin(), timed.end(), [](const Timed& a, const Timed& b) {
    return std::pair(a.tick, a.order) < std::pair(b.tick, b.order);
  });

  Chunk chunk;
  std::int64_t now = 0;
  std::uint8_t running = 0;
  const bool runs = random.below(3) != 0;
  for (Timed& event : timed) {
    const std::uint8_t status = event.body[0];
    Event made;
    made.delta = variable_length(static_cast<std::uint32_t>(event.tick - now),
                                 random.below(30) == 0 ? 1 + static_cast<int>(random.below(4)) : 1);
    now = event.tick;
    made.body = std::move(event.body);
    if (runs && status == running) made.body.erase(made.body.begin());
    running = status < 0xf0 ? status : std::uint8_t{0};
    chunk.events.push_back(std::move(made));
  }
  chunk.events.push_back(
      {variable_length(static_cast<std::uint32_t>(advance(random))), {0xff, 0x2f, 0}});
  return chunk;
}

}  // namespace

Bytes variable_length(std::uint32_t value, int least) {
  Bytes bytes{static_cast<std::uint8_t>(value & 0x7f)};
  while ((value >>= 7) != 0 || static_cast<int>(bytes.size()) < least)
    bytes.insert(bytes.begin(), static_cast<std::uint8_t>((value & 0x7f) | 0x80));
  return bytes;
}

Bytes to_bytes(const MidiTree& tree) {
  Bytes bytes = tree.before;
  append(bytes, {'M', 'T', 'h', 'd'});
  append_number(bytes, tree.header_claims, 4);
  append_number(bytes, tree.format, 2);
  append_number(bytes, tree.tracks.value_or(static_cast<std::uint16_t>(tree.chunks.size())), 2);
  append_number(bytes, tree.division, 2);
  for (const Chunk& chunk : tree.chunks) {
    Bytes body;
    for (const Event& event : chunk.events) {
      append(body, event.delta);
      append(body, event.body);
    }
    append(body, chunk.behind);
    append(bytes, Bytes(chunk.id.begin(), chunk.id.end()));
    append_number(bytes, chunk.claims.value_or(static_cast<std::uint32_t>(body.size())), 4);
    append(bytes, body);
  }
  append(bytes, tree.after);
  return bytes;
}

MidiTree sound_tree(Random& random) {
  static constexpr std::array<std::uint16_t, 8> kDivisions = {24, 96, 120, 384, 480, 960, 7, 32767};
  static constexpr std::array<std::uint16_t, 4> kSmpte = {0xe728, 0xe808, 0xe250, 0xe304};
  MidiTree tree;
  tree.format = static_cast<std::uint16_t>(random.below(10) == 0 ? 2 : random.below(2));
  tree.division = random.below(10) == 0 ? kSmpte[random.below(kSmpte.size())]
                                        : kDivisions[random.below(kDivisions.size())];
  const std::uint64_t tracks = tree.format == 0 ? 1 : 1 + random.below(4);
  for (std::uint64_t i = 0; i < tracks; ++i) tree.chunks.push_back(sound_track(random));
  return tree;
}

}  // namespace toccata::hostile
