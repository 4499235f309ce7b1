#include "corpus/roll_file.h"

#include <algorithm>
#include <array>
#include <bitset>
#include <charconv>

#include "base/json.h"

namespace toccata::corpus {
namespace {

// Takes the events of nlohmann's parser as they come: no tree of the file is built.
class Reader final : public nlohmann::json_sax<Json> {
 public:
  Reader(std::string_view where, std::size_t most_pieces)
      : where_(where), most_pieces_(most_pieces) {}

  bool null() override { return value("null"); }
  bool boolean(bool) override { return value("true or false"); }
  bool number_float(double, const std::string&) override { return value("a broken number"); }
  bool binary(binary_t&) override { return value("bytes"); }
  bool number_integer(std::int64_t number) override { return whole_number(number); }
  bool number_unsigned(std::uint64_t number) override {
    return whole_number(
        static_cast<std::int64_t>(std::min<std::uint64_t>(number, std::uint64_t{1} << 62)));
  }

  bool string(string_t& text) override {
    if (depth_ == 1 && key_ == "meter") {
      set_meter(text);
      return true;
    }
    return value("a string");
  }

  bool start_array(std::size_t) override {
    ++depth_;
    if (depth_ > 4 && part_) fail("{}: {}: expected a MIDI pitch, found a list", where_, place());
    if (depth_ == 2 && key_ == "meter") meter_.clear();
    return true;
  }

  bool end_array() override {
    if (part_ && depth_ == 4)
      part_->frame_ends.push_back(static_cast<std::uint32_t>(part_->pitches.size()));
    if (part_ && depth_ == 3) end_piece();
    if (depth_ == 2 && key_ == "meter") {
      if (meter_.size() != 2) fail("{}: meter: expected [3, 4] or \"3/4\"", where_);
      set_meter(meter_[0], meter_[1]);
    }
    --depth_;
    return true;
  }

  bool start_object(std::size_t) override {
    if (depth_ > 0) value("an object");
    ++depth_;
    return true;
  }
  bool end_object() override {
    --depth_;
    return true;
  }

  bool key(string_t& name) override {
    if (depth_ != 1) return true;
    key_ = name;
    const auto part = from_word<Part>(name);
    part_ = part ? &file_.parts[*part] : nullptr;
    if (part_) *part_ = {};
    return true;
  }

  bool parse_error(std::size_t byte, const std::string&, const Json::exception&) override {
    fail("{}: byte {}: not valid JSON", where_, byte);
  }

  RollFile take() { return std::move(file_); }

 private:
  void end_piece() {
    if (++pieces_ > most_pieces_)
      fail("{}: it claims more than {} pieces; a file of this size has fewer", where_,
           most_pieces_);
    part_->piece_ends.push_back(static_cast<std::uint32_t>(part_->frame_ends.size()));
  }

  // Anything but a whole number, a list and a meter: wrong inside a part, else not ours.
  bool value(std::string_view found) {
    if (part_)
      fail("{}: {}: expected {}, found {}{}", where_, place(),
           std::array{"", "a list of pieces", "a piece (a list of frames)",
                      "a frame (a list of pitches)",
                      "a MIDI pitch"}[static_cast<std::size_t>(std::clamp(depth_, 1, 4))],
           found,
           depth_ == 2 && found == "a string"
               ? " (a list of files counts as the split of its folder only as split.json)"
               : "");
    if (depth_ == 1 && (key_ == "steps_per_beat" || key_ == "meter"))
      fail("{}: {}: expected {}, found {}", where_, key_,
           key_ == "meter" ? "\"3/4\" or [3, 4]" : "a whole number", found);
    return true;
  }

  bool whole_number(std::int64_t number) {
    if (part_ && depth_ == 4) {
      if (number < 0 || number > 127)
        fail("{}: {}: expected a MIDI pitch from 0 to 127, found {}", where_, place(), number);
      part_->pitches.push_back(static_cast<std::uint8_t>(number));
    } else if (depth_ == 1 && key_ == "steps_per_beat") {
      if (number < 1 || number > 96)
        fail("{}: steps_per_beat: expected 1 to 96, found {}", where_, number);
      file_.steps_per_beat = static_cast<int>(number);
    } else if (depth_ == 2 && key_ == "meter") {
      if (meter_.size() < 3) meter_.push_back(number);
    } else {
      value("a number");
    }
    return true;
  }

  void set_meter(std::string_view text) {
    std::int64_t numbers[2] = {0, 0};
    const auto slash = text.find('/');
    const auto read = [](std::string_view digits, std::int64_t& number) {
      std::from_chars(digits.data(), digits.data() + digits.size(), number);
    };
    if (slash != text.npos) {
      read(text.substr(0, slash), numbers[0]);
      read(text.substr(slash + 1), numbers[1]);
    }
    set_meter(numbers[0], numbers[1]);
  }

  void set_meter(std::int64_t numerator, std::int64_t denominator) {
    if (numerator < 1 || numerator > 255 || denominator < 1 || denominator > 128 ||
        (denominator & (denominator - 1)) != 0)
      fail("{}: meter: expected such as \"3/4\" or [6, 8], found {}/{}", where_, numerator,
           denominator);
    file_.numerator = static_cast<int>(numerator);
    file_.denominator = static_cast<int>(denominator);
  }

  // "train[17], frame 3"
  std::string place() const {
    std::string text = key_;
    if (depth_ >= 2) text += fmt::format("[{}]", part_->piece_ends.size());
    if (depth_ >= 3) {
      const std::size_t begin = part_->piece_ends.empty() ? 0 : part_->piece_ends.back();
      text += fmt::format(", frame {}", part_->frame_ends.size() - begin);
    }
    return text;
  }

  std::string_view where_;
  RollFile file_;
  RollFilePart* part_ = nullptr;  // being filled
  std::size_t pieces_ = 0;        // of all parts
  std::size_t most_pieces_;
  std::string key_;  // of the outermost object
  int depth_ = 0;    // of brackets: 1 the object, 2 a part, 3 a piece, 4 a frame
  std::vector<std::int64_t> meter_;
};

}  // namespace

RollFile read_roll_file(std::string_view text, std::string_view where) {
  Reader reader(where, most_pieces(text.size()));
  Json::sax_parse(text, &reader);
  return reader.take();
}

notation::Score to_score(const RollFile& file, Part part, std::size_t index,
                         const music::Options& read_as) {
  const RollFilePart& pieces = file.parts.at(part);
  const std::size_t begin = index == 0 ? 0 : pieces.piece_ends[index - 1];
  const std::size_t end = pieces.piece_ends[index];
  notation::Score score;
  score.ticks_per_quarter = read_as.grid;
  if (file.numerator > 0)
    score.meters.push_back({0, file.numerator, file.denominator});
  else
    score.meters.push_back({0, read_as.meter_numerator, read_as.meter_denominator});
  score.end = static_cast<notation::Tick>(end - begin);
  notation::Track track;
  std::array<notation::Tick, 128> onset = {};
  std::bitset<128> sounding;
  const auto end_notes = [&](const std::bitset<128>& ending, notation::Tick at) {
    for (std::size_t pitch = 0; pitch < 128; ++pitch) {
      if (!ending[pitch]) continue;
      notation::Note note;
      note.onset = onset[pitch];
      note.end = at;
      note.pitch = static_cast<std::uint8_t>(pitch);
      track.notes.push_back(note);
    }
  };
  for (std::size_t frame = begin; frame < end; ++frame) {
    const notation::Tick at = static_cast<notation::Tick>(frame - begin);
    std::bitset<128> now;
    for (std::size_t i = frame == 0 ? 0 : pieces.frame_ends[frame - 1];
         i < pieces.frame_ends[frame]; ++i)
      now.set(pieces.pitches[i]);
    if (now == sounding) continue;
    end_notes(sounding & ~now, at);
    for (std::size_t pitch = 0; pitch < 128; ++pitch)
      if (now[pitch] && !sounding[pitch]) onset[pitch] = at;
    sounding = now;
  }
  end_notes(sounding, score.end);
  std::sort(track.notes.begin(), track.notes.end(),
            [](const notation::Note& a, const notation::Note& b) {
              return a.onset != b.onset ? a.onset < b.onset : a.pitch < b.pitch;
            });
  score.tracks.push_back(std::move(track));
  return score;
}

}  // namespace toccata::corpus
