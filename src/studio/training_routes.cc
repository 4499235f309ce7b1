#include <filesystem>

#include "base/files.h"
#include "base/this_process.h"
#include "studio/doctor.h"
#include "studio/routes.h"

namespace toccata::studio {
namespace {

constexpr std::size_t kMostOrder = std::size_t{64} << 10;

Json parsed(const Request& request) {
  try {
    return parse_json(request.body, "order");
  } catch (const Error& error) {
    throw Error(error.what(), ErrorKind::usage);
  }
}

// A folder as its owner calls it: "~/music".
std::string shown(const std::string& path) {
  const std::string home = environment("HOME").value_or("");
  if (home.empty() || home == "/") return path;
  const auto below = std::filesystem::path(path).lexically_relative(home);
  if (below.empty() || *below.begin() == "..") return path;
  return below == "." ? "~" : "~/" + below.string();
}

// {"minutes": 10}: so many more than it has trained. {}: to the goal that it had.
double more_minutes(const Json& json) {
  if (!json.is_object()) fail_usage("request: expected an object, found {}", json_type(json));
  const auto found = json.find("minutes");
  if (found == json.end()) return 0;
  const bool fits = found->is_number() && *found >= 0.01 && *found <= 7 * 24 * 60;
  if (!fits) fail_usage("\"minutes\": expected a number from 0.01 to {}", 7 * 24 * 60);
  return found->get<double>();
}

}  // namespace

std::vector<Route> training_routes(TrainingRuns& training) {
  std::vector<Route> routes;
  routes.push_back(
      {"GET", "/api/folders", 0, "", Where::worker, [&training](const Request&, const Parameters&) {
         OrderedJson folders = OrderedJson::array();
         for (const NamedFolder& folder : training.folders()) {
           folders.push_back(
               {{"name", folder.name}, {"path", shown(folder.path)}, {"dropped", folder.dropped}});
         }
         return json_response({{"folders", std::move(folders)}});
       }});
  routes.push_back({"GET", "/api/folders/{name}", 0, "", Where::worker,
                    [&training](const Request& request, const Parameters& parameters) {
                      for (const NamedFolder& folder : training.folders())
                        if (folder.name == parameters[0])
                          return json_response(examine(folder.path, *request.gone));
                      return error_response(404, "there is no folder of this name here");
                    }});
  routes.push_back({"DELETE", "/api/folders/{name}", 0, "", Where::worker,
                    [&training](const Request&, const Parameters& parameters) {
                      training.forget(parameters[0]);
                      return json_response({{"name", parameters[0]}});
                    }});
  routes.push_back(
      {"POST", "/api/folders/{name}/{file}", DroppedLimits{}.file_bytes, "application/octet-stream",
       Where::worker, [&training](const Request& request, const Parameters& parameters) {
         training.drop(parameters[0], parameters[1], request.body);
         return json_response({{"folder", parameters[0]}, {"file", parameters[1]}}, 201);
       }});
  routes.push_back(
      {"GET", "/api/runs", 0, "", Where::worker, [&training](const Request&, const Parameters&) {
         return json_response({{"runs", training.list()}});
       }});
  routes.push_back({"POST", "/api/runs", kMostOrder, "application/json", Where::worker,
                    [&training](const Request& request, const Parameters&) {
                      const TrainingOrder order =
                          read_training_order(parsed(request), training.folders());
                      training.start(order);
                      return json_response(training.describe(order.name), 202);
                    }});
  routes.push_back({"GET", "/api/runs/{name}", 0, "", Where::worker,
                    [&training](const Request&, const Parameters& parameters) {
                      return json_response(training.describe(parameters[0]));
                    }});
  routes.push_back({"POST", "/api/runs/{name}/stop", kMostOrder, "application/json", Where::worker,
                    [&training](const Request&, const Parameters& parameters) {
                      training.stop(parameters[0]);
                      return json_response(training.describe(parameters[0]), 202);
                    }});
  routes.push_back({"POST", "/api/runs/{name}/resume", kMostOrder, "application/json",
                    Where::worker,
                    [&training](const Request& request, const Parameters& parameters) {
                      training.resume(parameters[0], more_minutes(parsed(request)));
                      return json_response(training.describe(parameters[0]), 202);
                    }});
  routes.push_back({"GET", "/api/runs/{name}/events", 0, "", Where::worker,
                    [&training](const Request& request, const Parameters& parameters) {
                      Response response;
                      response.events = training.events(parameters[0]);
                      response.first_event = request.last_event ? *request.last_event + 1 : 0;
                      return response;
                    }});
  routes.push_back({"GET", "/api/runs/{name}/samples/{sample}", 0, "", Where::worker,
                    [&training](const Request&, const Parameters& parameters) {
                      const auto path = training.sample(parameters[0], parameters[1]);
                      return download(read_file(path, std::uint64_t{16} << 20), "audio/midi",
                                      path.filename().string());
                    }});
  return routes;
}

}  // namespace toccata::studio
