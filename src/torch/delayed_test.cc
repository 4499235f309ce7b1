#include "torch/delayed.h"

#include <gtest/gtest.h>

namespace toccata::libtorch {
namespace {

torch::Tensor three(double nats, double norm) {
  return torch::tensor({nats, norm, nats + norm}, torch::kFloat64);
}

TEST(Delayed, GivesFiguresInTheirOrderOnceSomeLaterOnesWereAdded) {
  Delayed delayed(torch::kCPU, 2);
  delayed.add(0, 10, three(5, 0.5));
  delayed.add(1, 11, three(4, 0.4));
  EXPECT_FALSE(delayed.next_due());
  delayed.add(2, 12, three(3, 0.3));
  const auto first = delayed.next_due();
  ASSERT_TRUE(first);
  EXPECT_EQ(first->update.update, 0);
  EXPECT_EQ(first->update.frames, 10);
  EXPECT_EQ(first->update.nats, 5);
  EXPECT_EQ(first->update.gradient_norm, 0.5);
  EXPECT_EQ(first->kept, 5.5);
  EXPECT_FALSE(delayed.next_due());
  // The rest on demand.
  EXPECT_EQ(delayed.next()->update.update, 1);
  EXPECT_EQ(delayed.next()->update.update, 2);
  EXPECT_FALSE(delayed.next());
}

TEST(Delayed, KeepsValuesThatTheirTensorLosesAfterwards) {
  Delayed delayed(torch::kCPU, 0);
  torch::Tensor values = three(1, 2);
  delayed.add(7, 1, values);
  values.zero_();
  EXPECT_EQ(delayed.next_due()->update.nats, 1);
}

}  // namespace
}  // namespace toccata::libtorch
