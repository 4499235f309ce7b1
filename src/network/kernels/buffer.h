#pragma once
// Memory of training and composing: aligned for any vector, zeroed when it is made, kept from call
// to call, so that nothing is allocated inside the loops.

#include <cstddef>
#include <cstring>
#include <memory>
#include <new>

namespace toccata::network {

inline constexpr std::size_t kAlignment = 64;  // bytes: a cache line, the widest vector

template <typename T>
class Buffer {
 public:
  Buffer() = default;
  explicit Buffer(std::size_t count) { reserve(count); }

  /// Makes room for at least `count` values. New memory is all zeros; if there was room already,
  /// the values stay.
  void reserve(std::size_t count) {
    if (count <= size_) return;
    const std::size_t bytes = (count * sizeof(T) + kAlignment - 1) / kAlignment * kAlignment;
    data_.reset();  // first, so that both never stand side by side
    data_.reset(static_cast<T*>(::operator new (bytes, std::align_val_t{kAlignment})));
    std::memset(static_cast<void*>(data_.get()), 0, bytes);
    size_ = count;
  }
  void zero() {
    if (size_ > 0) std::memset(static_cast<void*>(data_.get()), 0, bytes());
  }
  T* data() const { return data_.get(); }
  std::size_t size() const { return size_; }
  std::size_t bytes() const { return size_ * sizeof(T); }

 private:
  struct Free {
    void operator()(T* p) const {
      ::operator delete (static_cast<void*>(p), std::align_val_t{kAlignment});
    }
  };
  std::unique_ptr<T[], Free> data_;
  std::size_t size_ = 0;
};

}  // namespace toccata::network
