#pragma once
// Memory of the training pass: aligned, zeroed when made, kept from call to call, so that nothing
// is allocated inside the loop.

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
    const std::size_t bytes = (count * sizeof(T) + kLine - 1) / kLine * kLine;
    data_.reset();  // first, so that both never stand side by side
    data_.reset(static_cast<T*>(::operator new (bytes, std::align_val_t{kLine})));
    std::memset(static_cast<void*>(data_.get()), 0, bytes);
    count_ = count;
  }
  void zero() {
    if (count_ > 0) std::memset(static_cast<void*>(data_.get()), 0, count_ * sizeof(T));
  }
  T* data() const { return data_.get(); }
  std::size_t size() const { return count_; }
  std::size_t bytes() const { return count_ * sizeof(T); }

 private:
  static constexpr std::size_t kLine = 64;  // bytes: a cache line, a vector
  struct Free {
    void operator()(T* p) const {
      ::operator delete (static_cast<void*>(p), std::align_val_t{kLine});
    }
  };
  std::unique_ptr<T[], Free> data_;
  std::size_t count_ = 0;
};

}  // namespace toccata::network::train
