#include "listening/surprise.h"

#include <array>

#include "listening/teacher_forcing.h"

namespace toccata::listening {

double Surprise::of_step(int step) const {
  const auto begin = static_cast<std::size_t>(step) * static_cast<std::size_t>(notes);
  double sum = 0;
  for (std::size_t i = begin; i < begin + static_cast<std::size_t>(notes); ++i)
    sum += static_cast<double>(of_cells[i]);
  return sum;
}

Surprise surprise(const network::Model& model, const music::Roll& roll, std::string_view name,
                  int threads, Progress& progress, const Stop& stop) {
  check_fits(model.config, roll, name);
  const music::Cells cells = model.config.cells();
  Surprise result;
  result.steps = roll.steps;
  result.notes = roll.notes();
  result.of_cells.resize(roll.cells.size());
  const std::array<Chunk, 1> whole = {{{&roll, 0, roll.steps}}};
  teacher_force(
      model, whole, {.sequences = 1, .threads = threads},
      [&](const ForcedFrame& frame) {
        const auto row =
            static_cast<std::size_t>(frame.step) * static_cast<std::size_t>(result.notes);
        double sum = 0;
        for (int n = 0; n < result.notes; ++n) {
          const double nats =
              cells.nats(frame.previous[n], frame.truth[n], frame.logits + n * cells.count());
          result.of_cells[row + static_cast<std::size_t>(n)] = static_cast<float>(nats);
          sum += nats;
        }
        result.nats += sum;
      },
      progress, stop);
  return result;
}

std::vector<NoteSurprise> note_surprises(const music::Roll& roll, const Surprise& surprise) {
  std::vector<NoteSurprise> result;
  for (const RollNote& note : notes_of(roll)) {
    NoteSurprise entry{.note = note};
    for (int t = note.onset; t < note.end(); ++t) {
      const auto cell = static_cast<std::size_t>(t) * static_cast<std::size_t>(surprise.notes) +
                        static_cast<std::size_t>(note.pitch - roll.low);
      const auto nats = static_cast<double>(surprise.of_cells[cell]);
      (t == note.onset ? entry.onset_nats : entry.held_nats) += nats;
    }
    result.push_back(entry);
  }
  return result;
}

}  // namespace toccata::listening
