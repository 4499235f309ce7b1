#include "tasks/score.h"

#include "music/bars.h"
#include "music/to_score.h"
#include "notation/pitch_name.h"
#include "tasks/given_music.h"
#include "tasks/output_path.h"

namespace toccata::tasks {
namespace {
namespace fs = std::filesystem;

// A name as a field of CSV (RFC 4180).
std::string quoted(const std::string& text) {
  std::string result = "\"";
  for (const char c : text) result += c == '"' ? std::string("\"\"") : std::string(1, c);
  return result + '"';
}

rendering::PianoRoll picture_of(const ScoredPiece& scored, const std::string& model,
                                const ScoreOptions& options) {
  rendering::PianoRollOptions drawn = options.roll;
  drawn.title = fmt::format("{}: how it surprises the model {}", scored.piece.name, model);
  drawn.scale = rendering::NoteScale{.name = "surprise",
                                     .unit = "nats",
                                     .most = options.most,
                                     .little = "expected",
                                     .much = "surprising",
                                     .values = {}};
  // The Score's notes are the Roll's, in the same order.
  for (const listening::NoteSurprise& note : scored.notes)
    drawn.scale->values.push_back(note.onset_nats);
  return rendering::piano_roll(music::to_score(scored.piece.roll), drawn);
}

// The file that a piece stands in: where a picture "beside it" goes.
fs::path file_of(const ScoreOptions& options, const corpus::Piece& piece) {
  for (const std::string& file : options.files) {
    if (fs::path(file).filename() == fs::path(piece.name).filename()) return file;
    if (fs::is_directory(file) && fs::exists(fs::path(file) / piece.name))
      return fs::path(file) / piece.name;
  }
  return piece.name;
}

// "x.mid[2]", the second piece of a file, is x-2.
std::string stem_of(const std::string& name) {
  const std::string stem = fs::path(name.substr(0, name.find(':'))).stem().string();
  const std::size_t bracket = name.rfind('[');
  if (bracket == std::string::npos || !name.ends_with(']')) return stem;
  return stem.substr(0, stem.find('[')) + "-" + name.substr(bracket + 1, name.size() - bracket - 2);
}

// Checked before the model listens to the first piece.
std::vector<fs::path> picture_paths(const ScoreOptions& options,
                                    const std::vector<corpus::Piece>& pieces) {
  std::vector<fs::path> paths;
  OutputPaths taken;
  for (const corpus::Piece& piece : pieces) taken.input(file_of(options, piece));
  for (const corpus::Piece& piece : pieces) {
    const fs::path file = file_of(options, piece);
    paths.push_back(output_path(options.picture, file, stem_of(piece.name)));
    check_extension(paths.back(), rendering::is_picture_path(paths.back()), ".svg or .png");
    taken.output(paths.back(), file);
  }
  return paths;
}

}  // namespace

std::string to_csv(const ScoredPiece& scored) {
  std::string rows;
  const music::Roll& roll = scored.piece.roll;
  const music::Bars bars(roll.meters, roll.grid);
  for (const auto& [note, onset, held] : scored.notes) {
    const music::Bar bar = bars.at(note.onset);
    rows += fmt::format("{},{},{:g},{},{},{},{},{:.4f},{:.4f}\n", quoted(scored.piece.name),
                        bar.number, (note.onset - bar.begin) / roll.grid, note.onset, note.pitch,
                        notation::pitch_name(note.pitch), note.length, onset, held);
  }
  return rows;
}

OrderedJson to_json(const ScoredPiece& scored) {
  const music::Roll& roll = scored.piece.roll;
  const music::Bars bars(roll.meters, roll.grid);
  OrderedJson notes = OrderedJson::array(), steps = OrderedJson::array();
  for (const auto& [note, onset, held] : scored.notes) {
    const music::Bar bar = bars.at(note.onset);
    notes.push_back({{"bar", bar.number},
                     {"quarter", (note.onset - bar.begin) / roll.grid},
                     {"step", note.onset},
                     {"pitch", note.pitch},
                     {"name", notation::pitch_name(note.pitch)},
                     {"length", note.length},
                     {"onset_nats", onset},
                     {"held_nats", held}});
  }
  for (int t = 0; t < scored.surprise.steps; ++t) steps.push_back(scored.surprise.of_step(t));
  return {{"grid", roll.grid},
          {"steps", roll.steps},
          {"nats_per_step", scored.per_step()},
          {"notes", std::move(notes)},
          {"step_nats", std::move(steps)}};
}

void score(const NamedModel& named, const std::string& name, const ScoreOptions& options,
           const std::function<void(const ScoredPiece&)>& scored, Progress& progress,
           const Stop& stop) {
  const corpus::Corpus corpus = read_for(named.model.config, options.files, 1, progress, stop);
  const std::vector<fs::path> pictures = picture_paths(options, corpus.pieces);
  for (std::size_t i = 0; i < corpus.pieces.size(); ++i) {
    const corpus::Piece& piece = corpus.pieces[i];
    ScoredPiece one{
        piece,
        listening::surprise(named.model, piece.roll, piece.name, options.threads, progress, stop),
        {},
        pictures[i]};
    if (stop.requested()) return;
    one.notes = listening::note_surprises(piece.roll, one.surprise);
    if (!one.picture.empty())
      rendering::write_picture(one.picture, picture_of(one, name, options).picture);
    scored(one);
  }
}

}  // namespace toccata::tasks
