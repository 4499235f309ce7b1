// Composes eight bars with a shipped model and writes them as MIDI: ./compose [MODEL] [SEED]
#include <toccata/base/files.h>
#include <toccata/composing/compose.h>
#include <toccata/music/to_score.h>
#include <toccata/notation/smf_writer.h>
#include <toccata/runs/model_name.h>
#include <cstdio>
#include <string>

int main(int argc, char** argv) {
  using namespace toccata;
  const auto model = network::load_model(runs::find_model(argc > 1 ? argv[1] : "chorales", {}));
  const composing::Order order{.seed = argc > 2 ? std::stoull(argv[2]) : 1, .bars = 8};
  Progress progress;
  Stop stop;
  composing::compose(
      model, order, {},
      [](composing::Composed&& piece) {
        write_file("composed.mid", notation::write_smf(music::to_score(piece.roll)));
        std::printf("composed.mid: %.2f nats per step\n", -piece.nats / piece.steps);
      },
      progress, stop);
}
