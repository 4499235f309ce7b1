#include "corpus/report.h"

#include <algorithm>

namespace toccata::corpus {

ImportTotals totals(const ImportReport& report) {
  ImportTotals sum;
  double moves = 0, onsets = 0;
  for (const FileReport& file : report.files) {
    ++sum.files;
    sum.kept += file.kept;
    sum.unreadable += file.unreadable;
    sum.repaired += file.repair_count > 0;
    sum.duplicates += !file.duplicate_of.empty();
    if (file.kept) {
      sum.steps += file.steps;
      sum.bars += file.bars;
    }
    sum.notes_read += file.notes_read;
    sum.notes_kept += file.notes_kept;
    sum.merged += file.merged;
    sum.folded += file.folded;
    sum.dropped += file.dropped;
    sum.drums += file.drums;
    sum.moved += file.moved;
    const double here = static_cast<double>(file.notes_kept + file.merged);
    moves += file.mean_move * here;
    onsets += here;
    sum.most_moved = std::max(sum.most_moved, file.most_moved);
  }
  if (onsets > 0) sum.mean_move = moves / onsets;
  return sum;
}

namespace {

// What a row and the totals have in common.
template <typename Counts>
void add_notes(OrderedJson& json, const Counts& counts) {
  json["notes"] = {{"read", counts.notes_read}, {"kept", counts.notes_kept},
                   {"merged", counts.merged},   {"folded", counts.folded},
                   {"dropped", counts.dropped}, {"drums", counts.drums}};
  json["moved"] = {{"onsets", counts.moved},
                   {"mean_steps", counts.mean_move},
                   {"most_steps", counts.most_moved}};
}

OrderedJson to_json(const FileReport& file) {
  OrderedJson json;
  json["name"] = file.name;
  json["kept"] = file.kept;
  if (!file.reason.empty()) json["reason"] = file.reason;
  json["unreadable"] = file.unreadable;
  json["steps"] = file.steps;
  json["bars"] = file.bars;
  json["meters"] = file.meters;
  add_notes(json, file);
  json["suggested_grid"] = file.suggested_grid;
  json["tracks"] = OrderedJson::array();
  for (const TrackFound& track : file.tracks)
    json["tracks"].push_back(
        {{"name", track.name}, {"instrument", track.instrument}, {"notes", track.notes}});
  json["beat_found"] = file.beat_found;
  json["shift_ticks"] = file.shift_ticks;
  json["beats"] = corpus::to_json(file.beats);
  json["verdicts"] = file.verdicts;
  if (!file.duplicate_of.empty()) json["duplicate_of"] = file.duplicate_of;
  json["repair_count"] = file.repair_count;
  json["repairs"] = file.repairs;
  return json;
}

}  // namespace

OrderedJson to_json(const music::ReadBeats& beats) {
  const music::FoundBeats& found = beats.found;
  OrderedJson json;
  json["kind"] = to_word(found.kind);
  json["used"] = beats.used;
  if (found.kind == music::BeatKind::as_written) return json;
  json["confidence"] = found.confidence;
  json["tempo"] = found.tempo;
  json["slowest"] = found.slowest;
  json["fastest"] = found.fastest;
  json["meter"] = found.meter;
  json["subdivision"] = found.subdivision;
  json["off_seconds"] = found.off;
  return json;
}

OrderedJson to_json(const ImportReport& report) {
  OrderedJson json;
  json["files"] = OrderedJson::array();
  for (const FileReport& file : report.files) json["files"].push_back(to_json(file));
  const ImportTotals sum = totals(report);
  OrderedJson& total = json["totals"];
  total["files"] = sum.files;
  total["kept"] = sum.kept;
  total["unreadable"] = sum.unreadable;
  total["repaired"] = sum.repaired;
  total["duplicates"] = sum.duplicates;
  total["steps"] = sum.steps;
  total["bars"] = sum.bars;
  add_notes(total, sum);
  json["longest"] = report.longest;
  json["suggested_grid"] = report.suggested_grid;
  json["seconds"] = report.seconds;
  json["bytes"] = report.bytes;
  return json;
}

}  // namespace toccata::corpus
