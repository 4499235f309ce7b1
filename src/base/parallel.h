#pragma once
// Work shared out to a few threads.

#include <cstddef>
#include <functional>

namespace toccata {

/// Threads to use where 0 was asked for: the processor's.
int thread_count(int asked);

/// Calls work(index) for 0 … count-1 from `threads` threads (0: the processor's), each index once,
/// in no fixed order. The first exception is thrown again here after all threads have ended.
void parallel_for(std::size_t count, int threads,
                  const std::function<void(std::size_t index)>& work);

}  // namespace toccata
