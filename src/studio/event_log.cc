#include "studio/event_log.h"

#include <fmt/format.h>

namespace toccata::studio {

void EventLog::append(std::string_view kind, const OrderedJson& data) {
  std::string text = fmt::format("id: {}\nevent: {}\ndata: {}\n\n", next_, kind,
                                 data.dump(-1, ' ', false, OrderedJson::error_handler_t::replace));
  bytes_ += text.size();
  events_.emplace(next_++, std::move(text));
  while (bytes_ > most_bytes_ && events_.size() > 1) {
    bytes_ -= events_.begin()->second.size();
    events_.erase(events_.begin());
  }
}

void EventLog::add(std::string_view kind, const OrderedJson& data) {
  {
    const std::lock_guard lock(mutex_);
    if (finished_) return;
    append(kind, data);
  }
  wake_all();
}

void EventLog::finish(std::string_view kind, const OrderedJson& data) {
  {
    const std::lock_guard lock(mutex_);
    if (finished_) return;
    append(kind, data);
    finished_ = true;
  }
  wake_all();
}

EventLog::Taken EventLog::take(std::size_t from, std::size_t most) const {
  const std::lock_guard lock(mutex_);
  Taken taken;
  taken.next = from;
  // A number from the future (of an earlier life of the server, say) means: the beginning.
  auto event = events_.lower_bound(from > next_ ? 0 : from);
  if (from > next_) taken.next = 0;
  while (event != events_.end() && taken.text.size() < most) {
    taken.text += event->second;
    taken.next = event->first + 1;
    ++event;
  }
  taken.finished = finished_ && event == events_.end();
  return taken;
}

std::shared_ptr<EventLog::Listener> EventLog::listen(std::function<void()> wake) {
  auto listener = std::make_shared<Listener>(std::move(wake));
  const std::lock_guard lock(mutex_);
  std::erase_if(listeners_, [](const auto& known) { return known.expired(); });
  listeners_.push_back(listener);
  return listener;
}

void EventLog::wake_all() {
  std::vector<std::shared_ptr<Listener>> awake;
  {
    const std::lock_guard lock(mutex_);
    for (const auto& known : listeners_) {
      if (auto listener = known.lock()) awake.push_back(std::move(listener));
    }
  }
  for (const auto& listener : awake) listener->wake();
}

std::size_t EventLog::bytes() const {
  const std::lock_guard lock(mutex_);
  return bytes_;
}

}  // namespace toccata::studio
