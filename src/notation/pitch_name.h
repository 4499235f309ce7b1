#pragma once

#include <string>

namespace toccata::notation {

/// "C4", "F#3": 60 is C4.
std::string pitch_name(int pitch);

}  // namespace toccata::notation
