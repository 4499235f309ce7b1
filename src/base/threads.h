#pragma once
// Whether there are threads: WebAssembly has them only where it is built with them (-pthread).
// parallel.cc and the network's worker pool do everything on the caller's thread where not.

#if defined(__wasm__) && !defined(_REENTRANT)
#define TOCCATA_HAS_THREADS 0
#else
#define TOCCATA_HAS_THREADS 1
#include <mutex>
#endif

namespace toccata {

#if TOCCATA_HAS_THREADS
using Mutex = std::mutex;
using Lock = std::lock_guard<std::mutex>;
#else
struct Mutex {};
struct Lock {
  explicit Lock(Mutex&) {}
};
#endif

}  // namespace toccata
