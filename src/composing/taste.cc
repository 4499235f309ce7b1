#include "composing/taste.h"

#include "base/error.h"

namespace toccata::composing {
namespace {

void within(const char* name, double value, double low, double high, const char* meaning) {
  if (!(value >= low && value <= high)) {
    fail_usage("{}: expected {} to {} ({}), found {}", name, low, high, meaning, value);
  }
}

}  // namespace

void check(const Taste& taste) {
  within("temperature", taste.temperature, 0.01, 100, "1 is the model's own");
  within("articulate temperature", taste.articulate_temperature, 0.01, 100, "1 is the model's own");
  within("density", taste.density, 0.001, 1000, "1 is the model's own");
  within("conservativity", taste.conservativity, 0.01, 100, "1 is the model's own");
}

}  // namespace toccata::composing
