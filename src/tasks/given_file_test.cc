// What is given stays: a piece made from a file is that file, with events taken out and put in.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <numeric>

#include "base/error.h"
#include "base/random.h"
#include "composing/given.h"
#include "composing/receipt.h"
#include "listening/tiny_model.h"
#include "music/bars.h"
#include "notation/smf_reader.h"
#include "notation/smf_writer.h"
#include "support/error_of.h"
#include "support/midi_bytes.h"
#include "support/shared_data.h"
#include "support/temporary_folder.h"
#include "tasks/compose.h"
#include "tasks/given_music.h"

namespace toccata::tasks {
namespace {
namespace fs = std::filesystem;
using composing::GivenFile;
using composing::Order;
using notation::EventFile;
using notation::FileEvent;
using notation::FileNote;
using notation::Tick;
using ::testing::HasSubstr;

Progress quiet;
const Stop never;

// Whatever is in a file, three octaves are what this model hears of it.
const network::Model& model(bool articulation = true) {
  static const network::Model with = [] {
    network::Model made = listening::tiny_model(36, true);
    made.config.roll.low = 48;
    made.config.roll.high = 83;
    return made;
  }();
  static const network::Model without = listening::tiny_model(36, false);
  return articulation ? with : without;
}

Bytes made_of(Order order, const Bytes& bytes, bool articulation = true) {
  for (const auto& [file, use] : {std::pair(&order.infill, Use::infill),
                                  {&order.melody, Use::melody},
                                  {&order.prime, Use::prime}})
    if (*file) hear(**file, use, order, model(articulation).config, bytes);
  Bytes made;
  compose(
      {.program = "toccata test",
       .model_name = "tiny",
       .model = &model(articulation),
       .order = std::move(order),
       .resources = {.threads = 1}},
      [&](MadePiece&& piece) { made = std::move(piece.midi); }, quiet, never);
  return made;
}

bool is_receipt(const EventFile& file, const FileEvent& event) {
  const auto data = file.data_of(event);
  return event.status == 0xff && event.first == 1 &&
         composing::is_receipt_text({reinterpret_cast<const char*>(data.data()), data.size()});
}

// An event as text, so that those of two files can be compared.
std::string text_of(const EventFile& file, const FileEvent& event) {
  const auto data = file.data_of(event);
  return fmt::format("{} {:02x} {} {} {}", event.tick, event.status, event.first, event.second,
                     fmt::join(data, " "));
}

bool is_note(const FileEvent& event) {
  return (event.status & 0xe0) == 0x80;
}

// The events of a track but for receipts, and notes where `left_out` says so.
template <typename LeftOut>
std::vector<std::string> events_of(const EventFile& file, std::size_t track, LeftOut left_out) {
  std::vector<std::string> events;
  for (const FileEvent& event : file.tracks[track].events)
    if (!is_receipt(file, event) && !(is_note(event) && left_out(event)))
      events.push_back(text_of(file, event));
  return events;
}

using NoteKey = std::tuple<std::size_t, Tick, Tick, int, int, int, int>;
NoteKey key_of(const FileNote& note) {
  return {note.track,         note.note.onset,   note.note.end,         note.note.pitch,
          note.note.velocity, note.note.channel, note.note.off_velocity};
}

struct Ticks {
  Tick begin = 0, end = 0;
};

// Every event outside `region` is in `made` as it is in `before`, in order; and so are all notes
// that reach over its edges, and all that the model does not hear.
void expect_outside_stays(const EventFile& before, const Bytes& made, Ticks region,
                          Tick half_step) {
  const EventFile after = notation::read_event_file(made, "made");
  EXPECT_EQ(after.repair_count, 0u);
  EXPECT_EQ(after.division, before.division);
  ASSERT_EQ(after.tracks.size(), before.tracks.size());
  const auto inside = [&](const FileEvent& event) {
    return event.tick >= region.begin - half_step && event.tick <= region.end + half_step;
  };
  for (std::size_t t = 0; t < before.tracks.size(); ++t) {
    EXPECT_EQ(events_of(after, t, inside), events_of(before, t, inside)) << "track " << t;
    EXPECT_EQ(after.tracks[t].before, before.tracks[t].before);
    EXPECT_GE(after.tracks[t].end, before.tracks[t].end);
  }
  std::map<NoteKey, int> left;
  for (const FileNote& note : notes_of(after)) ++left[key_of(note)];
  for (const FileNote& note : notes_of(before)) {
    const bool whole =
        note.note.onset >= region.begin - half_step && note.note.end <= region.end + half_step;
    if (whole && note.note.channel != notation::kDrumChannel) continue;
    EXPECT_GE(--left[key_of(note)], 0) << "note at " << note.note.onset;
  }
}

// Bars drawn at random, composed anew, and compared with the file. False: the file is no piece.
bool check_infill(const std::string& name, const Bytes& bytes, Random& random) {
  SCOPED_TRACE(name);
  GivenFile file{name};
  try {
    hear(file, Use::infill, {}, model().config, bytes);
  } catch (const Error&) {
    return false;
  }
  const music::Roll& roll = *file.music;
  const music::Bars bars(roll.meters, roll.grid);
  const long last = bars.at(roll.steps - 1).number;
  const long first = 1 + static_cast<long>(random.below(static_cast<std::uint32_t>(last)));
  const long to = std::min(last, first + static_cast<long>(random.below(3)));
  int from_step = 0, to_step = 0;
  while (bars.at(from_step).number < first) ++from_step;
  for (to_step = from_step; to_step < roll.steps && bars.at(to_step).number <= to;) ++to_step;
  const bool articulation = random.below(2);
  const Bytes made = made_of({.seed = random.below(1000),
                              .infill = GivenFile{name},
                              .infill_bars = fmt::format("{}-{}", first, to),
                              .particles = 1},
                             bytes, articulation);
  // Where a quarter note has fewer ticks than steps, the piece has finer ones.
  const auto& grid = file.source->grid;
  const int ticks = file.source->ticks_per_quarter;
  const double fewest = grid ? std::min<double>(grid->fewest_ticks(), ticks) : ticks;
  const int finer = fewest < roll.grid ? static_cast<int>(std::ceil(roll.grid / fewest)) : 1;
  EventFile given = notation::read_event_file(bytes, name);
  refine(given, finer);
  const auto tick_of = [&](double step) {
    const double quarters = (static_cast<double>(file.source->first_step) + step) / roll.grid;
    return static_cast<Tick>(
        std::llround((grid ? grid->tick(quarters) : quarters * ticks) * finer));
  };
  expect_outside_stays(given, made, {tick_of(from_step - 0.5), tick_of(to_step + 0.5)}, 1);
  return !testing::Test::HasFailure();
}

// A song of several tracks and channels, with drums, pedals, controllers, lyrics, pitch bends, a
// tempo for every beat and timing finer than the grid.
Bytes random_song(Random& random) {
  const int division = std::array{96, 120, 480, 25, 5, 2}[random.below(6)];
  TrackEvents conductor;
  for (int beat = 0; beat < 24; ++beat)
    conductor.raw({beat ? std::min(division, 127) : 0, 0xff, 0x51, 3, 7,
                   static_cast<int>(random.below(256)), static_cast<int>(random.below(256))});
  conductor.end();
  MidiBytes file;
  const int tracks = 1 + static_cast<int>(random.below(4));
  file.header(1, tracks + 1, division).track(conductor);
  for (int t = 0; t < tracks; ++t) {
    TrackEvents events;
    const int channel = random.below(5) ? t : 9;
    events.raw({0, 0xff, 3, 2, 't', '0' + t, 0, 0xc0 | channel, t * 7});
    std::map<Tick, std::vector<std::vector<int>>> at;
    Tick now = 0;
    for (int i = 0; i < 80; ++i) {
      now += static_cast<Tick>(random.below(static_cast<std::uint32_t>(division) + 1));
      const int pitch = 20 + static_cast<int>(random.below(90));
      const Tick end =
          now + 1 + static_cast<Tick>(random.below(2 * static_cast<std::uint32_t>(division)));
      at[now].push_back({0x90 | channel, pitch, 1 + static_cast<int>(random.below(127))});
      at[end].push_back(random.below(2) ? std::vector<int>{0x80 | channel, pitch, 33}
                                        : std::vector<int>{0x90 | channel, pitch, 0});
      if (random.below(3) == 0) at[now].push_back({0xb0 | channel, 64, random.below(2) ? 127 : 0});
      if (random.below(5) == 0)
        at[now].push_back({0xe0 | channel, 0, static_cast<int>(random.below(128))});
      if (random.below(5) == 0) at[now].push_back({0xff, 5, 2, 'l', 'a'});
    }
    Tick last = 0;
    for (const auto& [tick, list] : at) {
      for (const std::vector<int>& event : list) {
        if (const Tick delta = std::exchange(last, tick) - tick; - delta > 127)
          events.raw({static_cast<int>(0x80 | (-delta >> 7)), static_cast<int>(-delta & 127)});
        else
          events.raw({static_cast<int>(-delta)});
        for (const int byte : event) events.raw({byte});
      }
    }
    events.end();
    file.track(events);
  }
  return file;
}

TEST(GivenFile, GeneratedSongsStayOutsideTheBarsComposedAnew) {
  Random random(12, 0);
  int pieces = 0;
  for (int i = 0; i < 60 && !HasFailure(); ++i)
    pieces += check_infill(fmt::format("song {}", i), random_song(random), random);
  EXPECT_GT(pieces, 50);
}

TEST(GivenFile, FilesThatPeopleHaveStayOutsideTheBarsComposedAnew) {
  TOCCATA_NEEDS_SHARED("corpora");
  std::vector<fs::path> files;
  for (const auto& entry : fs::recursive_directory_iterator(shared_data("corpora")))
    if (entry.path().extension() == ".mid") files.push_back(entry.path());
  std::ranges::sort(files);
  Random random(12, 1);
  int pieces = 0;
  for (int i = 0; i < 200 && !HasFailure(); ++i) {
    const fs::path& path = files[random.below(static_cast<std::uint32_t>(files.size()))];
    pieces += check_infill(path.string(), read_file(path), random);
  }
  EXPECT_GE(pieces, 195);
}

// Quarter notes of these pitches on a track of their own each, at 480 ticks per quarter note.
notation::Score song(const std::vector<std::vector<int>>& tracks, int velocity = 60) {
  notation::Score score;
  for (std::size_t t = 0; t < tracks.size(); ++t) {
    notation::Track& track = score.tracks.emplace_back();
    track.name = fmt::format("part {}", t + 1);
    const auto channel = static_cast<std::uint8_t>(t);
    track.programs.push_back({0, channel, static_cast<std::uint8_t>(10 * t)});
    for (std::size_t i = 0; i < tracks[t].size(); ++i) {
      if (tracks[t][i] == 0) continue;
      track.notes.push_back({.onset = static_cast<Tick>(i) * 480,
                             .end = static_cast<Tick>(i + 1) * 480 - 5,
                             .pitch = static_cast<std::uint8_t>(tracks[t][i]),
                             .velocity = static_cast<std::uint8_t>(velocity + 20 * t),
                             .channel = channel});
    }
  }
  score.end = 480 * static_cast<Tick>(tracks.front().size());
  return score;
}

// Played at a tempo that swings by a sixth, in a file that says 120: chords, and a scale above.
notation::Score performance(std::vector<double>& beats) {
  notation::Score score;
  notation::Track& track = score.tracks.emplace_back();
  const auto seconds = [](double beat) { return 0.83 + 0.55 * (beat + std::sin(beat / 6)); };
  const auto add = [&](double beat, double length, int pitch) {
    track.notes.push_back({.onset = std::llround(960 * seconds(beat)),
                           .end = std::llround(960 * seconds(beat + length)),
                           .pitch = static_cast<std::uint8_t>(pitch),
                           .velocity = 60});
  };
  constexpr std::array kRoots = {60, 57, 53, 55, 62, 55};
  for (int beat = 0; beat < 160; ++beat) {
    const int root = kRoots[static_cast<std::size_t>(beat / 4) % kRoots.size()];
    beats.push_back(seconds(beat));
    if (beat % 4 == 0) add(beat, 4, root - 10);
    for (const int third : {0, 4, 7})
      if (beat % 4 > 0) add(beat, 0.9, root + third);
    for (int part = 0; part < 4; ++part) add(beat + part / 4.0, 0.2, 74 + (beat + part) % 5 * 2);
  }
  std::ranges::sort(track.notes, {},
                    [](const notation::Note& note) { return std::pair(note.onset, note.pitch); });
  score.end = track.notes.back().end;
  return score;
}

std::vector<FileNote> new_notes(const Bytes& given, const Bytes& made) {
  std::map<NoteKey, int> old;
  for (const FileNote& note : notes_of(notation::read_event_file(given, "given")))
    ++old[key_of(note)];
  std::vector<FileNote> added;
  for (const FileNote& note : notes_of(notation::read_event_file(made, "made")))
    if (old[key_of(note)]-- <= 0) added.push_back(note);
  return added;
}

TEST(GivenFile, NewNotesGoIntoThePartsThatLostTheirsAsLoudAsThose) {
  std::vector<std::vector<int>> parts(3);
  for (int i = 0; i < 16; ++i) {
    parts[0].push_back(79 + i % 3);
    parts[1].push_back(66 - i % 3);
    parts[2].push_back(51 + i % 2);
  }
  const Bytes bytes = notation::write_smf(song(parts));
  const Bytes made = made_of(
      {.seed = 3, .infill = GivenFile{"x.mid"}, .infill_bars = "2-3", .particles = 1}, bytes);
  const std::vector<FileNote> added = new_notes(bytes, made);
  EXPECT_GT(added.size(), 6u);
  for (const FileNote& note : added) {
    const std::size_t part = note.track - 1;  // behind the conductor's
    EXPECT_EQ(note.note.channel, part);
    EXPECT_EQ(note.note.velocity, 60 + 20 * part);
    EXPECT_EQ(note.note.onset % 120, 0);
  }
  // Parts keep their order in pitch.
  std::map<std::size_t, std::vector<int>> pitches;
  for (const FileNote& note : added) {
    pitches[note.track].push_back(note.note.pitch);
    for (const FileNote& other : added) {
      if (other.note.onset == note.note.onset && other.note.pitch < note.note.pitch) {
        EXPECT_GE(other.track, note.track);
      }
    }
  }
  ASSERT_EQ(pitches.size(), 3u);
  const auto mean = [&](std::size_t track) {
    const std::vector<int>& list = pitches[track];
    return std::accumulate(list.begin(), list.end(), 0.0) / static_cast<double>(list.size());
  };
  EXPECT_GT(mean(1), mean(2) + 3);
  EXPECT_GT(mean(2), mean(3) + 3);
  for (const FileNote& note : new_notes(bytes, made_of({.seed = 3,
                                               .infill = GivenFile{"x.mid"},
                                               .infill_bars = "2-3",
                                               .particles = 1,
                                               .velocity = 33},
                                                       bytes)))
    EXPECT_EQ(note.note.velocity, 33);
}

TEST(GivenFile, PlayedMusicIsFilledOnItsOwnBeatsAndStaysAsItWasPlayed) {
  std::vector<double> beats;
  const notation::Score score = performance(beats);
  const Bytes bytes = notation::write_smf(score);
  GivenFile file{"x.mid"};
  const std::optional<double> tempo = hear(file, Use::infill, {}, model().config, bytes);
  ASSERT_TRUE(file.source->grid);
  EXPECT_NEAR(*tempo, 60 / 0.55, 15);
  Random random(12, 3);
  EXPECT_TRUE(check_infill("x.mid", bytes, random));
  const Bytes made = made_of(
      {.seed = 3, .infill = GivenFile{"x.mid"}, .infill_bars = "9-12", .particles = 1}, bytes);
  const std::vector<FileNote> added = new_notes(bytes, made);
  EXPECT_GT(added.size(), 20U);
  for (const FileNote& note : added) {
    const double at = static_cast<double>(note.note.onset) / 960;
    const auto next = std::ranges::upper_bound(beats, at);
    ASSERT_TRUE(next != beats.begin() && next != beats.end());
    const double quarter = 4 * (at - *(next - 1)) / (*next - *(next - 1));
    EXPECT_LT(std::abs(quarter - std::round(quarter)), 0.2) << at;
  }
  // On the file's own ticks nothing of this holds.
  Order own{.seed = 3, .infill = GivenFile{"x.mid"}, .infill_bars = "9-12", .particles = 1};
  own.beats = music::BeatsFrom::file;
  for (const FileNote& note : new_notes(bytes, made_of(own, bytes)))
    EXPECT_EQ(note.note.onset % 120, 0);
}

TEST(GivenFile, PlayedMusicGoesOnAtTheTempoOfItsEnd) {
  std::vector<double> beats;
  const Bytes bytes = notation::write_smf(performance(beats));
  const Bytes made =
      made_of({.seed = 3, .bars = 4, .prime = GivenFile{"x.mid"}, .particles = 1}, bytes);
  std::map<NoteKey, int> left;
  for (const FileNote& note : notes_of(notation::read_event_file(made, "made")))
    ++left[key_of(note)];
  for (const FileNote& note : notes_of(notation::read_event_file(bytes, "given")))
    EXPECT_EQ(left[key_of(note)], 1);
  const std::vector<FileNote> added = new_notes(bytes, made);
  ASSERT_GT(added.size(), 10U);
  const double quarter = (beats[159] - beats[151]) / 8;  // a sixteenth beyond the last beat
  int near_the_end = 0;
  for (const FileNote& note : added) {
    const double after = (static_cast<double>(note.note.onset) / 960 - beats[159]) / quarter * 4;
    EXPECT_GT(after, 0);
    if (after > 20) continue;  // where a small difference of tempo adds up
    ++near_the_end;
    EXPECT_LT(std::abs(after - std::round(after)), 0.3) << after;
  }
  EXPECT_GT(near_the_end, 3);
}

TEST(GivenFile, ANoteThatReachesOverAnEdgeStaysWhole) {
  notation::Score score = song({{60, 62, 64, 65, 60, 62, 64, 65, 60, 62, 64, 65}});
  auto& notes = score.tracks[0].notes;
  notes[3].end += 480;                  // into bar 2
  notes[7].end += 480;                  // out of it
  notes[5].end = notes[5].onset + 900;  // within
  const Bytes bytes = notation::write_smf(score);
  const Order order{.seed = 4, .infill = GivenFile{"x.mid"}, .infill_bars = "2", .particles = 1};
  std::map<NoteKey, int> left;
  for (const FileNote& note : notes_of(notation::read_event_file(made_of(order, bytes), "made")))
    ++left[key_of(note)];
  const std::vector<FileNote> before = notes_of(notation::read_event_file(bytes, "given"));
  for (std::size_t i = 0; i < before.size(); ++i)
    EXPECT_EQ(left[key_of(before[i])], i < 4 || i > 6 ? 1 : 0) << i;
}

TEST(GivenFile, AMelodyStaysAndTheOtherPartsAreComposedAnew) {
  const Bytes bytes = notation::write_smf(
      song({{72, 74, 76, 77, 79, 77, 76, 74}, {60, 59, 60, 57, 55, 57, 60, 59}}));
  for (const composing::MelodyVoice& voice :
       {composing::MelodyVoice{}, composing::MelodyVoice{composing::Voice::track, 1}}) {
    const Bytes made =
        made_of({.seed = 5, .melody = GivenFile{"x.mid"}, .voice = voice, .particles = 1}, bytes);
    const EventFile before = notation::read_event_file(bytes, "given");
    const EventFile after = notation::read_event_file(made, "made");
    ASSERT_EQ(after.tracks.size(), 3u);
    const auto none = [](const FileEvent&) { return false; };
    EXPECT_EQ(events_of(after, 1, none), events_of(before, 1, none));
    EXPECT_NE(events_of(after, 2, none), events_of(before, 2, none));
    for (const FileNote& note : notes_of(after))
      EXPECT_EQ(note.note.velocity, note.track == 2 ? 80 : 60);
  }
}

TEST(GivenFile, HarmonyOfALoneMelodyGetsTracksOfItsOwn) {
  const Bytes bytes = notation::write_smf(song({{72, 74, 76, 77, 79, 77, 76, 74}}));
  const Bytes made =
      made_of({.seed = 5, .melody = GivenFile{"x.mid"}, .fewest_notes = 3, .particles = 1}, bytes);
  const notation::Score score = notation::read_smf(made, "made").scores.at(0);
  ASSERT_GE(score.tracks.size(), 3u);
  EXPECT_EQ(score.tracks[0].name, "part 1");
  EXPECT_EQ(score.tracks[0].notes, notation::read_smf(bytes, "x").scores.at(0).tracks[0].notes);
  for (std::size_t t = 1; t < score.tracks.size(); ++t) {
    EXPECT_THAT(score.tracks[t].name, HasSubstr("Harmony"));
    EXPECT_FALSE(score.tracks[t].notes.empty());
    for (const notation::Note& note : score.tracks[t].notes) {
      EXPECT_EQ(note.velocity, 60);
      EXPECT_NE(note.channel, 0);
    }
  }
}

TEST(GivenFile, APieceThatGoesOnKeepsThePrimerAndItsEnds) {
  const Bytes bytes = notation::write_smf(
      song({{72, 74, 76, 77, 79, 77, 76, 74}, {60, 59, 60, 57, 55, 57, 60, 59}}));
  const Bytes made = made_of({.seed = 6, .steps = 32, .prime = GivenFile{"x.mid"}}, bytes);
  const EventFile before = notation::read_event_file(bytes, "given");
  const EventFile after = notation::read_event_file(made, "made");
  ASSERT_EQ(after.tracks.size(), before.tracks.size());
  const auto later = [](const FileEvent& event) { return event.tick >= 8 * 480; };
  for (std::size_t t = 0; t < before.tracks.size(); ++t)
    EXPECT_EQ(events_of(after, t, later), events_of(before, t, later));
  const std::vector<FileNote> added = new_notes(bytes, made);
  EXPECT_GT(added.size(), 6u);
  for (const FileNote& note : added) EXPECT_GE(note.note.onset, 8 * 480);
  EXPECT_EQ(notation::read_smf(made, "made").scores.at(0).end, 16 * 480);
}

TEST(GivenFile, WhereAPrimerIsCutWhatFollowsIsTakenOutAndPedalsComeUp) {
  notation::Score score = song({{72, 74, 76, 77, 79, 77, 76, 74}});
  score.tracks[0].pedals = {{480, 0, true}};
  score.tracks[0].texts = {{100, 5, "la"}, {5 * 480, 5, "lu"}};
  score.tracks[0].notes[3].end += 300;  // over the cut
  const Bytes bytes = notation::write_smf(score);
  const Bytes made =
      made_of({.seed = 6, .steps = 16, .prime = GivenFile{"x.mid"}, .prime_bars = 1}, bytes);
  const notation::Score after = notation::read_smf(made, "made").scores.at(0);
  const notation::Track& track = after.tracks.at(0);
  EXPECT_EQ(track.pedals, (std::vector<notation::PedalChange>{{480, 0, true}, {1920, 0, false}}));
  EXPECT_EQ(std::ranges::count(track.texts, 5, &notation::Text::kind), 1);
  for (int i = 0; i < 4; ++i) {
    const auto t = static_cast<std::size_t>(i);
    EXPECT_EQ(track.notes[t].onset, score.tracks[0].notes[t].onset);
  }
  EXPECT_GE(track.notes[3].end, 1920);
  EXPECT_EQ(after.end, 2 * 1920);
}

TEST(GivenFile, ATempoThatIsAskedForScalesAllOfTheFiles) {
  notation::Score score = song({{72, 74, 76, 77}});
  score.tempos = {{0, 500000}, {480, 600000}, {960, 400000}};
  const Bytes bytes = notation::write_smf(score);
  const auto tempos = [&](std::optional<double> tempo) {
    return notation::read_smf(made_of({.infill = GivenFile{"x.mid"},
                                       .infill_bars = "1",
                                       .particles = 1,
                                       .tempo = tempo},
                                      bytes),
                              "made")
        .scores.at(0)
        .tempos;
  };
  EXPECT_EQ(tempos({}), score.tempos);
  EXPECT_EQ(tempos(120.004), score.tempos);  // as a page rounds it
  EXPECT_EQ(tempos(60),
            (std::vector<notation::TempoChange>{{0, 1000000}, {480, 1200000}, {960, 800000}}));
}

TEST(GivenFile, OfTunesInTextTheNotesOutsideStay) {
  const std::string tune = "X:1\nT:Tune\nM:4/4\nL:1/4\nK:C\n[V:1] CDEF|GAGF|EDCD|C4|\n";
  const Bytes bytes(tune.begin(), tune.end());
  Order order{.infill = GivenFile{"tune.abc"}, .infill_bars = "2", .particles = 1};
  hear(*order.infill, Use::infill, order, model().config, bytes);
  const std::vector<FileNote> given = order.infill->source->notes;
  const Bytes made = made_of(order, bytes);
  std::map<NoteKey, int> left;
  for (const FileNote& note : notes_of(notation::read_event_file(made, "made")))
    ++left[key_of(note)];
  for (const FileNote& note : given)
    EXPECT_EQ(left[key_of(note)], note.note.onset < 1920 || note.note.onset >= 3840 ? 1 : 0);
}

TEST(GivenFile, IsNotRefusedForWhatTheModelCannotWriteUnlessAskedTo) {
  const Bytes bytes = notation::write_smf(song({{72, 74, 76, 77}, {24, 26, 28, 29}}));
  Order order{.melody = GivenFile{"x.mid"}, .particles = 1};
  EXPECT_FALSE(made_of(order, bytes).empty());
  order.out_of_range = music::OutOfRange::refuse;
  EXPECT_THAT(error_of([&] { made_of(order, bytes); }), HasSubstr("the pitch 24"));
  // What is not heard is not composed anew, and stays.
  Order drop{.infill = GivenFile{"x.mid"},
             .infill_bars = "1",
             .out_of_range = music::OutOfRange::drop,
             .particles = 1};
  const auto notes =
      notation::read_smf(made_of(drop, bytes), "made").scores.at(0).tracks.at(1).notes;
  EXPECT_EQ(std::ranges::count_if(notes, [](const notation::Note& n) { return n.pitch < 30; }), 4);
}

TEST(GivenFile, HasOneReceiptAndIsMadeAgainFromIt) {
  const TemporaryFolder folder;
  const fs::path given = folder.path() / "x.mid", first = folder.path() / "first.mid";
  write_file(given, notation::write_smf(song({{72, 74, 76, 77, 79, 77, 76, 74}})));
  const auto filled = [&](const fs::path& path, std::uint64_t seed) {
    Order order{
        .seed = seed, .infill = GivenFile{path.string()}, .infill_bars = "2", .particles = 2};
    read_given(order, model().config, quiet, never);
    Bytes made;
    compose(
        {.program = "toccata test", .model_name = "tiny", .model = &model(), .order = order},
        [&](MadePiece&& piece) { made = std::move(piece.midi); }, quiet, never);
    return made;
  };
  write_file(first, filled(given, 1));
  const Bytes second = filled(first, 2);
  const EventFile file = notation::read_event_file(second, "second");
  int receipts = 0;
  for (const notation::FileTrack& track : file.tracks)
    for (const FileEvent& event : track.events) receipts += is_receipt(file, event);
  EXPECT_EQ(receipts, 1);
  const composing::Receipt receipt = receipt_in("second.mid", second);
  EXPECT_EQ(receipt.order.seed, 2u);
  EXPECT_EQ(compose_again("second.mid", second, receipt, {}, {}, model(), 1, "toccata test", quiet,
                          never),
            second);
  // The velocity of one note is enough to be another file.
  Bytes other = read_file(first);
  for (std::size_t i = 0; i + 2 < other.size(); ++i)
    if (other[i] == 0x90 && other[i + 1] == 72) other[i + 2] = 99;
  write_file(first, other);
  EXPECT_THAT(error_of([&] {
                compose_again("second.mid", second, receipt, {}, {}, model(), 1, "toccata test",
                              quiet, never);
              }),
              HasSubstr("find the file as it was"));
}

}  // namespace
}  // namespace toccata::tasks
