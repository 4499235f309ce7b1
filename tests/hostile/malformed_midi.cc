#include "hostile/malformed_midi.h"

#include <algorithm>
#include <array>
#include <utility>

namespace toccata::hostile {
namespace {

Malformed refused(Bytes bytes) {
  return {std::move(bytes), {}};
}

Bytes text(std::string_view letters) {
  return {letters.begin(), letters.end()};
}

/// A sound file, broken by `fault`; its music stays what it was.
template <typename Fault>
Malformed broken(Random& random, Fault&& fault) {
  const MidiTree sound = sound_tree(random);
  MidiTree tree = sound;
  fault(tree);
  return {to_bytes(tree), to_bytes(sound)};
}

/// A type 1 file of `tracks` tracks or more.
MidiTree plain_tree(Random& random, std::size_t tracks) {
  MidiTree tree = sound_tree(random);
  tree.format = 1;
  tree.division = 480;
  while (tree.chunks.size() < tracks) tree.chunks.push_back(sound_tree(random).chunks.front());
  return tree;
}

Chunk& any_chunk(MidiTree& tree, Random& random) {
  return tree.chunks[random.below(tree.chunks.size())];
}

/// Puts `event` before a drawn event of a drawn track; the one behind it, if it ran on, gets its
/// status back, so that the event itself is the only fault.
Malformed with_event(Random& random, const Bytes& body) {
  return broken(random, [&](MidiTree& tree) {
    Chunk& chunk = any_chunk(tree, random);
    std::uint8_t running = 0;
    const std::size_t place = random.below(chunk.events.size());
    for (std::size_t i = 0; i < place; ++i)
      if (chunk.events[i].body[0] >= 0x80) running = chunk.events[i].body[0];
    Event& next = chunk.events[place];
    if (next.body[0] < 0x80) next.body.insert(next.body.begin(), running);
    chunk.events.insert(chunk.events.begin() + static_cast<std::ptrdiff_t>(place), {{0}, body});
  });
}

/// A track whose only events are one note's; `between` stands within it.
MidiTree small_tree(std::vector<Event> events) {
  MidiTree tree;
  tree.format = 0;
  tree.chunks.push_back({"MTrk", std::move(events), {}, {}});
  return tree;
}

const Event kEnd{{0}, {0xff, 0x2f, 0}};

std::size_t body_size(const Chunk& chunk) {
  std::size_t size = chunk.behind.size();
  for (const Event& event : chunk.events) size += event.delta.size() + event.body.size();
  return size;
}

// Files that are none.

Malformed empty(Random&) {
  return refused({});
}
Malformed html(Random&) {
  return refused(text("\n<!DOCTYPE html><html><body>404</body></html>"));
}
Malformed zip(Random&) {
  return refused(text("PK\x03\x04\x14 a.mid"));
}
Malformed plain_text(Random&) {
  return refused(text("Dear listener, this is no music.\n"));
}
Malformed zeros(Random& random) {
  return refused(Bytes(1 + random.below(5000), 0));
}
Malformed headless(Random& random) {
  const Bytes whole = to_bytes(sound_tree(random));
  return refused({whole.begin() + 14, whole.end()});
}
Malformed header_cut(Random& random) {
  Bytes whole = to_bytes(sound_tree(random));
  whole.resize(4 + random.below(10));
  return refused(std::move(whole));
}
Malformed division_zero(Random& random) {
  MidiTree tree = sound_tree(random);
  tree.division = 0;
  return refused(to_bytes(tree));
}
Malformed smpte_division_zero(Random& random) {
  MidiTree tree = sound_tree(random);
  tree.division = 0xe700;
  return refused(to_bytes(tree));
}
Malformed no_track(Random& random) {
  MidiTree tree = sound_tree(random);
  tree.chunks.clear();
  return refused(to_bytes(tree));
}

// Headers.

Malformed header_short(Random& random) {
  return broken(random, [&](MidiTree& tree) {
    tree.header_claims = static_cast<std::uint32_t>(random.below(6));
  });
}
Malformed header_long(Random& random) {
  return broken(random, [&](MidiTree& tree) {
    tree.header_claims = 0x7f000000U + static_cast<std::uint32_t>(random.below(1 << 20));
  });
}
Malformed unknown_type(Random& random) {
  MidiTree tree = plain_tree(random, 1);
  const Bytes meant = to_bytes(tree);
  tree.format = static_cast<std::uint16_t>(3 + random.below(65000));
  return {to_bytes(tree), meant};
}
Malformed type0_of_tracks(Random& random) {
  MidiTree tree = plain_tree(random, 2);
  const Bytes meant = to_bytes(tree);
  tree.format = 0;
  return {to_bytes(tree), meant};
}
Malformed tracks_too_many(Random& random) {
  return broken(random, [&](MidiTree& tree) {
    tree.tracks = static_cast<std::uint16_t>(tree.chunks.size() + 1 + random.below(60000));
  });
}
Malformed tracks_too_few(Random& random) {
  return broken(random, [&](MidiTree& tree) {
    tree.tracks = static_cast<std::uint16_t>(random.below(tree.chunks.size()));
  });
}
Malformed smpte_rate(Random& random) {
  MidiTree tree = sound_tree(random);
  tree.division = 0xe819;  // 24 frames of 25 ticks
  const Bytes meant = to_bytes(tree);
  tree.division = 0xec1e;  // 20 frames of 30 ticks: as many a second
  return {to_bytes(tree), meant};
}
Malformed junk_before(Random& random) {
  return broken(random, [&](MidiTree& tree) { tree.before = text("X-Mailer: junk\r\n\r\n"); });
}

// Chunks.

Malformed junk_between(Random& random) {
  MidiTree tree = plain_tree(random, 2);
  const Bytes meant = to_bytes(tree);
  tree.chunks[0].behind = Bytes(1 + random.below(6), 0);
  tree.chunks[0].claims =
      static_cast<std::uint32_t>(body_size(tree.chunks[0]) - tree.chunks[0].behind.size());
  return {to_bytes(tree), meant};
}
Malformed alien_chunk(Random& random) {
  return broken(random, [&](MidiTree& tree) {
    Chunk alien{"XFIH", {}, text("hello"), 900000};
    tree.chunks.insert(tree.chunks.begin(), alien);
    tree.tracks = static_cast<std::uint16_t>(tree.chunks.size() - 1);
  });
}
Malformed length_short(Random& random) {
  return broken(random, [&](MidiTree& tree) {
    Chunk& chunk = any_chunk(tree, random);
    const std::size_t size = body_size(chunk);
    chunk.claims = static_cast<std::uint32_t>(size - 1 - random.below(3));
  });
}
Malformed length_long(Random& random) {
  MidiTree tree = plain_tree(random, 2);
  const Bytes meant = to_bytes(tree);
  tree.chunks[0].claims =
      static_cast<std::uint32_t>(body_size(tree.chunks[0]) + 1 + random.below(7));
  return {to_bytes(tree), meant};
}
Malformed length_past_end(Random& random) {
  return broken(random, [&](MidiTree& tree) {
    tree.chunks.back().claims = 0xffffffffU - static_cast<std::uint32_t>(random.below(1 << 20));
  });
}
Malformed length_zero(Random& random) {
  return broken(random, [&](MidiTree& tree) { any_chunk(tree, random).claims = 0; });
}
Malformed no_end(Random& random) {
  MidiTree tree = sound_tree(random);
  for (Chunk& chunk : tree.chunks) chunk.events.back().delta = {0};
  const Bytes meant = to_bytes(tree);
  any_chunk(tree, random).events.pop_back();
  return {to_bytes(tree), meant};
}
Malformed bytes_after_end(Random& random) {
  return broken(random, [&](MidiTree& tree) {
    any_chunk(tree, random).behind = Bytes(1 + random.below(9), 0);
  });
}
Malformed bytes_after_file(Random& random) {
  return broken(random, [&](MidiTree& tree) { tree.after = Bytes(1 + random.below(40), 0); });
}
/// Cut within the last track, behind a whole event; the notes before it are whole.
Malformed cut_off(Random& random) {
  MidiTree tree = sound_tree(random);
  Chunk& chunk = tree.chunks.back();
  const std::size_t kept = 1 + random.below(chunk.events.size() - 1);
  const std::size_t whole = body_size(chunk);
  chunk.events.resize(kept);
  chunk.claims = static_cast<std::uint32_t>(whole);
  const Bytes bytes = to_bytes(tree);
  // Meant: the same with every open note ended there. FIFO pairing makes equal offs of all of them.
  std::array<int, 16 * 128> open{};
  std::uint8_t running = 0;
  for (const Event& event : chunk.events) {
    const std::size_t first = event.body[0] >= 0x80 ? 1 : 0;
    if (first == 1) running = event.body[0];
    if ((running & 0xe0) != 0x80) continue;  // neither on nor off
    auto& count = open[static_cast<std::size_t>(running & 0x0f) * 128 + event.body[first]];
    const bool on = (running & 0x10) != 0 && event.body[first + 1] > 0;
    count = on ? count + 1 : std::max(count - 1, 0);
  }
  for (std::size_t key = 0; key < open.size(); ++key)
    for (; open[key] > 0; --open[key])
      chunk.events.push_back({{0},
                              {static_cast<std::uint8_t>(0x80 | key / 128),
                               static_cast<std::uint8_t>(key % 128), 64}});
  chunk.events.push_back(kEnd);
  chunk.claims.reset();
  return {bytes, to_bytes(tree)};
}

// Events.

Malformed delta_long(Random& random) {
  return broken(random, [&](MidiTree& tree) {
    Bytes& delta = any_chunk(tree, random).events.front().delta;
    delta.insert(delta.begin(), 5 + random.below(20), 0x80);
  });
}
Malformed delta_endless(Random& random) {
  MidiTree tree = sound_tree(random);
  for (Chunk& chunk : tree.chunks) chunk.events.back().delta = {0};
  const Bytes meant = to_bytes(tree);
  Chunk& chunk = tree.chunks.back();
  chunk.events.pop_back();
  chunk.behind = Bytes(1 + random.below(100), 0x80);
  return {to_bytes(tree), meant};
}
Malformed delta_alone(Random& random) {
  MidiTree tree = sound_tree(random);
  for (Chunk& chunk : tree.chunks) chunk.events.back().delta = {0};
  const Bytes meant = to_bytes(tree);
  Chunk& chunk = tree.chunks.back();
  chunk.events.pop_back();
  chunk.behind = {0};
  return {to_bytes(tree), meant};
}
/// A note whose off runs on behind `between`.
Malformed runs_across(Random& random, const Bytes& between) {
  const auto pitch = static_cast<std::uint8_t>(random.below(128));
  const Bytes length = variable_length(static_cast<std::uint32_t>(random.below(4000)));
  const auto tree = [&](Bytes off) {
    return to_bytes(
        small_tree({{{0}, {0x90, pitch, 80}}, {{0}, between}, {length, std::move(off)}, kEnd}));
  };
  return {tree({pitch, 0}), tree({0x90, pitch, 0})};
}
Malformed runs_across_meta(Random& random) {
  return runs_across(random, {0xff, 1, 2, 'a', 'b'});
}
Malformed runs_across_sysex(Random& random) {
  return runs_across(random, {0xf0, 3, 0x7e, 9, 0xf7});
}
/// Two data bytes before the first status. The delta time behind them is as good as data, so it is
/// 0.
Malformed no_status(Random& random) {
  MidiTree tree = sound_tree(random);
  Chunk& chunk = any_chunk(tree, random);
  chunk.events.front().delta = {0};
  const Bytes meant = to_bytes(tree);
  chunk.events.insert(chunk.events.begin(), {{0}, {60, 64}});
  return {to_bytes(tree), meant};
}
Malformed system_message(Random& random) {
  static constexpr std::array<std::uint8_t, 4> kStatus = {0xf8, 0xfa, 0xfc, 0xfe};
  return with_event(random, {kStatus[random.below(kStatus.size())]});
}
Malformed system_common(Random& random) {
  return with_event(random, {0xf2, 1, 2});
}
Malformed data_too_high(Random& random) {
  const auto pitch = static_cast<std::uint8_t>(random.below(128));
  const auto tree = [&](std::uint8_t velocity) {
    return to_bytes(small_tree({{{0}, {0x90, pitch, velocity}}, {{9}, {0x80, pitch, 64}}, kEnd}));
  };
  return {tree(static_cast<std::uint8_t>(128 + random.below(128))), tree(127)};
}
Malformed key_out_of_range(Random& random) {
  return with_event(random, {0xff, 0x59, 2, static_cast<std::uint8_t>(8 + random.below(240)), 0});
}
Malformed key_mode(Random& random) {
  return with_event(random, {0xff, 0x59, 2, 0, static_cast<std::uint8_t>(2 + random.below(254))});
}
Malformed key_short(Random& random) {
  return with_event(random, {0xff, 0x59, 1, 3});
}
Malformed tempo_zero(Random& random) {
  return with_event(random, {0xff, 0x51, 3, 0, 0, 0});
}
Malformed tempo_short(Random& random) {
  return with_event(random, {0xff, 0x51, 2, 7, 0});
}
Malformed meter_zero(Random& random) {
  return with_event(random, {0xff, 0x58, 4, 0, 2, 24, 8});
}
Malformed meter_power(Random& random) {
  return with_event(random,
                    {0xff, 0x58, 4, 4, static_cast<std::uint8_t>(9 + random.below(247)), 24, 8});
}
Malformed meter_short(Random& random) {
  return with_event(random, {0xff, 0x58, 1, 4});
}
/// An event at the end of the last track that claims more bytes than there are.
Malformed reaches_too_far(Random& random, const Bytes& body) {
  MidiTree tree = sound_tree(random);
  for (Chunk& chunk : tree.chunks) chunk.events.back().delta = {0};
  const Bytes meant = to_bytes(tree);
  tree.chunks.back().events.back() = {{0}, body};
  return {to_bytes(tree), meant};
}
Malformed meta_too_long(Random& random) {
  return reaches_too_far(random, {0xff, 0x7f, 0xff, 0xff, 0xff, 0x7f, 1, 2});
}
Malformed meta_length_endless(Random& random) {
  return reaches_too_far(random, {0xff, 0x7f, 0xff, 0xff, 0xff, 0xff, 0xff});
}
Malformed sysex_too_long(Random& random) {
  return reaches_too_far(random, {0xf0, 0xff, 0xff, 0xff, 0x7f, 1, 2});
}
Malformed event_cut(Random& random) {
  return reaches_too_far(random, {0x90, 60});
}
Malformed open_notes(Random& random) {
  const auto pitch = static_cast<std::uint8_t>(random.below(128));
  const Event on{{0}, {0x90, pitch, 80}}, off{{96}, {0x80, pitch, 64}};
  Event end = kEnd;
  end.delta = {96};
  return {to_bytes(small_tree({on, end})), to_bytes(small_tree({on, off, kEnd}))};
}
/// As in files whose bytes 10 became 13 in a conversion of line ends.
Malformed text_swallows(Random&) {
  const auto tree = [](std::uint8_t length) {
    Bytes body{0xff, 0x01, length};
    for (const char letter : std::string_view("RH L /LH H"))
      body.push_back(static_cast<std::uint8_t>(letter));
    std::vector<Event> events{{{0}, body}};
    for (std::uint8_t pitch = 60; pitch < 64; ++pitch) {
      events.push_back({{0x81, 0x70}, {0x90, pitch, 80}});
      events.push_back({{9}, {0x80, pitch, 64}});
    }
    events.push_back(kEnd);
    return to_bytes(small_tree(std::move(events)));
  };
  return {tree(13), tree(10)};
}

constexpr MalformedKind kKinds[] = {
    {"empty", "the file is empty", empty},
    {"html", "an HTML page", html},
    {"zip", "a zip archive", zip},
    {"text", "text that begins", plain_text},
    {"zeros", "bytes of zeros", zeros},
    {"headless", "a track without the header chunk", headless},
    {"header-cut-off", "the MIDI header is cut off", header_cut},
    {"division-zero", "a division of 0 ticks per quarter note", division_zero},
    {"smpte-division-zero", "an SMPTE division of 0 ticks", smpte_division_zero},
    {"no-track", "a MIDI header without a track", no_track},
    {"header-length-short", "a header length of", header_short},
    {"header-length-long", "a wrong header length", header_long},
    {"unknown-type", "file type", unknown_type},
    {"type-0-of-several-tracks", "a type 0 file of", type0_of_tracks},
    {"track-count-too-high", "the header counts", tracks_too_many},
    {"track-count-too-low", "the header counts", tracks_too_few},
    {"smpte-rate-unknown", "20 frames per second", smpte_rate},
    {"junk-before-header", "bytes before the MIDI header", junk_before},
    {"junk-between-chunks", "", junk_between},
    {"alien-chunk-too-long", "bytes between the chunks", alien_chunk},
    {"track-length-too-short", "a track length too short", length_short},
    {"track-length-too-long", "a track length too long", length_long},
    {"track-length-past-the-end", "a track length too long", length_past_end},
    {"track-length-zero", "a track length too short", length_zero},
    {"no-end-of-track", "no end-of-track event", no_end},
    {"bytes-after-end-of-track", "after the end of track", bytes_after_end},
    {"bytes-after-the-last-track", " of no track", bytes_after_file},
    {"cut-off-within-a-track", "", cut_off},
    {"delta-of-many-bytes", "where 4 is the most", delta_long},
    {"delta-endless", "a delta time that does not end", delta_endless},
    {"delta-without-event", "a delta time without an event", delta_alone},
    {"running-status-across-meta", "running status across", runs_across_meta},
    {"running-status-across-sysex", "running status across", runs_across_sysex},
    {"data-without-status", "data bytes without a status", no_status},
    {"real-time-message", "a system message F", system_message},
    {"system-common-message", "a system message F2", system_common},
    {"data-byte-over-127", "where 127 is the most", data_too_high},
    {"key-out-of-range", "a key signature of", key_out_of_range},
    {"key-of-unknown-mode", "a key signature of", key_mode},
    {"key-of-one-byte", "a key signature of 1 byte", key_short},
    {"tempo-zero", "a tempo of 0 microseconds", tempo_zero},
    {"tempo-of-two-bytes", "a tempo of 2 bytes", tempo_short},
    {"meter-of-nothing", "a meter of 0/2^2", meter_zero},
    {"meter-of-a-huge-power", "a meter of 4/2^", meter_power},
    {"meter-of-one-byte", "a meter of 1 byte", meter_short},
    {"meta-too-long", "a meta event that reaches past", meta_too_long},
    {"meta-length-endless", "length that does not end", meta_length_endless},
    {"sysex-too-long", "a system exclusive event that reaches past", sysex_too_long},
    {"event-cut-off", "an event cut off", event_cut},
    {"notes-without-end", "without an end", open_notes},
    {"text-swallows-events", "a text of 13 bytes by its own word", text_swallows},
};

}  // namespace

std::span<const MalformedKind> malformed_kinds() {
  return kKinds;
}

}  // namespace toccata::hostile
