#pragma once
// Memory of the training pass: aligned, zeroed when made, kept from call to call, so that nothing
// is allocated inside the loop.

#if defined(__linux__)
#include <sys/mman.h>
#endif

#include <cstddef>
#include <cstring>
#include <memory>
#include <new>

namespace toccata::network::train {

template <typename T>
class Buffer {
 public:
  /// At least `count` values, all zero if memory had to be made; else what stood there stays.
  void reserve(std::size_t count) {
    if (count <= count_) return;
    data_.reset();
    const std::size_t align = count * sizeof(T) >= kLargePage ? kLargePage : kLine;
    const std::size_t bytes = (count * sizeof(T) + align - 1) / align * align;
    void* memory = ::operator new (bytes, std::align_val_t{align});
#if defined(__linux__) && defined(MADV_HUGEPAGE)
    // Rows are far apart: large pages spare the look-ups of addresses. A wish, not a need.
    if (align == kLargePage) madvise(memory, bytes, MADV_HUGEPAGE);
#endif
    std::memset(memory, 0, bytes);
    data_ = Owned(static_cast<T*>(memory), Free{align});
    count_ = count;
  }
  void zero() {
    if (count_ > 0) std::memset(static_cast<void*>(data_.get()), 0, count_ * sizeof(T));
  }
  T* data() const {
    return data_.get();
  }
  std::size_t size() const {
    return count_;
  }
  std::size_t bytes() const {
    return count_ * sizeof(T);
  }

 private:
  static constexpr std::size_t kLine = 64, kLargePage = std::size_t{2} << 20;
  struct Free {
    std::size_t align = kLine;
    void operator()(T* p) const {
      ::operator delete (static_cast<void*>(p), std::align_val_t{align});
    }
  };
  using Owned = std::unique_ptr<T[], Free>;
  Owned data_;
  std::size_t count_ = 0;
};

}  // namespace toccata::network::train
