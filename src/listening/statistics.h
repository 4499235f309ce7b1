#pragma once
// Statistics that describe a piece of music. A statistic has the name and the definition of its
// source, with small differences that docs/statistics.md lists:
//   muspy   Dong, Chen, McAuley, Berg-Kirkpatrick, "MusPy: a toolkit for symbolic music
//           generation", ISMIR 2020 (a beat is a quarter note there and here)
//   mgeval  Yang & Lerch, "On the evaluation of generative models in music", Neural Computing and
//           Applications 2020
//   toccata our own, and those that share a published name but are defined otherwise
// They are counted on a Roll: on the grid, within the range, unisons merged.

#include <span>
#include <string_view>

#include "music/roll.h"

namespace toccata::listening {

/// A value that does not exist (the pitch entropy of silence) is NaN.
struct Statistics {
  double pitch_median;          // MIDI pitch, of all notes: the register
  double pitch_sd;              // semitones, of all notes around their mean
  double pitch_range;           // semitones between the highest and the lowest note
  double n_pitches_used;        // different pitches
  double n_pitch_classes_used;  // different pitch classes
  double pitch_entropy;         // bits, of the histogram of notes by pitch
  double pitch_class_entropy;   // bits, of the histogram of notes by pitch class
  double scale_consistency;     // largest share of notes in one major or natural minor scale
  double polyphony;             // mean number of pitches sounding, over steps where any does
  double polyphony_rate;        // share of all steps where two pitches or more sound
  double empty_beat_rate;       // share of quarter notes in which nothing sounds
  double empty_measure_rate;    // share of bars in which nothing sounds
  double groove_consistency;    // 1 - mean normalised Hamming distance between the onset vectors
                                // of neighbouring bars (of equal length)
  double total_used_note;       // notes
  double avg_pitch_shift;       // mean absolute interval between consecutive notes, semitones
  double avg_ioi;               // mean time between consecutive onsets, quarter notes
  double mean_note_length;      // quarter notes
  double notes_per_step;        // mean number of onsets per step
  double repeated_bars;         // share of sounding bars, from the second on, that equal an
                                // earlier bar note for note
};

struct Statistic {
  std::string_view name;
  std::string_view source;  // muspy, mgeval or toccata
  std::string_view unit;
  double Statistics::*value;
};

/// The fields of Statistics in their order.
std::span<const Statistic> all_statistics();

Statistics statistics(const music::Roll& roll);

}  // namespace toccata::listening
