#include "studio/child.h"

namespace toccata::studio {

Child::Child(const std::vector<std::string>& words, std::function<void()> ended)
    : process_(words), ended_(std::move(ended)), reader_([this] { read(); }) {}

Child::~Child() {
  interrupt();
  reader_.join();
}

void Child::interrupt() {
  const std::lock_guard lock(mutex_);
  if (status_ || interrupted_) return;
  interrupted_ = true;
  process_.interrupt();
}

bool Child::running() const {
  return !status();
}

std::optional<int> Child::status() const {
  const std::lock_guard lock(mutex_);
  return status_;
}

std::vector<std::string> Child::lines() const {
  const std::lock_guard lock(mutex_);
  return {lines_.begin(), lines_.end()};
}

std::size_t Child::written() const {
  const std::lock_guard lock(mutex_);
  return written_;
}

void Child::take(std::string_view text) {
  const std::lock_guard lock(mutex_);
  for (const char c : text) {
    if (c != '\n') {
      if (unfinished_.size() < kLongestLine) unfinished_ += c;
      continue;
    }
    lines_.push_back(std::move(unfinished_));
    unfinished_.clear();
    ++written_;
    if (lines_.size() > kMostLines) lines_.pop_front();
  }
}

void Child::read() {
  while (const std::optional<std::string> text = process_.read()) take(*text);
  process_.wait_keeping_number();
  {
    const std::lock_guard lock(mutex_);
    if (!unfinished_.empty()) lines_.push_back(std::move(unfinished_));
    status_ = process_.wait();
  }
  ended_();
}

}  // namespace toccata::studio
