// A file's events come back as they were, and edits touch nothing else.
#include "notation/event_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "base/error.h"
#include "notation/smf_reader.h"
#include "notation/smf_writer.h"
#include "notation/tidy.h"
#include "support/midi_bytes.h"
#include "support/score_generator.h"
#include "support/shared_data.h"

namespace toccata::notation {
namespace {

// All that a file may hold and a Score does not.
Bytes rich_file() {
  const Bytes first = TrackEvents()
                          .raw({0, 0xff, 0x54, 5, 1, 2, 3, 4, 5})  // SMPTE offset
                          .raw({0, 0xff, 0x51, 3, 7, 0xa1, 0x20})  // tempo
                          .raw({5, 0xff, 0x7f, 3, 1, 2, 3})        // of a sequencer
                          .end(9);
  const Bytes second =
      TrackEvents()
          .raw({0, 0xf0, 3, 0x7e, 9, 0xf7})            // system exclusive
          .raw({0, 0xe1, 3, 70, 1, 4, 71})             // pitch bends, running
          .raw({2, 0xa1, 60, 9, 0, 0xd1, 40})          // aftertouches
          .raw({1, 0x91, 60, 70, 4, 60, 0, 0, 61, 1})  // running, offs of velocity 0
          .raw({3, 61, 0, 0, 0xff, 5, 2, 'l', 'a', 0, 0xb1, 7, 90, 0, 10, 64})
          .raw({0x83, 0x60, 0xc1, 12})
          .end(1);
  return MidiBytes()
      .text("MThd")
      .number(8, 4)
      .number(1, 2)
      .number(2, 2)
      .number(96, 2)
      .raw({1, 2})  // a longer header
      .track(first)
      .text("XFIH")
      .number(3, 4)
      .raw({1, 2, 3})
      .track(second)
      .text("XFKM")
      .number(1, 4)
      .raw({9});
}

TEST(EventFile, IsWrittenByteForByteAsItWasRead) {
  const Bytes bytes = rich_file();
  const EventFile file = read_event_file(bytes, "rich");
  EXPECT_EQ(file.repair_count, 0u);
  EXPECT_EQ(write_event_file(file), bytes);
  ASSERT_EQ(file.tracks.size(), 2u);
  EXPECT_EQ(file.tracks[1].events.size(), 13u);
}

RC_GTEST_PROP(EventFile, OfAnyScoreIsWrittenAsItWasReadAndHasItsNotes, ()) {
  const Score score = generate_score();
  const Bytes bytes = write_smf(score);
  const EventFile file = read_event_file(bytes, "generated");
  RC_ASSERT(write_event_file(file) == bytes);
  std::vector<std::vector<Note>> found(file.tracks.size());
  for (const FileNote& note : notes_of(file)) {
    RC_ASSERT(file.tracks[note.track].events[note.on].tick == note.note.onset);
    found[note.track].push_back(note.note);
  }
  const Score again = read_smf(bytes, "generated").scores.at(0);
  for (std::size_t t = 0; t < again.tracks.size(); ++t) {
    auto& notes = found[t + file.tracks.size() - again.tracks.size()];
    sort_notes(notes);
    RC_ASSERT(notes == again.tracks[t].notes);
  }
}

TEST(EventFile, AnEditTouchesNothingElse) {
  EventFile file = read_event_file(rich_file(), "rich");
  FileTrack& track = file.tracks[1];
  const std::vector<FileNote> notes = notes_of(file);
  ASSERT_EQ(notes.size(), 2u);
  std::vector<bool> removed(track.events.size(), false);
  removed[notes[0].on] = removed[*notes[0].off] = true;
  const Tick onset = notes[0].note.onset, end = notes[0].note.end;
  // The new note ends where another begins: the end stands first.
  edit(track, removed,
       {{.tick = onset, .status = 0x91, .first = 72, .second = 50},
        {.tick = end, .status = 0x81, .first = 72, .second = 64}});
  const EventFile after = read_event_file(write_event_file(file), "edited");
  EXPECT_EQ(after.repair_count, 0u);
  const std::vector<FileNote> left = notes_of(after);
  ASSERT_EQ(left.size(), 2u);
  EXPECT_EQ(left[0].note.pitch, 72);
  EXPECT_EQ(left[0].note.end, end);
  EXPECT_LT(*left[0].off, left[1].on);
  EXPECT_EQ(left[1].note, notes[1].note);
  EXPECT_EQ(after.tracks[1].events.size(), 13u);
  EXPECT_EQ(after.tracks[1].end, track.end);
}

TEST(EventFile, IsRefinedWithoutAChangeInTime) {
  EventFile file = read_event_file(rich_file(), "rich");
  const std::vector<FileNote> before = notes_of(file);
  refine(file, 3);
  EXPECT_EQ(file.division, 288);
  EXPECT_EQ(notes_of(file)[1].note.onset, before[1].note.onset * 3);
  EXPECT_THROW(refine(file, 1000), Error);
  file.division = 0xe708;  // 25 frames per second, 8 ticks each
  refine(file, 2);
  EXPECT_EQ(file.division, 0xe710);
}

TEST(EventFile, NamesWhatItMended) {
  const Bytes bytes = MidiBytes().header(1, 3, 96).track(TrackEvents().note(0, 60, 10).end());
  const EventFile file = read_event_file(bytes, "x.mid");
  EXPECT_EQ(file.repair_count, 1u);
  EXPECT_THAT(file.repairs.at(0).reason, testing::HasSubstr("the header counts 3 tracks"));
  EXPECT_EQ(read_event_file(write_event_file(file), "x.mid").repair_count, 0u);
}

TEST(EventFileCorpora, FilesThatPeopleHaveAreWrittenAsTheyWereRead) {
  TOCCATA_NEEDS_SHARED("corpora");
  int files = 0, same = 0;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(shared_data("corpora"))) {
    if (entry.path().extension() != ".mid" || ++files % 15 != 0) continue;
    const Bytes bytes = read_file(entry.path());
    const EventFile file = read_event_file(bytes, entry.path().string());
    const Bytes written = write_event_file(file);
    // What needed a repair, or pads its numbers, is written otherwise, and then for good.
    const EventFile again = read_event_file(written, entry.path().string());
    EXPECT_EQ(write_event_file(again), written) << entry.path();
    EXPECT_EQ(again.tracks.size(), file.tracks.size());
    for (std::size_t t = 0; t < file.tracks.size(); ++t)
      EXPECT_EQ(again.tracks[t].events.size(), file.tracks[t].events.size()) << entry.path();
    same += written == bytes;
    if (file.repair_count == 0 && written != bytes)
      std::cout << entry.path() << " is written otherwise\n";
  }
  EXPECT_GT(same, 0);
  std::cout << same << " of " << files / 15 << " files byte for byte\n";
}

}  // namespace
}  // namespace toccata::notation
