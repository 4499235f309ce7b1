// libFuzzer: tensor files. Refused with an Error, or written and read again they are the same
// (./dev fuzz).

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <span>

#include "base/error.h"
#include "network/model/safetensors.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace toccata;
  network::TensorFile file;
  try {
    file = network::from_safetensors(std::span(data, size), "fuzz.safetensors");
  } catch (const Error&) {
    return 0;
  }
  const Bytes written = network::to_safetensors(file);
  const network::TensorFile again = network::from_safetensors(written, "written");
  if (network::to_safetensors(again) != written) std::abort();
  return 0;
}
