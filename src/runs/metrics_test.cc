#include "runs/metrics.h"

#include <gtest/gtest.h>

#include <cmath>
#include <functional>

#include "base/error.h"
#include "base/files.h"
#include "support/temporary_folder.h"

namespace toccata::runs {
namespace {

MetricsRow row_of(std::int64_t batch) {
  MetricsRow row;
  row.batch = batch;
  row.epoch = 0.25;
  row.seconds = 12.5;
  row.train_nats = -6.125;
  row.learning_rate = 1e-3;
  return row;
}

TEST(Metrics, RowsComeBackAsWrittenAndWhatWasNotMeasuredStaysSo) {
  const TemporaryFolder folder;
  const auto path = folder.path() / "metrics.csv";
  append_metrics(path, row_of(100));
  MetricsRow validated = row_of(200);
  validated.valid_nats = -7.5;
  append_metrics(path, validated);
  EXPECT_EQ(read_text(path),
            "batch,epoch,seconds,train_nats_per_step,valid_nats_per_step,learning_rate,"
            "gradient_norm,note_steps_per_second\n"
            "100,0.25,12.5,-6.125,,0.001,,\n"
            "200,0.25,12.5,-6.125,-7.5,0.001,,\n");
  const auto rows = read_metrics(path);
  ASSERT_EQ(rows.size(), 2u);
  EXPECT_EQ(rows[1].batch, 200);
  EXPECT_EQ(rows[1].valid_nats, -7.5);
  EXPECT_EQ(rows[0].learning_rate, 1e-3);
  EXPECT_TRUE(std::isnan(rows[0].valid_nats));
  EXPECT_TRUE(std::isnan(rows[0].gradient_norm));
}

TEST(Metrics, AnAbsentFileHasNoRows) {
  const TemporaryFolder folder;
  EXPECT_TRUE(read_metrics(folder.path() / "metrics.csv").empty());
  EXPECT_NO_THROW(truncate_metrics(folder.path() / "metrics.csv", 3));
}

TEST(Metrics, AResumedRunDoesNotCountItsRowsTwice) {
  const TemporaryFolder folder;
  const auto path = folder.path() / "metrics.csv";
  for (int batch = 100; batch <= 700; batch += 100) append_metrics(path, row_of(batch));
  truncate_metrics(path, 500);
  append_metrics(path, row_of(600));
  const auto rows = read_metrics(path);
  ASSERT_EQ(rows.size(), 6u);
  for (std::size_t i = 0; i < rows.size(); ++i)
    EXPECT_EQ(rows[i].batch, static_cast<std::int64_t>(100 * (i + 1)));
}

TEST(Metrics, ALineCutShortAtAnyByteCostsThatLineAlone) {
  const TemporaryFolder folder;
  const auto path = folder.path() / "metrics.csv";
  append_metrics(path, row_of(100));
  const std::size_t one = read_text(path).size();
  append_metrics(path, row_of(200));
  const std::string whole = read_text(path);
  for (std::size_t size = 0; size < whole.size(); ++size) {
    write_file(path, std::string_view(whole).substr(0, size));
    const std::size_t expected = size < one ? 0 : 1;
    EXPECT_EQ(read_metrics(path).size(), expected) << size;
    append_metrics(path, row_of(300));
    const auto rows = read_metrics(path);
    ASSERT_EQ(rows.size(), expected + 1) << size;
    EXPECT_EQ(rows.back().batch, 300);
  }
}

TEST(Metrics, ColumnsAreFoundByName) {
  const TemporaryFolder folder;
  const auto path = folder.path() / "metrics.csv";
  write_file(path, "batch,colour,valid_nats_per_step\r\n7,blue,-1.5\r\n");
  const auto rows = read_metrics(path);
  ASSERT_EQ(rows.size(), 1u);
  EXPECT_EQ(rows[0].batch, 7);
  EXPECT_EQ(rows[0].valid_nats, -1.5);
  EXPECT_TRUE(std::isnan(rows[0].train_nats));
}

// Older runs have them as losses: they are gone on with all the same.
TEST(Metrics, LossesOfOlderFilesAreReadAsLikelihoods) {
  const TemporaryFolder folder;
  const auto path = folder.path() / "metrics.csv";
  write_file(path, "batch,train_nats,valid_nats\n7,2.5,1.5\n8,2.25,\n");
  const auto rows = read_metrics(path);
  ASSERT_EQ(rows.size(), 2u);
  EXPECT_EQ(rows[0].train_nats, -2.5);
  EXPECT_EQ(rows[0].valid_nats, -1.5);
  EXPECT_TRUE(std::isnan(rows[1].valid_nats));
  truncate_metrics(path, 7);
  append_metrics(path, row_of(9));
  EXPECT_EQ(read_metrics(path).front().valid_nats, -1.5);
}

TEST(Metrics, WhatIsNoNumberIsRefusedWithFileAndLine) {
  const TemporaryFolder folder;
  const auto path = folder.path() / "metrics.csv";
  for (const char* text : {"batch,epoch\n1,2\n2,x\n", "batch,epoch\n1,2\n3\n"}) {
    write_file(path, text);
    try {
      read_metrics(path);
      FAIL() << "read";
    } catch (const Error& error) {
      EXPECT_NE(std::string(error.what()).find("metrics.csv: line 3"), std::string::npos)
          << error.what();
    }
  }
}

}  // namespace
}  // namespace toccata::runs
