// libFuzzer: a model's config.json. Refused with an Error, or told again it is the same, and its
// parameters can be counted (./dev fuzz).

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "base/error.h"
#include "base/json.h"
#include "network/model/config.h"
#include "network/model/weights.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace toccata;
  network::Config config;
  try {
    config = network::config_from_json(
        parse_json(std::string_view(reinterpret_cast<const char*>(data), size), "fuzz.json"),
        "fuzz.json");
  } catch (const Error&) {
    return 0;
  }
  const auto told = network::to_json(config).dump();
  if (!(network::config_from_json(parse_json(told, "told"), "told") == config)) std::abort();
  if (network::parameter_count(config) == 0) std::abort();
  return 0;
}
