#pragma once
// What a server is asked to be, and what it grants its clients.

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

#include "studio/access.h"
#include "studio/guard.h"

namespace toccata::studio {

struct ServerLimits {
  int connections = 512;                       // at a time; more are told 503 and closed
  std::size_t header = std::size_t{16} << 10;  // bytes of a request's line and headers
  std::chrono::seconds header_time{15};  // from accepting, or the answer before, to a whole header
  std::chrono::seconds body_time{60};    // for the body
  std::chrono::seconds write_time{30};   // for an answer, and a second more per 32 KiB of it
  std::chrono::seconds heartbeat{15};    // a comment on an event stream that has nothing to say
  // Bytes of all bodies that are held at a time; what is more is told 503. Each may always have the
  // first 64 KiB: small requests get through whatever large ones do.
  std::size_t bodies = std::size_t{256} << 20;
  int workers = 2;   // threads for routes marked worker
  int waiting = 64;  // requests that may wait for them; more: 503
};

struct ServerOptions {
  std::string address = "127.0.0.1";
  std::uint16_t port = 8642;  // 0: any that is free
  Guard guard;
  Access access;
  // TLS where both are given: PEM files.
  std::optional<std::filesystem::path> certificate, key;
  ServerLimits limits;
};

}  // namespace toccata::studio
