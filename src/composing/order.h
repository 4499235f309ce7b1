#pragma once
// Order: all that defines a piece but the model. One value goes through the whole program: command
// line and page fill it, compose carries it out, the receipt keeps it.
//
// visit_order is the one list of its fields. From it come the options of `toccata generate` and
// `toccata play` with their help, the JSON that the page sends and that receipts hold, bounds and
// their messages, what --again compares, the page's form (GET /api/controls) and the table in
// docs/api.md. A new control is a field here with its line in the list, a rule in plan.cc or
// composer.cc, and a test.

#include <cmath>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "base/error.h"
#include "base/words.h"
#include "composing/harmony.h"
#include "composing/manner.h"
#include "composing/sampling_options.h"
#include "music/options.h"
#include "music/roll.h"

namespace toccata::composing {

/// What a musician wrote, read once: the text as it was given, and what it means. Empty where
/// nothing was asked for. `parse` throws Error (usage).
template <typename Value, Value (*parse)(std::string_view)>
class Written {
 public:
  Written() = default;
  Written(std::string text) : text_(std::move(text)) {
    if (!text_.empty()) value_ = parse(text_);
  }
  Written(const char* text) : Written(std::string(text)) {}

  bool empty() const { return text_.empty(); }
  explicit operator bool() const { return !empty(); }
  const std::string& text() const { return text_; }
  const Value& operator*() const { return *value_; }
  const Value* operator->() const { return &*value_; }
  bool operator==(const Written& other) const { return text_ == other.text_; }

 private:
  std::string text_;
  std::optional<Value> value_;
};

struct Meter {
  int numerator = 4;
  int denominator = 4;  // a power of two, 1..64
  bool operator==(const Meter&) const = default;
};
/// "3/4". Throws Error (usage) where it is no meter.
Meter parse_meter(std::string_view text);

/// How a piece closes: on the tonic of the key that is asked for, on that of the key which its own
/// music is in by then, on a chord, or anyhow.
struct Ending {
  enum class On { tonic, own, chord, none } on = On::tonic;
  std::optional<Chord> chord;
};
/// "tonic", "own", "none", or a chord such as "Dm". Throws Error (usage).
Ending parse_ending(std::string_view text);

using WrittenMeter = Written<Meter, parse_meter>;
using WrittenBars = Written<std::vector<BarSpan>, parse_bars>;
using WrittenKey = Written<Scale, parse_key>;
using WrittenScale = Written<Scale, parse_scale>;
using WrittenRange = Written<PitchRange, parse_range>;
using WrittenNoteValue = Written<double, parse_note_value>;
using WrittenChords = Written<ChordTrack, parse_chords>;
using WrittenManner = Written<Manner, parse_manner>;
using WrittenEnding = Written<Ending, parse_ending>;

struct GivenSource;  // given_source.h

/// A file of music that an order names.
struct GivenFile {
  std::string path;                               // as the user gave it
  std::string hash = {};                          // of the file, or given_hash of `music` alone
  std::shared_ptr<const music::Roll> music = {};  // as the model hears it; null until it is read
  // The file itself, which the piece becomes a patch to; null where it is known as `music` alone.
  std::shared_ptr<const GivenSource> source = {};
  bool operator==(const GivenFile& other) const { return path == other.path && hash == other.hash; }
};

/// Which notes of the melody's file are given.
enum class Voice {
  top,     // the highest sounding note of each step; nothing is composed above it
  bottom,  // the lowest; nothing is composed below it
  track,   // all of one track, by its number or name; notes are composed on either side
};
constexpr auto words(Voice) {
  return word_list<Voice>(
      {{"top", Voice::top}, {"bottom", Voice::bottom}, {"track", Voice::track}});
}
struct MelodyVoice {
  Voice voice = Voice::top;
  int track = 1;          // Voice::track: counted from 1 among the tracks with notes
  std::string name = {};  // Voice::track: its name instead; empty: by number
  bool operator==(const MelodyVoice&) const = default;
};
/// "top", "bottom", "track 2" or the name of a track. Throws Error (usage).
MelodyVoice parse_voice(std::string_view text);
std::string to_string(const MelodyVoice& voice);

/// How a piece begins.
enum class Opening {
  usual,  // with a note where no music is given (fill_in), else any
  any,    // perhaps with silence
  sound,  // something sounds in the first step
};
constexpr auto words(Opening) {
  return word_list<Opening>(
      {{"usual", Opening::usual}, {"any", Opening::any}, {"sound", Opening::sound}});
}

/// Where a chord track holds.
enum class ChordTones {
  all,    // whatever sounds belongs to the chord
  beats,  // whatever sounds at the beginning of a beat does; between beats any note of the key
};
constexpr auto words(ChordTones) {
  return word_list<ChordTones>({{"all", ChordTones::all}, {"beats", ChordTones::beats}});
}

/// A part of a piece to compose anew.
struct Region {
  int from = 0, to = 0;                          // steps, `to` not included
  int low = 0, high = 127;                       // MIDI pitches, both included
  std::vector<std::pair<int, int>> pinned = {};  // notes in it that stay: onset and pitch
  bool operator==(const Region&) const = default;
};

/// Which particle a piece is taken from, when all is composed.
enum class Pick {
  drawn,     // by weight: a sample of what is likely under the order
  heaviest,  // of the largest weight; among equals the most likely
};
constexpr auto words(Pick) {
  return word_list<Pick>({{"drawn", Pick::drawn}, {"heaviest", Pick::heaviest}});
}

/// From `step` of the piece on, the choices have the random numbers of the `number`-th other try:
/// what was composed there first was refused. 0 is the first try; 4095 the last that there can be.
struct Retry {
  int step = 0;
  std::uint32_t number = 0;
  bool operator==(const Retry&) const = default;
};
using Retries = std::vector<Retry>;  // by step; each holds up to the next

struct Order {
  // Which pieces, and how long they are
  std::uint64_t seed = 1;  // with a piece's number it names all of the piece's random numbers
  std::uint64_t first = 0;
  int pieces = 1;
  std::optional<int> bars = {};
  std::optional<int> steps = {};
  WrittenMeter meter = {};
  // What is given. With infill or melody the piece is as long as that file, and in its meter.
  std::optional<GivenFile> prime = {};
  int prime_bars = 0;
  bool new_only = false;
  std::optional<GivenFile> infill = {};
  WrittenBars infill_bars = {};
  std::optional<Region> region = {};
  std::optional<GivenFile> melody = {};  // the notes of `voice` alone
  MelodyVoice voice = MelodyVoice();
  music::BeatsFrom beats = music::BeatsFrom::automatic;  // of these files; automatic: as the model
                                                         // reads all music
  music::OutOfRange out_of_range = music::OutOfRange::fold;  // how notes of these files are heard
  // Limits. They hold for what is composed; given notes stay even where they break one.
  WrittenKey key = {};
  WrittenScale scale = {};
  WrittenRange range = {};
  int most_notes = 0;
  int fewest_notes = 0;
  WrittenNoteValue longest_silence = {};
  WrittenNoteValue repeat_gap = {};
  WrittenNoteValue longest_note = {};
  WrittenChords chords = {};
  std::optional<GivenFile> chord_file = {};  // of any range
  ChordTones chord_tones = ChordTones::all;
  Opening opening = Opening::usual;
  WrittenEnding ending = {};
  int ending_bars = 1;
  // How notes are drawn
  SamplingOptions sampling = {};
  double keep_prob = 1;
  WrittenManner manner = {};  // of the model's corpus; usual.h fills it in
  std::optional<int> particles = {};
  Pick pick = Pick::drawn;
  Retries retries = {};  // of its one piece; see no_copying.h
  // The file
  std::optional<double> tempo = {};
  std::optional<int> velocity = {};

  bool operator==(const Order&) const = default;
};

/// What is said of a field. Its name in messages is its key with spaces.
struct OrderField {
  const char* group;
  const char* key;  // in JSON; "melody.voice" is the member "voice" of "melody"
  const char* meaning;
  const char* option = "";     // on the command line, where it is not the key's own words
  double least = 0, most = 0;  // bounds of a number, both included; equal: none
  double slider_least = 0, slider_most = 0;  // what a slider offers; equal: no slider
  const char* otherwise = "";        // what holds where it is left out, if no default says it
  const char* examples = "";         // "1/8|1/4": what may be proposed
  bool play = false;                 // goes with `toccata play`,
  bool live = false;                 // and can be changed while it plays
  bool command = true, page = true;  // where it can be said; receipts hold every field

  constexpr OrderField within(double low, double high) const {
    OrderField field = *this;
    field.least = low;
    field.most = high;
    return field;
  }
  constexpr OrderField slider(double low, double high) const {
    OrderField field = *this;
    field.slider_least = low;
    field.slider_most = high;
    return field;
  }
  constexpr OrderField as_option(const char* name) const {
    OrderField field = *this;
    field.option = name;
    return field;
  }
  constexpr OrderField or_else(const char* words) const {
    OrderField field = *this;
    field.otherwise = words;
    return field;
  }
  constexpr OrderField such_as(const char* words) const {
    OrderField field = *this;
    field.examples = words;
    return field;
  }
  constexpr OrderField for_play() const {
    OrderField field = *this;
    field.play = true;
    return field;
  }
  constexpr OrderField when_live() const {
    OrderField field = for_play();
    field.live = true;
    return field;
  }
  constexpr OrderField only_in(bool on_command, bool on_page) const {
    OrderField field = *this;
    field.command = on_command;
    field.page = on_page;
    return field;
  }
};

/// "most notes" and "most-notes": how messages and the command line call a field.
std::string name_of(const OrderField& field);
std::string option_of(const OrderField& field);
/// " from 1 to 128"; empty where there are no bounds.
std::string bounds_text(const OrderField& field);
/// 128 and not 128.0, which some versions of fmt make of it.
std::string plain_text(double number);

template <typename T>
constexpr bool is_optional_number = false;
template <typename Number>
requires std::is_arithmetic_v<Number>
constexpr bool is_optional_number<std::optional<Number>> = true;

/// Throws Error (usage) where a number is out of the field's bounds.
template <typename Number>
void check_number(const OrderField& field, Number number) {
  const auto value = static_cast<double>(number);
  if (std::isfinite(value) &&
      (field.most <= field.least || (value >= field.least && value <= field.most)))
    return;
  fail_usage("{}: expected a {}number{}, found {}", name_of(field),
             std::is_integral_v<Number> ? "whole " : "", bounds_text(field), number);
}

inline constexpr int kMostParticles = 4096;
inline constexpr int kUsualBars = 32;
inline constexpr int kUsualVelocity = 80;

/// Calls visit(field, value) for each field in turn. `AnyOrder` is Order, const or not.
template <typename AnyOrder, typename Visit>
void visit_order(AnyOrder& o, Visit&& visit) {
  using Field = OrderField;
  const char* group = "Pieces";
  visit(Field{group, "seed", "the same seed, model and options compose the same"}
            .or_else("a new one")
            .for_play(),
        o.seed);
  visit(Field{group, "first", "number of the first piece; a seed and a number name a piece"},
        o.first);
  visit(Field{group, "pieces", "how many pieces"}.within(1, 1e6).as_option("batch"), o.pieces);
  visit(
      Field{group, "bars", "new bars of each piece"}.within(1, 100000).as_option("length").or_else(
          "32"),
      o.bars);
  visit(Field{group, "steps", "new steps of each piece, instead of bars"}
            .within(1, 1 << 20)
            .or_else("32 bars"),
        o.steps);
  visit(Field{group, "meter", "time signature, such as 3/4"}
            .or_else("the primer's last, or 4/4")
            .such_as("2/4|3/4|4/4|5/4|6/8|7/8|9/8|12/8")
            .for_play(),
        o.meter);
  visit(Field{group, "tempo", "quarter notes per minute"}
            .within(4, 60000)
            .or_else("the given piece's, or 120")
            .when_live(),
        o.tempo);
  visit(Field{group, "velocity", "of every new note"}
            .within(1, 127)
            .or_else("80; in a given piece, as those around it")
            .when_live(),
        o.velocity);

  group = "What is given";
  visit(Field{group, "prime", "a piece to continue"}, o.prime);
  visit(
      Field{group, "prime.bars", "use only this many of its first bars; 0: all"}.within(0, 100000),
      o.prime_bars);
  visit(Field{group, "new_only", "write the new music alone, without the piece that it continues"},
        o.new_only);
  visit(Field{group, "infill", "a piece in which some bars are composed anew; the rest stays"},
        o.infill);
  visit(Field{group, "infill.bars", "the bars to compose anew, such as 9-12 or 1-2,7-8"}.as_option(
            "bars"),
        o.infill_bars);
  visit(Field{group, "infill.region", "or steps and pitches to fill"}.only_in(false, true),
        o.region);
  visit(Field{group, "melody", "a melody to harmonise: its notes stay as they are"}, o.melody);
  visit(
      Field{group, "melody.voice",
            "which notes of it are the melody: top (the highest of each step), bottom, track K, or "
            "the name of a track"}
          .as_option("voice"),
      o.voice);
  visit(Field{group, "beats",
              "where the beats of what is given are: as the model reads all music (auto), the "
              "file's own (file), or found"}
            .for_play()
            .only_in(true, false),
        o.beats);
  visit(
      Field{group, "out_of_range",
            "what is given outside the model's range is heard in another octave (fold), not heard "
            "(drop), or an error (refuse)"},
      o.out_of_range);

  group = "Limits";
  visit(Field{group, "key",
              "use only notes of this key: D minor, Eb major (minor has the raised sixth and "
              "seventh too)"}
            .such_as("C major|G major|D major|F major|Bb major|A minor|E minor|D minor|G minor")
            .when_live(),
        o.key);
  visit(Field{group, "scale", "use only notes of this scale: D dorian, C pentatonic, or C D E G A"}
            .such_as("C pentatonic|A minor pentatonic|D dorian|E phrygian|G mixolydian|A blues|"
                     "C whole tone")
            .when_live(),
        o.scale);
  visit(Field{group, "range",
              "use only pitches of this range: C3-G5 (C4 is middle C); all: any of the model's"}
            .such_as("C3-G5|C2-C6|G3-C6|all")
            .or_else("the pitches of the music that the model learned from")
            .when_live(),
        o.range);
  visit(Field{group, "most_notes", "at most this many notes sound at a time; 0: any number"}
            .within(0, 128)
            .when_live(),
        o.most_notes);
  visit(Field{group, "fewest_notes", "at least this many notes sound at all times"}
            .within(0, 128)
            .when_live(),
        o.fewest_notes);
  visit(Field{group, "longest_silence", "the longest silence, as a note value"}
            .such_as("1/8|1/4|1/2|1")
            .when_live(),
        o.longest_silence);
  visit(
      Field{group, "repeat_gap", "the shortest time until a pitch is struck again, as a note value"}
          .such_as("1/8|1/4|1/2|1")
          .when_live(),
      o.repeat_gap);
  visit(Field{group, "longest_note", "the longest note, as a note value"}
            .such_as("1/8|1/4|1/2|1")
            .when_live(),
        o.longest_note);
  visit(Field{group, "chords", "a chord track, which repeats: C | Am F | G7 | C"}
            .such_as("C \\| Am F \\| G7 \\| C")
            .when_live(),
        o.chords);
  visit(Field{group, "chord_file", "a piece whose sounding notes are the chord track"},
        o.chord_file);
  visit(Field{group, "chord_tones",
              "where only the chord's notes sound: at all times, or where beats begin"}
            .when_live(),
        o.chord_tones);
  visit(Field{group, "opening", "whether the piece begins with a note, or perhaps with silence"}
            .or_else("sound, where no music is given"),
        o.opening);
  visit(Field{group, "ending",
              "the chord on which the piece closes: Dm, tonic for that of --key, own for that of "
              "the key which the music is in by then, or none"}
            .such_as("tonic|own|none|C|G|F|Am|Dm|Em")
            .or_else("tonic with a key, else own; none with chords or given music"),
        o.ending);
  visit(
      Field{group, "ending_bars", "bars at the end in which only notes of that chord sound"}.within(
          1, 100000),
      o.ending_bars);

  group = "Sampling";
  visit(Field{group, "temperature", "above 1 freer, below 1 safer; 1: the model's own odds"}
            .within(0.01, 100)
            .slider(0.5, 1.6)
            .when_live(),
        o.sampling.temperature);
  visit(Field{group, "articulate_temperature", "the temperature of striking a sounding note again"}
            .within(0.01, 100)
            .slider(0.5, 1.6)
            .or_else("as temperature")
            .when_live(),
        o.sampling.articulate_temperature);
  visit(Field{group, "density", "multiplies the odds that a note begins: above 1 more notes"}
            .within(0.001, 1000)
            .slider(0.25, 4)
            .when_live(),
        o.sampling.density);
  visit(
      Field{group, "conservativity",
            "raises the probability of play to this power (Johnson): above 1 fewer notes, below 1 "
            "more; adaptive: more notes after nearly silent steps"}
          .within(0.01, 100)
          .such_as("adaptive")
          .when_live(),
      o.sampling.conservativity);
  visit(
      Field{group, "echo_strength",
            "how far the piece repeats itself: 0 only as the network does, 1 as the model's memory "
            "has learned, above 1 more"}
          .within(0, 100)
          .slider(0, 4)
          .when_live(),
      o.sampling.echo_strength);
  visit(Field{group, "manner",
              "the pitches, register, voices and onsets that the music is kept near; free: any"}
            .or_else("those of the music that the model learned from"),
        o.manner);
  visit(Field{group, "keep_prob", "below 1: dropout stays on while composing, and keeps this share"}
            .within(1e-6, 1)
            .slider(0.3, 1)
            .for_play(),
        o.keep_prob);
  visit(Field{group, "particles",
              "versions of each piece that are composed together, so that what is asked for shapes "
              "what "
              "comes before it; 1: no looking ahead"}
            .within(1, kMostParticles)
            .such_as("1|8|32|128")
            .or_else("16 with infill or melody, else 1"),
        o.particles);
  visit(Field{group, "pick", "which version is kept: one drawn by weight, or the heaviest"},
        o.pick);
  visit(Field{group, "retries", "what was composed again because it copied"}.only_in(false, false),
        o.retries);
}

/// Throws Error (usage) where a field is out of its bounds or fields contradict each other.
void check(const Order& order);

/// K: as ordered; otherwise 16 with an infill or a melody, whose notes shape what comes before
/// them, and 1 (no looking ahead) without.
int particles_of(const Order& order);
/// New steps of each piece on a model's grid, a broken number rounded up; 0 where the piece is as
/// long as what is given. Bars are those of the meter that is asked for, else of the primer's last,
/// else of the one that the model takes for music without. The music that the order names must have
/// been read.
int new_steps(const Order& order, const music::Options& read_as);
/// The order with both said outright, and the tempo, as receipts keep it.
Order resolved(Order order, const music::Options& read_as);

/// What is said of nothing is as the model's music has it, where nothing is given to go by: manner
/// (empty: it is not known), opening and ending. Receipts keep it.
void fill_in(Order& order, const Manner& manner);

/// Names the music that a Roll holds as a model hears it: cells, range, grid and meters.
std::string given_hash(const music::Roll& roll);

}  // namespace toccata::composing
