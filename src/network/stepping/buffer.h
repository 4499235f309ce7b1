#pragma once
// Memory of the stepper: aligned for any vector, zeroed, of fixed size.

#include <cstddef>
#include <cstring>
#include <memory>
#include <new>

namespace toccata::network::stepping {

inline constexpr std::size_t kAlignment = 64;

template <typename T>
class Buffer {
 public:
  Buffer() = default;
  explicit Buffer(std::size_t count) : size_(count) {
    const std::size_t bytes = (count * sizeof(T) + kAlignment - 1) / kAlignment * kAlignment;
    data_.reset(static_cast<T*>(::operator new (bytes, std::align_val_t{kAlignment})));
    std::memset(static_cast<void*>(data_.get()), 0, bytes);
  }
  T* data() { return data_.get(); }
  const T* data() const { return data_.get(); }
  std::size_t size() const { return size_; }

 private:
  struct Free {
    void operator()(T* p) const {
      ::operator delete (static_cast<void*>(p), std::align_val_t{kAlignment});
    }
  };
  std::unique_ptr<T[], Free> data_;
  std::size_t size_ = 0;
};

}  // namespace toccata::network::stepping
