#include "cli/commands/commands.h"

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <memory>

#include <fmt/ranges.h>

#include "base/files.h"
#include "base/text.h"
#include "cli/commands/roll_options.h"
#include "cli/shell/help_text.h"
#include "corpus/import.h"

namespace toccata::cli {
namespace {

struct Options {
  std::vector<std::string> paths;
  corpus::ImportOptions read;
  std::string report, pack;
  bool json = false;
};

// Characters of UTF-8 text: what a terminal's columns are counted in, near enough.
std::size_t width(std::string_view text) {
  return static_cast<std::size_t>(
      std::count_if(text.begin(), text.end(), [](char c) { return (c & 0xc0) != 0x80; }));
}

std::string padded(const std::string& text, std::size_t to) {
  return text + std::string(to - std::min(to, width(text)), ' ');
}

// A reader's message begins with the file's name, which the row has said.
std::string_view reason_of(const corpus::FileReport& file) {
  std::string_view reason = file.reason;
  if (reason.starts_with(file.name + ": ")) reason.remove_prefix(file.name.size() + 2);
  return reason;
}

std::string in_words(const corpus::TrackFound& track, std::size_t number) {
  return fmt::format("{} {}({}, {})", number, track.name.empty() ? "" : track.name + " ",
                     track.instrument, counted(track.notes, "note"));
}

void print_row(const corpus::FileReport& file, std::size_t name_width) {
  constexpr std::size_t kShownRepairs = 3;
  const auto under = [](const std::string& text) { fmt::print("    {}\n", wrapped(text, 6)); };
  if (file.notes_read == 0) {  // nothing to count
    fmt::print("{}  {}\n", padded(file.name, name_width), reason_of(file));
    return;
  }
  fmt::print("{}  {:>7} {:>7.1f} {:>7}  {}\n", padded(file.name, name_width), file.steps, file.bars,
             file.notes_kept, fmt::join(file.meters, " "));
  if (!file.reason.empty()) under(fmt::format("left out: {}", reason_of(file)));
  if (!file.duplicate_of.empty()) under(fmt::format("the same music as {}", file.duplicate_of));
  for (const std::string& verdict : file.verdicts) under(verdict);
  if (file.tracks.size() > 1) {
    std::string tracks = fmt::format("{}: ", counted(file.tracks.size(), "track"));
    for (std::size_t i = 0; i < file.tracks.size(); ++i)
      tracks += (i == 0 ? "" : ", ") + in_words(file.tracks[i], i + 1);
    under(tracks);
  }
  for (std::size_t i = 0; i < std::min(kShownRepairs, file.repairs.size()); ++i)
    under(fmt::format("repaired: {}", file.repairs[i]));
  if (file.repair_count > kShownRepairs)
    under(fmt::format("and {} more repairs; --json names them", file.repair_count - kShownRepairs));
}

// What became of all the notes, and of how many files what was found.
std::string found_in_all(const corpus::ImportReport& report, const corpus::ImportTotals& sum) {
  std::vector<std::string> words;
  const auto count = [&](const char* what, const auto& holds) {
    const auto files = std::ranges::count_if(report.files, holds);
    if (files > 0) words.push_back(fmt::format("{} {}", files, what));
  };
  const auto found = [&](music::BeatKind kind) {
    return [kind](const corpus::FileReport& file) {
      return file.beats.used && file.beats.found.kind == kind;
    };
  };
  count("shifted, read on the beats found", found(music::BeatKind::shifted));
  count("steady at another tempo, read on the beats found", found(music::BeatKind::steady));
  count("played freely, read on the beats found", found(music::BeatKind::free));
  count("played freely",
        [](const corpus::FileReport& file) { return !file.beats.used && !file.beat_found; });
  count("shifted against the beat",
        [](const corpus::FileReport& file) { return !file.beats.used && file.shift_ticks != 0; });
  count("of several instruments, which become one piano",
        [](const corpus::FileReport& file) { return file.instruments > 1; });
  const auto notes = [&](long number, const char* noun, const char* what) {
    if (number > 0) words.push_back(fmt::format("{} {}", counted(number, noun), what));
  };
  notes(sum.merged, "note", "met others on their pitch");
  notes(sum.drums, "drum note", "left out");
  notes(sum.folded, "note", "outside the range moved into it by octaves");
  notes(sum.dropped, "note", "outside the range left out");
  return fmt::format("{}", fmt::join(words, "; "));
}

void print_report(const corpus::ImportReport& report, const corpus::ImportOptions& options) {
  std::size_t name_width = 5;
  for (const corpus::FileReport& file : report.files)
    name_width = std::max(name_width, std::min<std::size_t>(width(file.name), 40));
  fmt::print("{}  {:>7} {:>7} {:>7}  {}\n", padded("file", name_width), "steps", "bars", "notes",
             "meters");
  for (const corpus::FileReport& file : report.files) print_row(file, name_width);

  const corpus::ImportTotals sum = corpus::totals(report);
  fmt::print("{}  {:>7} {:>7.1f} {:>7}\n\n", padded("total", name_width), sum.steps, sum.bars,
             sum.notes_kept);
  fmt::print("{} kept of {}", counted(sum.kept, "piece"), sum.files);
  if (sum.unreadable > 0) fmt::print(", {} unreadable", sum.unreadable);
  if (sum.repaired > 0) fmt::print(", {} repaired", sum.repaired);
  if (sum.duplicates > 0) fmt::print(", {} with the same music as another", sum.duplicates);
  fmt::print("; the longest has {}; {:.1f} MB in {:.2f} s\n", counted(report.longest, "step"),
             static_cast<double>(report.bytes) / 1e6, report.seconds);
  if (const std::string found = found_in_all(report, sum); !found.empty())
    fmt::print("{}\n", wrapped(found, 0));
  if (report.suggested_grid != options.roll.grid)
    fmt::print("these notes suggest --grid {}\n", report.suggested_grid);
}

void import(const Options& options, Context& context) {
  const std::vector<std::filesystem::path> paths(options.paths.begin(), options.paths.end());
  const auto nothing = [](corpus::Piece&&, std::optional<corpus::Part>) {};
  const corpus::Corpus corpus =
      options.pack.empty()
          ? corpus::read_paths(paths, options.read, context.progress, context.stop, nothing)
          : corpus::pack_paths(paths, options.read, context.progress, context.stop, options.pack);
  const auto as_json = [&] {
    return to_json(corpus.report).dump(2, ' ', false, OrderedJson::error_handler_t::replace) + "\n";
  };
  if (!options.report.empty()) write_file(options.report, as_json());
  if (options.json)
    fmt::print("{}", as_json());
  else
    print_report(corpus.report, options.read);
  // After the report, which tells the reasons.
  std::fflush(stdout);
  corpus::demand_pieces(corpus, options.read);
}

}  // namespace

void add_import(CLI::App& app, Context& context) {
  auto options = std::make_shared<Options>();
  app.add_option("PATH", options->paths, "folders, MIDI files (.mid .midi .kar), .abc, roll files")
      ->required();
  add_roll_options(app, options->read.roll);
  app.add_option("--min-steps", options->read.min_steps, "leave shorter pieces out")
      ->capture_default_str();
  app.add_flag("--strict", options->read.strict, "refuse files that would need repair");
  app.add_option("--max-bad", options->read.max_bad,
                 "fail if more files than this are unreadable; -1: never")
      ->capture_default_str();
  app.add_option("--threads", options->read.threads, "threads; 0: as many as the processor has")
      ->capture_default_str();
  app.add_option("--report", options->report, "write the findings to this file, too, as JSON")
      ->type_name("FILE");
  app.add_option(
         "--pack", options->pack,
         "write the music to this file (.pack), to train on more of it than fits into memory")
      ->type_name("FILE");
  app.add_flag("--json", options->json, "print the findings as JSON");
  app.callback([options, &context] { import(*options, context); });
}

}  // namespace toccata::cli
