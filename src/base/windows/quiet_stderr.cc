#include "base/quiet_stderr.h"

namespace toccata {

QuietStderr::QuietStderr() = default;
QuietStderr::~QuietStderr() = default;

}  // namespace toccata
