#pragma once
// The studio: a page on which to play a model, and the documented HTTP interface that it uses
// (docs/api.md).

#include <memory>
#include <string>
#include <vector>

#include "base/stop.h"
#include "runs/model_name.h"
#include "studio/compositions.h"
#include "studio/server.h"
#include "studio/training_runs.h"

namespace toccata::studio {

struct StudioOptions {
  ServerOptions server;
  CompositionsLimits compositions;
  OrderLimits orders;
  TrainingOptions training;
  runs::Places places;
  std::string program = "toccata";  // version text, for receipts
  std::optional<std::filesystem::path> soundfont;
};

class Studio {
 public:
  /// Listens, and is ready for `run`. Throws Error as Server does.
  explicit Studio(const StudioOptions& options);
  ~Studio();
  Studio(const Studio&) = delete;
  Studio& operator=(const Studio&) = delete;

  /// "http://127.0.0.1:8642", with "/?token=…" where a token is asked for.
  std::string address() const;
  std::uint16_t port() const;
  /// Serves until `stop` is requested; then what is composed is given up, and what trains saves.
  void run(const Stop& stop);

 private:
  struct Parts;
  std::unique_ptr<Parts> parts_;
};

}  // namespace toccata::studio
