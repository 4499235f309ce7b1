#pragma once
// RapidCheck properties with a number of cases of their own (RC_GTEST_PROP tries 100).

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <sstream>
#include <utility>

namespace toccata {

/// Checks `property` on `cases` cases; fails the running test with RapidCheck's account (seed and
/// smallest counterexample). RC_PARAMS="seed=…" in the environment repeats one.
template <typename Property>
void expect_property(int cases, Property&& property) {
  rc::detail::TestMetadata metadata;
  const auto* test = testing::UnitTest::GetInstance()->current_test_info();
  metadata.id = std::string(test->test_suite_name()) + "/" + test->name();
  metadata.description = metadata.id;
  rc::detail::TestParams params = rc::detail::configuration().testParams;
  params.maxSuccess = cases;
  const auto result = rc::detail::checkTestable(std::forward<Property>(property), metadata, params);
  if (result.template is<rc::detail::SuccessResult>()) return;
  std::ostringstream account;
  rc::detail::printResultMessage(result, account);
  ADD_FAILURE() << account.str();
}

}  // namespace toccata
