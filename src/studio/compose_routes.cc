
#include "base/text.h"
#include "composing/controls.h"
#include "composing/order_json.h"
#include "studio/routes.h"

namespace toccata::studio {
namespace {

constexpr std::size_t kMostOrder = std::size_t{8} << 20;

Response not_found() {
  return error_response(404,
                        "there is no such composition here; the last hundred are kept until the "
                        "studio ends");
}

Response add(Compositions& compositions, Models& models, const OrderLimits& limits,
             const Request& request) {
  Json json;
  try {
    json = parse_json(request.body, "order");
  } catch (const Error& error) {
    return error_response(400, error.what());
  }
  Compositions::Taken taken = compositions.add(read_order(json, models, limits));
  if (!taken.composition) {
    return error_response(
        429, fmt::format("the studio has its hands full: try again in {} s", taken.retry_after),
        taken.retry_after);
  }
  OrderedJson outline = taken.composition->to_json();
  outline["ahead"] = taken.ahead;
  Response response = json_response(outline, 202);
  response.headers.emplace_back("Location", "/api/compositions/" + taken.composition->id);
  return response;
}

// "0.mid": number and form of a piece.
Response piece(const Composition& composition, const std::string& name) {
  const std::size_t dot = name.find('.');
  const std::string form = dot == std::string::npos ? "" : name.substr(dot + 1);
  const auto number = parse_number<std::uint64_t>(std::string_view(name).substr(0, dot));
  const bool known = form == "mid" || form == "json";
  const auto found = number && known ? composition.piece(*number) : std::nullopt;
  if (!found) {
    return error_response(404, "expected NUMBER.mid or NUMBER.json of a piece that is composed");
  }
  if (form == "mid") {
    return download(found->midi, "audio/midi", fmt::format("{}-{}.mid", composition.id, *number));
  }
  return json_response({{"number", found->number},
                        {"new_from", found->new_from},
                        {"nats", found->nats},
                        {"music", found->music}});
}

}  // namespace

std::vector<Route> compose_routes(Compositions& compositions, Models& models,
                                  const OrderLimits& limits) {
  const auto with = [&compositions](auto work) {
    return [&compositions, work](const Request& request, const Parameters& parameters) {
      const auto found = compositions.find(parameters[0]);
      return found ? work(found, request, parameters) : not_found();
    };
  };
  std::vector<Route> routes;
  routes.push_back(
      {"GET", "/api/models", 0, "", Where::worker, [&models](const Request&, const Parameters&) {
         return json_response({{"models", models.list()}});
       }});
  routes.push_back(
      {"GET", "/api/controls", 0, "", Where::here, [](const Request&, const Parameters&) {
         return json_response({{"controls", composing::controls_json()}});
       }});
  routes.push_back({"POST", "/api/compositions", kMostOrder, "application/json", Where::worker,
                    [&compositions, &models, limits](const Request& request, const Parameters&) {
                      return add(compositions, models, limits, request);
                    }});
  routes.push_back({"GET", "/api/compositions", 0, "", Where::worker,
                    [&compositions](const Request&, const Parameters&) {
                      OrderedJson all = OrderedJson::array();
                      for (const auto& each : compositions.list()) all.push_back(each->to_json());
                      return json_response({{"compositions", std::move(all)}});
                    }});
  routes.push_back({"GET", "/api/compositions/{id}", 0, "", Where::worker,
                    with([](const auto& composition, const Request&, const Parameters&) {
                      return json_response(composition->to_json());
                    })});
  routes.push_back(
      {"DELETE", "/api/compositions/{id}", 0, "", Where::worker,
       with([&compositions](const auto& composition, const Request&, const Parameters&) {
         compositions.stop(composition);
         return json_response(composition->to_json());
       })});
  routes.push_back({"GET", "/api/compositions/{id}/events", 0, "", Where::here,
                    with([](const auto& composition, const Request& request, const Parameters&) {
                      Response response;
                      response.events = composition->events();
                      response.first_event = request.last_event ? *request.last_event + 1 : 0;
                      return response;
                    })});
  routes.push_back({"GET", "/api/compositions/{id}/pieces/{piece}", 0, "", Where::worker,
                    with([](const auto& composition, const Request&, const Parameters& parameters) {
                      return piece(*composition, parameters[1]);
                    })});
  return routes;
}

}  // namespace toccata::studio
