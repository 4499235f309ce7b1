#include "studio/doctor.h"

#include "base/error.h"
#include "corpus/import.h"
#include "training/options.h"

namespace toccata::studio {
namespace {
constexpr std::size_t kMostFiles = 1000;  // that are told one by one
}

OrderedJson examine(const std::string& folder, const Stop& stop) {
  const training::TrainOptions usual;
  corpus::ImportOptions options;
  options.roll = usual.model.roll;
  options.min_steps = usual.min_steps;
  Progress silent;
  const std::filesystem::path path(folder);
  try {
    corpus::Corpus found = corpus::read_paths({&path, 1}, options, silent, stop,
                                              [](corpus::Piece&&, std::optional<corpus::Part>) {});
    OrderedJson json = corpus::to_json(found.report);
    OrderedJson& files = json["files"];
    if (files.size() > kMostFiles)
      files.erase(files.begin() + static_cast<std::ptrdiff_t>(kMostFiles), files.end());
    return json;
  } catch (const Error& error) {
    throw Error(error.what(), ErrorKind::usage);  // whatever is wrong, it is what was sent
  }
}

}  // namespace toccata::studio
