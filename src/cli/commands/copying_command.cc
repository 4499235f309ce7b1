#include "cli/commands/commands.h"

#include <memory>

#include "base/json.h"
#include "base/parallel.h"
#include "base/text.h"
#include "cli/commands/music_arguments.h"
#include "cli/shell/option_values.h"
#include "listening/copying.h"
#include "listening/distribution.h"

namespace toccata::cli {
namespace {

struct Options {
  std::vector<std::string> files, corpus;
  std::string files_split, split;
  corpus::ImportOptions read = listening_import();
  bool json = false;
};

OrderedJson to_json(const listening::Copy& copy) {
  if (copy.notes == 0) return nullptr;
  return {{"notes", copy.notes},
          {"beats", copy.beats},
          {"step", copy.step},
          {"bar", copy.bar},
          {"source", copy.source},
          {"source_step", copy.source_step},
          {"source_bar", copy.source_bar},
          {"transposition", copy.transposition}};
}

OrderedJson summary_json(const std::vector<double>& values) {
  const listening::Summary s = listening::summarise(values);
  return {{"mean", s.mean}, {"p10", s.p10}, {"median", s.median}, {"p90", s.p90}, {"max", s.max}};
}

void print_row(const std::string& name, const listening::Copy& copy, const char* most) {
  if (copy.notes == 0) {
    fmt::print("{}: no two notes in a row are in the corpus\n", name);
    return;
  }
  fmt::print("{}: most {}: {}, {:g} beats from bar {}, as in {} from bar {}{}\n", name, most,
             counted(copy.notes, "note"), copy.beats, copy.bar, copy.source, copy.source_bar,
             copy.transposition == 0
                 ? ""
                 : fmt::format(", {} {}", counted(std::abs(copy.transposition), "semitone"),
                               copy.transposition > 0 ? "higher" : "lower"));
}

void copying(const Options& options, Context& context) {
  const std::vector<corpus::Piece> corpus =
      read_part(options.corpus, options.split, options.read, context);
  const std::vector<corpus::Piece> pieces =
      read_part(options.files, options.files_split, options.read, context);
  std::vector<const corpus::Piece*> sources;
  for (const corpus::Piece& piece : corpus) sources.push_back(&piece);
  const listening::CopyIndex index(sources);
  std::vector<listening::Copying> found(pieces.size());
  parallel_for(pieces.size(), options.read.threads, [&](std::size_t i) {
    if (!context.stop.requested()) found[i] = index.longest(pieces[i].roll);
  });
  if (context.stop.requested()) return;

  std::vector<double> notes, beats;
  OrderedJson list = OrderedJson::array();
  for (std::size_t i = 0; i < pieces.size(); ++i) {
    const auto& [most_notes, most_beats] = found[i];
    notes.push_back(most_notes.notes);
    beats.push_back(most_beats.beats);
    if (options.json) {
      list.push_back({{"piece", pieces[i].name},
                      {"most_notes", to_json(most_notes)},
                      {"most_beats", to_json(most_beats)}});
    } else {
      print_row(pieces[i].name, most_notes, "notes");
      if (most_beats.step != most_notes.step || most_beats.notes != most_notes.notes) {
        print_row(pieces[i].name, most_beats, "beats");
      }
    }
  }
  if (options.json) {
    OrderedJson json;
    json["pieces"] = pieces.size();
    json["corpus_pieces"] = corpus.size();
    json["notes"] = summary_json(notes);
    json["beats"] = summary_json(beats);
    json["per_piece"] = std::move(list);
    fmt::print("{}\n", json.dump(2, ' ', false, OrderedJson::error_handler_t::replace));
  } else if (pieces.size() > 1) {
    const listening::Summary n = listening::summarise(notes), b = listening::summarise(beats);
    fmt::print(
        "{} pieces against {}: longest copy in notes: median {:g}, most {:g}; in beats: "
        "median {:g}, most {:g}\n",
        pieces.size(), corpus.size(), n.median, n.max, b.median, b.max);
  }
}

}  // namespace

void add_copying(CLI::App& app, Context& context) {
  auto options = std::make_shared<Options>();
  app.add_option("FILE", options->files, "pieces, or folders of them")->required();
  app.add_option("--corpus", options->corpus, "the music that they may have copied from")
      ->type_name("PATH")
      ->required();
  const std::vector<std::string> parts = word_texts<corpus::Part>();
  one_of(app.add_option("--split", options->split, "only this part of the corpus"), parts);
  one_of(app.add_option("--files-split", options->files_split, "only this part of the files"),
         parts);
  add_reading(app, options->read);
  app.add_flag("--json", options->json, "JSON, with each piece in it");
  app.callback([options, &context] { copying(*options, context); });
}

}  // namespace toccata::cli
