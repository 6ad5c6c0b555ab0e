#include "mpi/environment.hpp"

#include <mpi.h>
#include <sched.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <cstdlib>
#include <limits>
#include <numeric>
#include <optional>
#include <string_view>
#include <vector>

#include "sibyl/random.hpp"

namespace sibyl {

namespace {

// Bound ranks have cores of their own, unbound ones (and those in a container) all have the same: so the
// cores are divided by the workers of the node that may run on exactly these.
int cores_for_each(MPI_Comm workers, int local_workers) {
  cpu_set_t set;
  CPU_ZERO(&set);
  sched_getaffinity(0, sizeof set, &set);
  const std::string_view bits(reinterpret_cast<const char*>(&set), sizeof set);
  const std::uint64_t mine = RandomStream::key(0, bits);
  std::vector<std::uint64_t> all(static_cast<std::size_t>(local_workers));
  MPI_Allgather(&mine, 1, MPI_UINT64_T, all.data(), 1, MPI_UINT64_T, workers);
  return std::max(1, CPU_COUNT(&set) / static_cast<int>(std::count(all.begin(), all.end(), mine)));
}

// A launcher may show each task devices of its own, or some of them to some tasks.
int place_among_those_who_see_the_same(MPI_Comm workers) {
  const char* visible = std::getenv("CUDA_VISIBLE_DEVICES");
  const std::uint64_t hash = visible ? RandomStream::key(1, visible) : 0;
  int rank = 0, place = 0;
  MPI_Comm_rank(workers, &rank);
  MPI_Comm same = MPI_COMM_NULL;
  MPI_Comm_split(workers, static_cast<int>(hash % std::numeric_limits<int>::max()), rank, &same);
  MPI_Comm_rank(same, &place);
  MPI_Comm_free(&same);
  return place;
}

// A rank that dies while all of them start, or end, keeps the others waiting, and a launcher that was told to
// let ranks die does not end them.
class AlarmClock {
 public:
  AlarmClock(unsigned seconds, void (*on_alarm)(int)) : before_(std::signal(SIGALRM, on_alarm)) {
    alarm(seconds);
  }
  ~AlarmClock() {
    alarm(0);
    std::signal(SIGALRM, before_);
  }
  AlarmClock(const AlarmClock&) = delete;
  AlarmClock& operator=(const AlarmClock&) = delete;

 private:
  void (*before_)(int);
};

constexpr unsigned start_timeout_seconds = 120;
void give_up_starting(int) {
  constexpr std::string_view text =
      "MPI did not start within two minutes: a rank has died, or this program was built for another MPI than its launcher's\n";
  static_cast<void>(!write(STDERR_FILENO, text.data(), text.size()));
  _exit(1);
}

// Somebody died after the sweep's last word: all is on the disk. (That launcher returns 0 whatever we
// return.)
constexpr unsigned end_timeout_seconds = 20;
/// For one that was stopped (a debugger, a suspended virtual machine).
constexpr unsigned lost_rank_timeout_seconds = 120;
void give_up_ending(int) {
  _exit(0);
}

bool may_lose_ranks() {
  const char* recovery = std::getenv("OMPI_MCA_orte_enable_recovery");
  return recovery && std::string_view(recovery) != "0";
}

// Open MPI 4's mpirun does, unless it is told otherwise.
bool launcher_ends_all_when_one_dies() {
#if defined(OMPI_MAJOR_VERSION) && OMPI_MAJOR_VERSION < 5
  return std::getenv("OMPI_COMM_WORLD_SIZE") && !may_lose_ranks();
#else
  return false;
#endif
}

}  // namespace

void Environment::lost_a_rank() {
  (launcher_ends_all_when_one_dies() ? waits_for_a_rank_ : leaves_at_once_) = true;
}

void Environment::all_ranks_live() {
  waits_for_a_rank_ = leaves_at_once_ = false;
}

Environment::Environment(int& argc, char**& argv) {
  const AlarmClock limit(start_timeout_seconds, give_up_starting);
  int provided = 0;
  MPI_Init_thread(&argc, &argv, MPI_THREAD_FUNNELED, &provided);
  MPI_Comm_rank(MPI_COMM_WORLD, &rank_);
  MPI_Comm_size(MPI_COMM_WORLD, &size_);

  // Under mpirun SLURM_LOCALID is 0 for every rank: ask MPI who shares the node's memory.
  const bool is_worker = rank_ != 0 || size_ == 1;
  MPI_Comm node = MPI_COMM_NULL, workers = MPI_COMM_NULL;
  MPI_Comm_split_type(MPI_COMM_WORLD, MPI_COMM_TYPE_SHARED, rank_, MPI_INFO_NULL, &node);
  MPI_Comm_split(node, is_worker ? 0 : MPI_UNDEFINED, rank_, &workers);
  if (workers != MPI_COMM_NULL) {
    MPI_Comm_size(workers, &local_workers_);
    local_worker_ = place_among_those_who_see_the_same(workers);
    cores_ = cores_for_each(workers, local_workers_);
    MPI_Comm_free(&workers);
  }
  MPI_Comm_free(&node);
  // A trial's bits depend on its threads: they must not differ from node to node.
  int fewest = is_worker ? cores_ : std::numeric_limits<int>::max();
  MPI_Allreduce(MPI_IN_PLACE, &fewest, 1, MPI_INT, MPI_MIN, MPI_COMM_WORLD);
  cores_ = fewest;
}

Environment::~Environment() {
  if (leaves_at_once_) return;
  std::optional<AlarmClock> limit;
  if (may_lose_ranks()) limit.emplace(end_timeout_seconds, give_up_ending);
  if (waits_for_a_rank_) limit.emplace(lost_rank_timeout_seconds, give_up_ending);
  MPI_Finalize();
}

std::vector<std::string> Environment::gather(const std::string& text) const {
  const int size = static_cast<int>(text.size());
  std::vector<int> sizes(static_cast<std::size_t>(size_)), places(sizes.size());
  MPI_Gather(&size, 1, MPI_INT, sizes.data(), 1, MPI_INT, 0, MPI_COMM_WORLD);
  std::exclusive_scan(sizes.begin(), sizes.end(), places.begin(), 0);
  std::string all(rank_ == 0 ? static_cast<std::size_t>(places.back() + sizes.back()) : 0, ' ');
  MPI_Gatherv(text.data(), size, MPI_CHAR, all.data(), sizes.data(), places.data(), MPI_CHAR, 0,
              MPI_COMM_WORLD);
  std::vector<std::string> texts;
  if (rank_ == 0)
    for (std::size_t i = 0; i < sizes.size(); ++i)
      texts.push_back(all.substr(static_cast<std::size_t>(places[i]), static_cast<std::size_t>(sizes[i])));
  return texts;
}

bool left_mpi_at_once() {
  int started = 0, ended = 0;
  MPI_Initialized(&started);
  MPI_Finalized(&ended);
  return started && !ended;
}

std::string mpi_library() {
  char text[MPI_MAX_LIBRARY_VERSION_STRING] = "";
  int length = 0;
  MPI_Get_library_version(text, &length);
  std::string line(text);
  return line.substr(0, line.find_first_of("\n,"));
}

}  // namespace sibyl
