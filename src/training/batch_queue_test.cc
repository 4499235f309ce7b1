#include "training/batch_queue.h"

#include <gtest/gtest.h>

#include "training/test_corpus.h"

namespace toccata::training {
namespace {

corpus::Windows windows_of(const TestData& data) {
  return corpus::Windows(data.data.train, {.steps = 16, .sequences = 3, .transpose = 2, .seed = 9});
}

TEST(BatchQueue, HandsOutWhatTheWindowsWouldInTheirOrder) {
  const TestData data(5, 0);
  corpus::Windows plain = windows_of(data);
  BatchQueue queue(windows_of(data));
  for (int i = 0; i < 40; ++i) {
    const music::Batch expected = plain.next();
    const BatchQueue::Item item = queue.next();
    ASSERT_EQ(item.batch.frames, expected.frames) << i;
    ASSERT_EQ(item.batch.sample, expected.sample) << i;
    ASSERT_EQ(item.batch.lengths, expected.lengths) << i;
    ASSERT_EQ(item.after, plain.place()) << i;
  }
}

TEST(BatchQueue, GoesOnFromThePlaceAfterAnyBatch) {
  const TestData data(5, 0);
  BatchQueue queue(windows_of(data));
  for (int i = 0; i < 30; ++i) {
    const corpus::Windows::Place place = queue.next().after;
    if (i % 7 != 0) continue;
    corpus::Windows plain = windows_of(data);
    corpus::Windows resumed = windows_of(data);
    resumed.seek(place);
    for (int k = 0; k <= i; ++k) plain.next();
    ASSERT_EQ(plain.next().frames, BatchQueue(std::move(resumed)).next().batch.frames) << i;
  }
}

TEST(BatchQueue, CountsEpochsWithTheirFractions) {
  const TestData data(5, 0);
  const std::uint64_t batches = windows_of(data).batches_in_epoch(0);
  BatchQueue queue(windows_of(data));
  for (std::uint64_t i = 1; i <= batches; ++i)
    EXPECT_NEAR(queue.next().epoch, static_cast<double>(i) / static_cast<double>(batches), 1e-12);
  EXPECT_GT(queue.next().epoch, 1);
}

TEST(BatchQueue, EndsWhileItsThreadWaits) {
  const TestData data(5, 0);
  for (int i = 0; i < 20; ++i) BatchQueue queue(windows_of(data), 1);
}

}  // namespace
}  // namespace toccata::training
