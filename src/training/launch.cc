#include "training/launch.h"

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <string_view>

#include "base/error.h"
#include "base/text.h"
#include "base/this_process.h"

namespace toccata::training {
namespace {

// torch's own port where nothing else is known; others are drawn from above it.
constexpr int kUsualPort = 29500, kDrawnPorts = 3000;

std::string text(const Environment& environment, const char* name) {
  return environment(name).value_or("");
}

int number(const Environment& environment, const char* name) {
  const std::string found = text(environment, name);
  const int value = parse_number<int>(found).value_or(-1);
  if (value < 0) fail_usage("{}: expected a number in the environment, found \"{}\"", name, found);
  return value;
}

/// Where the numbers stand, by launcher; a launcher is recognised by the first two.
struct Launcher {
  const char *rank, *ranks, *local_ranks;
  const char* jobs[2];  // what names the job
};
constexpr Launcher kTorchrun{"RANK", "WORLD_SIZE", "LOCAL_WORLD_SIZE", {nullptr, nullptr}};
constexpr Launcher kLaunchers[] = {
    kTorchrun,
    {"OMPI_COMM_WORLD_RANK",
     "OMPI_COMM_WORLD_SIZE",
     "OMPI_COMM_WORLD_LOCAL_SIZE",
     {"PMIX_NAMESPACE", "OMPI_MCA_ess_base_jobid"}},
    {"PMI_RANK", "PMI_SIZE", "MPI_LOCALNRANKS", {"PMI_JOBID", "HYDI_CONTROL_FD"}},
    // A batch script has SLURM_PROCID, too; only what srun starts has a number of tasks in a step.
    {"SLURM_PROCID", "SLURM_STEP_NUM_TASKS", nullptr, {"SLURM_JOB_ID", "SLURM_STEP_ID"}}};

/// "4(x2),3": the tasks on each machine; all the same, or the smallest, is near enough for a share
/// of the processor.
int slurm_local_ranks(const Environment& environment) {
  const std::string tasks = text(environment, "SLURM_STEP_TASKS_PER_NODE");
  int value = 1;
  std::from_chars(tasks.data(), tasks.data() + tasks.size(), value);
  return value;
}

int drawn_port(const Environment& environment, const Launcher& launcher) {
  std::string job;
  for (const char* name : launcher.jobs)
    if (name) job += text(environment, name) + "/";
  if (job.find_first_not_of('/') == std::string::npos) return kUsualPort;
  std::uint32_t hash = 2166136261u;  // FNV-1a
  for (const char c : job) hash = (hash ^ static_cast<unsigned char>(c)) * 16777619u;
  return kUsualPort + 1 + static_cast<int>(hash % kDrawnPorts);
}

}  // namespace

std::string first_host(const std::string& hosts) {
  const std::size_t bracket = hosts.find('['), comma = hosts.find(',');
  if (bracket == std::string::npos || comma < bracket) return hosts.substr(0, comma);
  const std::size_t end = hosts.find_first_of("-,]", bracket);
  const std::size_t close = hosts.find(']', bracket);
  if (end == std::string::npos || close == std::string::npos) return hosts;
  const std::size_t rest = hosts.find(',', close);
  const std::size_t length = (rest == std::string::npos ? hosts.size() : rest) - close - 1;
  return hosts.substr(0, bracket) + hosts.substr(bracket + 1, end - bracket - 1) +
         hosts.substr(close + 1, length);
}

int threads_for(const Launch& launch) {
  const Processors found = processors();
  if (launch.local_ranks == 1 || found.allowed < found.present) return 0;
  return std::max(1, found.present / launch.local_ranks);
}

Launch launch_from(const Environment& environment) {
  const Launcher* found = nullptr;
  for (const Launcher& launcher : kLaunchers)
    if (!found && environment(launcher.rank) && environment(launcher.ranks)) found = &launcher;
  if (!found) return {};

  Launch launch;
  launch.rank = number(environment, found->rank);
  launch.ranks = number(environment, found->ranks);
  if (launch.ranks < 1 || launch.rank >= launch.ranks)
    fail_usage("{} is {} and {} is {}: processes are numbered from 0 to one below their number",
               found->rank, launch.rank, found->ranks, launch.ranks);
  const auto again = [&](const char* name) {
    return environment(name) && number(environment, name) > 0;
  };
  launch.restarted = again("TORCHELASTIC_RESTART_COUNT") || again("SLURM_RESTART_COUNT");
  if (launch.ranks == 1) return launch;
  const bool slurm = std::string_view(found->rank) == "SLURM_PROCID";
  if (slurm)
    launch.local_ranks = slurm_local_ranks(environment);
  else if (found->local_ranks && environment(found->local_ranks))
    launch.local_ranks = std::max(1, number(environment, found->local_ranks));

  launch.address = text(environment, "MASTER_ADDR");
  if (launch.address.empty() && slurm)
    launch.address = first_host(text(environment, "SLURM_STEP_NODELIST"));
  if (launch.address.empty() && launch.local_ranks == launch.ranks) launch.address = "127.0.0.1";
  if (launch.address.empty())
    fail_usage(
        "process {} of {}: where is process 0? Give its machine's address as MASTER_ADDR in the "
        "environment of every process (mpirun -x MASTER_ADDR=…)",
        launch.rank, launch.ranks);
  launch.port = environment("MASTER_PORT") ? number(environment, "MASTER_PORT")
                                           : drawn_port(environment, *found);
  if (launch.port < 1 || launch.port > 65535)
    fail_usage("MASTER_PORT: expected 1 to 65535, found {}", launch.port);
  launch.attempt = text(environment, "TORCHELASTIC_RESTART_COUNT");
  launch.store_is_served = text(environment, "TORCHELASTIC_USE_AGENT_STORE") == "True";
  return launch;
}

}  // namespace toccata::training
