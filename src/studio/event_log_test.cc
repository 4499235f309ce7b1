#include "studio/event_log.h"

#include <gtest/gtest.h>

#include <atomic>

namespace toccata::studio {
namespace {

TEST(EventLog, IsTakenFromAnyPointOn) {
  EventLog log;
  log.add("step", {{"t", 1}});
  log.add("step", {{"t", 2}});
  const auto all = log.take(0);
  EXPECT_EQ(all.text,
            "id: 0\nevent: step\ndata: {\"t\":1}\n\nid: 1\nevent: step\ndata: {\"t\":2}\n\n");
  EXPECT_EQ(all.next, 2u);
  EXPECT_FALSE(all.finished);
  EXPECT_EQ(log.take(2).text, "");
  EXPECT_EQ(log.take(1).text, "id: 1\nevent: step\ndata: {\"t\":2}\n\n");
}

TEST(EventLog, TellsAllToWhoComesAfterTheEnd) {
  EventLog log;
  for (int i = 0; i < 3; ++i) log.add("step", {{"t", i}});
  log.finish("end", {{"ok", true}});
  log.add("step", {{"t", 3}});
  const auto taken = log.take(0);
  EXPECT_TRUE(taken.text.starts_with("id: 0\nevent: step\ndata: {\"t\":0}\n\nid: 1\n"));
  EXPECT_TRUE(taken.text.ends_with("\n\nid: 3\nevent: end\ndata: {\"ok\":true}\n\n"));
  EXPECT_TRUE(taken.finished);
  EXPECT_TRUE(log.take(4).finished);
  EXPECT_EQ(log.take(3).text, "id: 3\nevent: end\ndata: {\"ok\":true}\n\n");
  EXPECT_EQ(log.take(5000).text, taken.text) << "a number of an earlier life";
}

TEST(EventLog, NeverGrowsBeyondItsBytes) {
  EventLog log(10000);
  for (int i = 0; i < 10000; ++i) log.add("step", {{"t", i}});
  EXPECT_LE(log.bytes(), 10000u);
  EXPECT_NE(log.take(0).text.find("\"t\":9999"), std::string::npos);
}

TEST(EventLog, TakesParcelsOfAboutTheSizeAskedFor) {
  EventLog log;
  for (int i = 0; i < 1000; ++i) log.add("step", {{"t", i}});
  std::size_t from = 0, parcels = 0;
  for (;;) {
    const auto taken = log.take(from, 1000);
    if (taken.text.empty()) break;
    EXPECT_LT(taken.text.size(), 1100u);
    from = taken.next;
    ++parcels;
  }
  EXPECT_EQ(from, 1000u);
  EXPECT_GT(parcels, 30u);
}

TEST(EventLog, WakesThoseWhoListenUntilTheyLeave) {
  EventLog log;
  std::atomic<int> woken{0};
  auto listener = log.listen([&] { ++woken; });
  log.add("step", {});
  log.finish("end", {});
  EXPECT_EQ(woken, 2);
  listener.reset();
  log.add("step", {});
  EXPECT_EQ(woken, 2);
}

}  // namespace
}  // namespace toccata::studio
