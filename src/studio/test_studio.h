#pragma once
// A studio for tests: on a free port, with a tiny model, in a folder of its own.

#include <thread>

#include "network/model/weights.h"
#include "runs/run_folder.h"
#include "studio/studio.h"
#include "studio/test_client.h"
#include "support/temporary_folder.h"

namespace toccata::studio {

inline network::Model small_model(std::uint64_t seed = 3) {
  network::Model model;
  model.config.roll.low = 48;
  model.config.roll.high = 71;
  model.config.window = 5;
  model.config.time_units = {8};
  model.config.note_units = {8};
  model.values = network::initial_values(model.config, seed);
  model.hash = network::model_hash(model.config, model.values);
  return model;
}

class TestStudio {
 public:
  explicit TestStudio(StudioOptions options = {}) {
    network::save_model(folder_.path() / "models" / "small", small_model());
    options.server.port = 0;
    options.places = {.output = folder_.path() / "runs", .shipped = {folder_.path() / "models"}};
    options.training.output = folder_.path() / "runs";
    studio_ = std::make_unique<Studio>(options);
    thread_ = std::thread([this] { studio_->run(stop_); });
  }
  ~TestStudio() {
    stop_.request(2);
    thread_.join();
  }

  std::uint16_t port() const { return studio_->port(); }
  TestClient client() const { return TestClient(port()); }
  const std::filesystem::path& folder() const { return folder_.path(); }

  Answer ask(std::string_view method, std::string_view target, std::string_view body = "",
             std::string_view type = "application/json", std::string_view more = "") const {
    return client().ask(method, target, body, type, more);
  }

  /// Orders a composition and waits for its end.
  Json compose(std::string_view order) const {
    const Answer made = ask("POST", "/api/compositions", order);
    if (made.status != 202) throw std::runtime_error(made.body);
    const std::string path = "/api/compositions/" + made.json()["id"].get<std::string>();
    for (int i = 0; i < 600; ++i) {
      const Json now = ask("GET", path).json();
      if (now["state"] != "queued" && now["state"] != "composing") return now;
      std::this_thread::sleep_for(std::chrono::milliseconds(20));
    }
    throw std::runtime_error("a composition that never ends");
  }

 private:
  TemporaryFolder folder_;
  Stop stop_;
  std::unique_ptr<Studio> studio_;
  std::thread thread_;
};

}  // namespace toccata::studio
