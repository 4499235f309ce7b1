#include "training/launch.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>

#include "base/error.h"

namespace toccata::training {
namespace {

using testing::HasSubstr;

Launch launched(const std::map<std::string, std::string>& values) {
  return launch_from([&](const char* name) -> std::optional<std::string> {
    const auto found = values.find(name);
    if (found == values.end()) return std::nullopt;
    return found->second;
  });
}

TEST(Launch, WithoutALauncherAProcessIsAlone) {
  const Launch launch = launched({{"PATH", "/bin"}});
  EXPECT_EQ(launch.ranks, 1);
  EXPECT_EQ(launch.rank, 0);
  EXPECT_FALSE(launch.restarted);
}

TEST(Launch, TorchrunSaysWhoWhereAndHowOften) {
  const Launch launch = launched({{"RANK", "3"},
                                  {"WORLD_SIZE", "8"},
                                  {"LOCAL_WORLD_SIZE", "2"},
                                  {"MASTER_ADDR", "host-a"},
                                  {"MASTER_PORT", "29400"},
                                  {"TORCHELASTIC_RESTART_COUNT", "2"},
                                  {"TORCHELASTIC_USE_AGENT_STORE", "True"}});
  EXPECT_EQ(launch.rank, 3);
  EXPECT_EQ(launch.ranks, 8);
  EXPECT_EQ(launch.local_ranks, 2);
  EXPECT_EQ(launch.address, "host-a");
  EXPECT_EQ(launch.port, 29400);
  EXPECT_EQ(launch.attempt, "2");
  EXPECT_TRUE(launch.store_is_served);
  EXPECT_TRUE(launch.restarted);
}

TEST(Launch, MpirunOnOneMachineNeedsNoAddressAndItsJobsDoNotShareAPort) {
  std::map<std::string, std::string> values{{"OMPI_COMM_WORLD_RANK", "1"},
                                            {"OMPI_COMM_WORLD_SIZE", "4"},
                                            {"OMPI_COMM_WORLD_LOCAL_SIZE", "4"},
                                            {"PMIX_NAMESPACE", "1234567"}};
  const Launch one = launched(values);
  EXPECT_EQ(one.rank, 1);
  EXPECT_EQ(one.ranks, 4);
  EXPECT_EQ(one.address, "127.0.0.1");
  values["PMIX_NAMESPACE"] = "1234568";
  EXPECT_NE(launched(values).port, one.port);
}

TEST(Launch, MpirunOnSeveralMachinesIsAskedForAnAddress) {
  try {
    launched({{"OMPI_COMM_WORLD_RANK", "1"},
              {"OMPI_COMM_WORLD_SIZE", "4"},
              {"OMPI_COMM_WORLD_LOCAL_SIZE", "2"}});
    FAIL() << "expected an error";
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::usage);
    EXPECT_THAT(error.what(), HasSubstr("MASTER_ADDR"));
  }
}

TEST(Launch, SlurmMeetsOnTheFirstMachineOfTheStep) {
  const Launch launch = launched({{"SLURM_PROCID", "5"},
                                  {"SLURM_STEP_NUM_TASKS", "8"},
                                  {"SLURM_STEP_TASKS_PER_NODE", "2(x4)"},
                                  {"SLURM_STEP_NODELIST", "node[07-09,12]"},
                                  {"SLURM_JOB_ID", "99"},
                                  {"SLURM_RESTART_COUNT", "1"}});
  EXPECT_EQ(launch.rank, 5);
  EXPECT_EQ(launch.ranks, 8);
  EXPECT_EQ(launch.local_ranks, 2);
  EXPECT_EQ(launch.address, "node07");
  EXPECT_TRUE(launch.restarted);
}

TEST(Launch, ABatchScriptOfSlurmIsNoStepOfManyProcesses) {
  EXPECT_EQ(launched({{"SLURM_PROCID", "0"}, {"SLURM_NTASKS", "8"}}).ranks, 1);
}

TEST(Launch, FirstHostsOfSlurmsLists) {
  EXPECT_EQ(first_host("alone"), "alone");
  EXPECT_EQ(first_host("a,b[1-3]"), "a");
  EXPECT_EQ(first_host("b[3,7],a"), "b3");
  EXPECT_EQ(first_host("rack[01-03]-ib,x"), "rack01-ib");
}

TEST(Launch, NumbersThatContradictEachOtherAreRefused) {
  EXPECT_THROW(launched({{"RANK", "4"}, {"WORLD_SIZE", "4"}, {"MASTER_ADDR", "a"}}), Error);
  EXPECT_THROW(launched({{"RANK", "x"}, {"WORLD_SIZE", "4"}, {"MASTER_ADDR", "a"}}), Error);
}

}  // namespace
}  // namespace toccata::training
