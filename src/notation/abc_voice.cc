#include "notation/abc_voice.h"

#include <algorithm>
#include <cstddef>
#include <map>

#include "base/error.h"
#include "notation/tidy.h"

namespace toccata::notation::abc {
namespace {

struct PlayedBar {
  Tick length = 0;       // played
  Tick full = 0;         // by the meter; 0 where there is none
  Place place;           // of its last element
  bool divided = false;  // a repeat or a section ends with it
};

std::vector<PlayedBar> bars_of(const std::vector<const Element*>& played) {
  std::vector<PlayedBar> bars;
  std::optional<MeterChange> meter;
  PlayedBar bar;
  for (const Element* element : played) {
    if (element->changes_meter) meter = element->meter;
    if (bar.length == 0) bar.full = bar_length(meter);
    bar.length += element->length;
    if (element->length > 0) bar.place = element->place;
    if (element->bar && !element->bar->thin && bar.length > 0) {
      bar.divided = !element->bar->plain;
      bars.push_back(bar);
      bar = {};
    }
  }
  if (bar.length > 0) bars.push_back(bar);
  return bars;
}

}  // namespace

std::vector<const Element*> unfold(const Voice& voice) {
  std::vector<const Element*> played;
  const std::vector<Element>& written = voice.elements;
  std::size_t section = 0;     // where the repeated section begins
  int pass = 1;                // through it
  bool second_ending = false;  // a :| there only ends it
  for (std::size_t i = 0; i < written.size(); ++i) {
    played.push_back(&written[i]);
    if (!written[i].bar) continue;
    const Bar& bar = *written[i].bar;
    if (bar.repeat_end && pass == 1 && !second_ending) {
      pass = 2;
      i = section - 1;  // from the section's beginning again
      continue;
    }
    if (bar.repeat_end || bar.repeat_start) {
      if (bar.ending == 0 || bar.repeat_start) {
        section = i + 1;
        pass = 1;
      }
      second_ending = false;
    }
    if (bar.ending == 1 && pass == 2) {
      const auto second = std::find_if(
          written.begin() + static_cast<std::ptrdiff_t>(i) + 1, written.end(),
          [](const Element& element) { return element.bar && element.bar->ending == 2; });
      if (second == written.end()) return played;  // nothing is played the second time
      i = static_cast<std::size_t>(second - written.begin());
    }
    if (written[i].bar->ending == 2) {
      section = i + 1;
      pass = 1;
      second_ending = true;
    }
  }
  return played;
}

Tick upbeat(const std::vector<const Element*>& played) {
  const std::vector<PlayedBar> bars = bars_of(played);
  return bars.size() > 1 && bars[0].length < bars[0].full ? bars[0].length : 0;
}

void check_bars(const std::vector<const Element*>& played, std::string_view where) {
  const std::vector<PlayedBar> bars = bars_of(played);
  for (std::size_t i = 0; i < bars.size(); ++i) {
    const PlayedBar& bar = bars[i];
    if (bar.full == 0 || bar.length == bar.full) continue;
    if (i == 0 && bar.length < bar.full) continue;                                  // the upbeat
    if (i + 1 == bars.size() && bar.length + upbeat(played) == bar.full) continue;  // its rest
    if (bar.divided && i + 1 < bars.size() && bar.length + bars[i + 1].length == bar.full) {
      ++i;  // one bar that a repeat divides
      continue;
    }
    fail(
        "{}:{}:{}: bar {} ends here after {} ticks, but its meter asks for {} ({} per quarter "
        "note)",
        where, bar.place.line, bar.place.column, i + 1, bar.length, bar.full, kTicksPerQuarter);
  }
}

std::vector<Note> sounding_notes(const std::vector<const Element*>& played, std::uint8_t channel,
                                 std::string_view where) {
  std::vector<Note> notes;
  std::map<std::uint8_t, std::size_t> tied;  // by pitch: notes that the next element goes on with
  Place tie_place;
  Tick now = 0;
  for (const Element* element : played) {
    if (element->length == 0) continue;
    std::map<std::uint8_t, std::size_t> tied_on;
    for (const Tone& tone : element->tones) {
      std::size_t index = notes.size();
      if (const auto found = tied.find(tone.pitch); found != tied.end()) {
        index = found->second;
        notes[index].end = now + element->length;
        tied.erase(found);
      } else {
        notes.push_back(
            {.onset = now, .end = now + element->length, .pitch = tone.pitch, .channel = channel});
      }
      if (tone.tied) tied_on[tone.pitch] = index;
    }
    if (!tied.empty())
      fail("{}:{}:{}: a tie that leads to no note of the same pitch", where, tie_place.line,
           tie_place.column);
    tied = std::move(tied_on);
    tie_place = element->place;
    now += element->length;
  }
  if (!tied.empty())
    fail("{}:{}:{}: a tie at the end of the voice", where, tie_place.line, tie_place.column);
  sort_notes(notes);
  return notes;
}

}  // namespace toccata::notation::abc
