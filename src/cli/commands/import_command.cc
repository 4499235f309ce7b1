#include "cli/commands/commands.h"

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <memory>

#include "base/files.h"
#include "base/text.h"
#include "cli/commands/roll_options.h"
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

template <typename Strings>
std::string joined(const Strings& strings) {
  std::string text;
  for (const std::string& one : strings) text += (text.empty() ? "" : " ") + one;
  return text;
}

// The notes' columns, the same for a file and for the totals.
template <typename Counts>
std::string note_columns(const Counts& of) {
  const long onsets = of.notes_kept + of.merged;
  const double share =
      onsets > 0 ? 100.0 * static_cast<double>(of.moved) / static_cast<double>(onsets) : 0;
  return fmt::format("{:>8} {:>8} {:>7} {:>7} {:>7} {:>6}  {:>5.1f} {:>5.3f} {:>5.3f}",
                     of.notes_read, of.notes_kept, of.merged, of.folded, of.dropped, of.drums,
                     share, of.mean_move, of.most_moved);
}

// A reader's message begins with the file's name, which the row has said.
std::string_view reason_of(const corpus::FileReport& file) {
  std::string_view reason = file.reason;
  if (reason.starts_with(file.name + ": ")) reason.remove_prefix(file.name.size() + 2);
  return reason;
}

void print_row(const corpus::FileReport& file, std::size_t name_width) {
  constexpr std::size_t kShownRepairs = 3;
  if (file.notes_read == 0) {  // nothing to count
    fmt::print("{}  -     {}\n", padded(file.name, name_width), reason_of(file));
    return;
  }
  fmt::print("{}  {:<4} {:>7} {:>7.1f}  {}  {:>4}  {}\n", padded(file.name, name_width),
             file.kept ? "kept" : "-", file.steps, file.bars, note_columns(file),
             file.suggested_grid, joined(file.meters));
  if (!file.reason.empty()) fmt::print("    left out: {}\n", reason_of(file));
  if (!file.duplicate_of.empty()) fmt::print("    the same music as {}\n", file.duplicate_of);
  for (std::size_t i = 0; i < std::min(kShownRepairs, file.repairs.size()); ++i)
    fmt::print("    repaired: {}\n", file.repairs[i]);
  if (file.repair_count > kShownRepairs)
    fmt::print("    and {} more repairs; --json names them\n", file.repair_count - kShownRepairs);
}

void print_headings(std::size_t name_width) {
  fmt::print("{}  {:<4} {:>7} {:>7}  {:>8} {:>46}  {:>17}  {:>4}\n", padded("", name_width), "", "",
             "", "notes", "", "onsets moved", "best");
  fmt::print(
      "{}  {:<4} {:>7} {:>7}  {:>8} {:>8} {:>7} {:>7} {:>7} {:>6}  {:>5} {:>5} {:>5}  {:>4}  {}\n",
      padded("file", name_width), "", "steps", "bars", "read", "kept", "merged", "folded",
      "dropped", "drums", "%", "mean", "most", "grid", "meters");
}

void print_report(const corpus::ImportReport& report, const corpus::ImportOptions& options) {
  std::size_t name_width = 5;
  for (const corpus::FileReport& file : report.files)
    name_width = std::max(name_width, std::min<std::size_t>(width(file.name), 40));
  print_headings(name_width);
  for (const corpus::FileReport& file : report.files) print_row(file, name_width);

  const corpus::ImportTotals sum = corpus::totals(report);
  fmt::print("{}  {:<4} {:>7} {:>7.1f}  {}  {:>4}\n\n", padded("total", name_width), "", sum.steps,
             sum.bars, note_columns(sum), report.suggested_grid);
  fmt::print("{} kept of {}", counted(sum.kept, "piece"), sum.files);
  if (sum.unreadable > 0) fmt::print(", {} unreadable", sum.unreadable);
  if (sum.repaired > 0) fmt::print(", {} repaired", sum.repaired);
  if (sum.duplicates > 0) fmt::print(", {} with the same music as another", sum.duplicates);
  fmt::print("; the longest has {}; {:.1f} MB in {:.2f} s\n", counted(report.longest, "step"),
             static_cast<double>(report.bytes) / 1e6, report.seconds);
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
