#pragma once
// The models that the page may name, and those loaded.

#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "composing/manner.h"
#include "network/model/weights.h"
#include "runs/model_name.h"

namespace toccata::studio {

class Models {
 public:
  explicit Models(runs::Places places) : places_(std::move(places)) {}

  /// Every run and shipped model: [{"name", "kind", "complete", "grid", "low", "high", …}].
  OrderedJson list() const;

  /// The model of that name: a run, NAME@last, NAME@step-N, or a shipped model. Never a path. The
  /// few last used stay loaded, until their files change. Throws Error (usage) where there is none.
  std::shared_ptr<const network::Model> get(std::string_view name);

  /// What is usual in the corpus of the model of that name; empty where it is not known.
  composing::Manner manner_of(std::string_view name) const;

 private:
  struct Loaded {
    std::filesystem::path folder;
    std::filesystem::file_time_type written;
    std::shared_ptr<const network::Model> model;
  };
  std::filesystem::path folder_of(std::string_view name) const;

  const runs::Places places_;
  std::mutex mutex_;
  std::vector<Loaded> loaded_;  // the last used first
};

}  // namespace toccata::studio
