#pragma once
// Where this process stands among those that a launcher started together, by the environment that
// the launcher gave it: torchrun, mpirun (Open MPI; MPICH, Intel MPI) and Slurm's srun.
//
//   rank, ranks    torchrun RANK, WORLD_SIZE; Open MPI OMPI_COMM_WORLD_RANK, _SIZE; MPICH PMI_RANK,
//                  PMI_SIZE; Slurm SLURM_PROCID, SLURM_STEP_NUM_TASKS
//   where to meet  MASTER_ADDR and MASTER_PORT where given. Else, on one machine, 127.0.0.1; under
//                  Slurm the first machine of the step's list; and a port drawn from the job's name

#include <functional>
#include <optional>
#include <string>

namespace toccata::training {

struct Launch {
  int rank = 0;         // 0 … ranks-1
  int ranks = 1;        // processes that train together
  int local_ranks = 1;  // of them on this machine
  std::string address;  // of the machine of process 0: a name or an IP address
  int port = 0;         // TCP
  // What keeps this start apart from others that meet at the same place: torchrun's restarts.
  std::string attempt;
  bool store_is_served = false;  // torchrun's agent serves the store; else process 0 does
  bool restarted = false;        // the launcher started the same run again, after a failure
};

/// What a name stands for in the environment; none where it is not set.
using Environment = std::function<std::optional<std::string>(const char* name)>;

/// One process alone where no launcher is recognised. Throws Error (usage) where the launcher's
/// numbers contradict each other, or where it does not say where to meet.
Launch launch_from(const Environment& environment);

/// Threads for this process: its share of the machine's processors where several were started on
/// it; 0 (all it may use) where it is alone there, or where the launcher bound it to some of them.
int threads_for(const Launch& launch);

/// The first machine of a Slurm list: "node01" of "node[01-04,7],other".
std::string first_host(const std::string& hosts);

}  // namespace toccata::training
