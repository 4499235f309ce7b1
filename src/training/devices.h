#pragma once

#include <string>
#include <vector>

namespace toccata::training {

/// "LibTorch 1.13.1".
std::string torch_text();

/// What --device can name here: "cpu", and "cuda" with the number of cards that LibTorch sees.
std::vector<std::string> devices();

}  // namespace toccata::training
