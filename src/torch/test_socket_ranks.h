#pragma once
// For tests: several ranks in one process, each in a thread of its own, over real sockets.

#include <arpa/inet.h>
#include <sys/socket.h>
#include <unistd.h>

#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "torch/c10d_ranks.h"

namespace toccata::libtorch {

inline int free_port() {
  const int socket = ::socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  const bool bound = ::bind(socket, reinterpret_cast<sockaddr*>(&address), size) == 0 &&
                     ::getsockname(socket, reinterpret_cast<sockaddr*>(&address), &size) == 0;
  ::close(socket);
  return bound ? ntohs(address.sin_port) : 0;
}

using Work = std::function<void(training::Ranks&)>;

/// Runs work as each of `count` ranks. Returns what each threw.
inline std::vector<std::string> run_socket_ranks(int count, const Work& work, double timeout = 30,
                                                 std::vector<Stop>* stops = nullptr) {
  std::vector<std::string> errors(static_cast<std::size_t>(count));
  const int port = free_port();
  std::vector<std::jthread> threads;
  for (int rank = 0; rank < count; ++rank)
    threads.emplace_back([&, rank] {
      const auto r = static_cast<std::size_t>(rank);
      const Stop never;
      std::unique_ptr<training::Ranks> ranks;
      try {
        training::Launch launch;
        launch.rank = rank;
        launch.ranks = launch.local_ranks = count;
        launch.address = "127.0.0.1";
        launch.port = port;
        ranks = join(launch, timeout, stops ? (*stops)[r] : never);
        work(*ranks);
      } catch (const std::exception& error) {
        errors[r] = error.what();
        if (ranks) ranks->report_failure(error.what());
      }
    });
  threads.clear();
  return errors;
}

inline std::vector<std::string> nothing(int count) {
  return std::vector<std::string>(static_cast<std::size_t>(count));
}

}  // namespace toccata::libtorch
