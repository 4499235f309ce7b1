#include "runs/tensorboard.h"

#include <gtest/gtest.h>

#include <cstring>

#include "base/files.h"
#include "support/temporary_folder.h"

namespace toccata::runs {
namespace {

std::string bytes_of(std::initializer_list<int> values) {
  std::string bytes;
  for (const int value : values) bytes.push_back(static_cast<char>(value));
  return bytes;
}

std::uint64_t number_at(std::string_view bytes, std::size_t place, int size) {
  std::uint64_t value = 0;
  for (int i = 0; i < size; ++i)
    value |= std::uint64_t{static_cast<std::uint8_t>(bytes[place + static_cast<std::size_t>(i)])}
             << (8 * i);
  return value;
}

TEST(Tensorboard, Crc32cGivesTheVectorsOfRfc3720) {
  EXPECT_EQ(crc32c(""), 0u);
  EXPECT_EQ(crc32c("123456789"), 0xe3069283u);
  EXPECT_EQ(crc32c(std::string(32, '\0')), 0x8a9136aau);
  EXPECT_EQ(crc32c(std::string(32, '\xff')), 0x62a8ab43u);
  std::string rising;
  for (int i = 0; i < 32; ++i) rising.push_back(static_cast<char>(i));
  EXPECT_EQ(crc32c(rising), 0x46dd794eu);
}

TEST(Tensorboard, AnEventIsTheProtocolBufferWorkedOutByHand) {
  const Scalar loss{"loss", 1.5};
  // wall_time 1.0: key 0x09; step 300: key 0x10, varint AC 02; summary: key 0x2a, 13 bytes: value:
  // key 0x0a, 11 bytes: tag: key 0x0a, "loss"; simple_value 1.5f: key 0x15.
  const std::string expected =
      bytes_of({0x09, 0,    0,    0,    0,   0,   0,   0xf0, 0x3f, 0x10, 0xac, 0x02, 0x2a, 0x0d,
                0x0a, 0x0b, 0x0a, 0x04, 'l', 'o', 's', 's',  0x15, 0,    0,    0xc0, 0x3f});
  EXPECT_EQ(scalar_event(1.0, 300, std::span(&loss, 1)), expected);
  EXPECT_EQ(version_event(1.0),
            bytes_of({0x09, 0, 0, 0, 0, 0, 0, 0xf0, 0x3f, 0x1a, 0x0d}) + "brain.Event:2");
}

TEST(Tensorboard, ARecordIsFramedWithItsLengthAndTwoMaskedCrcs) {
  const std::string framed = record("123456789");
  ASSERT_EQ(framed.size(), 8u + 4 + 9 + 4);
  EXPECT_EQ(number_at(framed, 0, 8), 9u);
  EXPECT_EQ(framed.substr(12, 9), "123456789");
  // rotate 0xe3069283 right by 15, add 0xa282ead8
  EXPECT_EQ(number_at(framed, 21, 4), 0xc78ab0e5u);
}

TEST(Tensorboard, OnlyWhatWasMeasuredIsTold) {
  MetricsRow row;
  row.batch = 5;
  row.train_nats = -6;
  const auto told = scalars(row);
  ASSERT_EQ(told.size(), 2u);
  EXPECT_EQ(told[0].tag, "nats_per_step/train");
  EXPECT_EQ(told[0].value, -6);
  EXPECT_EQ(told[1].tag, "progress/epoch");
}

TEST(Tensorboard, AResumedRunsEventsEqualThoseOfARunNeverStopped) {
  const TemporaryFolder folder;
  std::vector<MetricsRow> rows(4);
  for (int i = 0; i < 4; ++i) {
    rows[static_cast<std::size_t>(i)].batch = 100 * (i + 1);
    rows[static_cast<std::size_t>(i)].seconds = i;
    rows[static_cast<std::size_t>(i)].train_nats = 5.0 - i;
  }
  const auto whole = folder.path() / "a", resumed = folder.path() / "b";
  begin_events(whole, 1e9, {});
  for (const MetricsRow& row : rows) append_events(whole, 1e9, row);
  begin_events(resumed, 1e9, std::span(rows).first(2));
  for (const MetricsRow& row : std::span(rows).subspan(2)) append_events(resumed, 1e9, row);
  EXPECT_EQ(read_file(whole), read_file(resumed));
}

}  // namespace
}  // namespace toccata::runs
