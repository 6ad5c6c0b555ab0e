// Measures what the store costs: bench_store [FOLDER] [ROWS]
#include <fcntl.h>
#include <sys/resource.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <fstream>

#include "store/results/results.hpp"
#include "store/results/results_files.hpp"
#include "store/sweep.hpp"

using namespace sibyl;
using namespace sibyl::test;

namespace {

double seconds() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

double cpu_seconds() {
  rusage used{};
  getrusage(RUSAGE_SELF, &used);
  const auto of = [](const timeval& time) {
    return static_cast<double>(time.tv_sec) + 1e-6 * static_cast<double>(time.tv_usec);
  };
  return of(used.ru_utime) + of(used.ru_stime);
}

/// Bytes of memory that are in use.
double memory() {
  std::ifstream statm("/proc/self/statm");
  double all = 0, resident = 0;
  statm >> all >> resident;
  return resident * static_cast<double>(sysconf(_SC_PAGESIZE));
}

double largest_memory() {
  rusage used{};
  getrusage(RUSAGE_SELF, &used);
  return 1024.0 * static_cast<double>(used.ru_maxrss);
}

EpochReported row(int i) {
  const double x = 1.0 / (1 + i);
  return epoch(i / 10, i % 10 + 1, i % 64, 1.7e9 + i,
               {{"loss", x},
                {"accuracy", 1 - x},
                {"val_loss", 2 * x},
                {"val_accuracy", 1 - 2 * x},
                {"learning_rate", 0.001},
                {"samples_per_second", 1000 + x}});
}

Trial trial_of(TrialId id) {
  Trial trial;
  trial.slot.trial = id;
  for (int k = 0; k < 10; ++k) trial.hyperparameters["hyperparameter_" + std::to_string(k)] = 0.1 * k;
  trial.executions.resize(1);
  if (id % 100 == 0) trial.say({"", std::string(300, 'm'), ""});
  return trial;
}

double measure_journal(const std::filesystem::path& path, int rows) {
  Journal journal = Journal::create(path);
  constexpr int commits = 200;
  double start = seconds();
  for (int i = 0; i < commits; ++i) {
    for (int k = 0; k < 100; ++k) journal.append(row(k));
    journal.commit();
  }
  const double commit = (seconds() - start) / commits;
  std::printf("append and commit of 100 epochs: %.3f ms\n", commit * 1e3);
  const File file(path, O_RDONLY);
  start = seconds();
  for (int i = 0; i < 10'000; ++i)
    if (!file.is_at_its_path() || file.size() == 0) std::abort();
  std::printf("of that to see that the journal is still there: %.2f %%\n",
              (seconds() - start) / 10'000 / commit * 100);

  start = seconds();
  for (int i = commits * 100; i < rows; ++i) {
    journal.append(row(i));
    if (journal.pending() > (1 << 20)) journal.commit();
  }
  journal.commit();
  std::printf("append of the rest up to %d epochs: %.2f s\n", rows, seconds() - start);

  start = seconds();
  std::uint64_t epochs = 0;
  read_journal(path, [&](Event&& event) { epochs += std::get<EpochReported>(event).epoch; });
  std::printf("read of %d epochs: %.2f s (%.0f MB)\n", rows, seconds() - start,
              static_cast<double>(std::filesystem::file_size(path)) / 1e6);
  return commit;
}

/// The processor's time of a publication after `news` epochs more, and the clock's.
struct Cost {
  double cpu = 0, wall = 0;
};

Cost publish(Results& results, ResultsFiles& files, std::vector<Trial>& trials, int first, int news) {
  for (int i = first; i < first + news; ++i) {
    results.tell(row(i));
    if (static_cast<std::size_t>(i / 10) >= trials.size()) trials.push_back(trial_of(i / 10));
  }
  const double began = seconds(), cpu = cpu_seconds();
  files.publish(results.changes(trials, 2e9));
  results.published(true);
  return {cpu_seconds() - cpu, seconds() - began};
}

}  // namespace

int main(int argc, char** argv) {
  const std::filesystem::path folder =
      argc > 1 ? argv[1] : std::filesystem::temp_directory_path() / "bench_store";
  const int rows = argc > 2 ? std::atoi(argv[2]) : 1'000'000;
  std::filesystem::create_directories(folder);
  std::filesystem::remove(folder / "journal");
  measure_journal(folder / "journal", rows);

  const double before = memory();
  std::vector<Trial> trials;
  for (int i = 0; i < rows / 10; ++i) trials.push_back(trial_of(i));
  const double with_trials = memory();
  Results results;
  const double start = seconds();
  for (int i = 0; i < rows; ++i) results.tell(row(i));
  std::printf("telling %d epochs: %.2f s\n", rows, seconds() - start);
  const double with_rows = memory();

  ResultsFiles files(folder / "results.h5");
  const Cost whole = publish(results, files, trials, rows, 0);
  const double mega = static_cast<double>(std::filesystem::file_size(folder / "results.h5")) / 1e6;
  std::printf("publication as a whole, %d epochs and %zu trials: %.2f s (%.2f s of the CPU, %.0f MB)\n", rows,
              trials.size(), whole.wall, whole.cpu, mega);
  publish(results, files, trials, rows, 100);  // makes the second file
  Cost all;
  constexpr int publications = 50, news = 100;
  for (int i = 0; i < publications; ++i) {
    const Cost each = publish(results, files, trials, rows + 100 + i * news, news);
    all.cpu += each.cpu / publications;
    all.wall += each.wall / publications;
  }
  std::printf("publication of %d epochs more: %.1f ms (%.1f ms of the CPU: %.3f %% of one, every 10 s)\n",
              news, all.wall * 1e3, all.cpu * 1e3, all.cpu / 10 * 100);
  std::printf("as a whole / by what has changed, time of the CPU: %.0f\n", whole.cpu / all.cpu);
  const Cost late = publish(results, files, trials, rows + 200 + publications * news, 10'000);
  std::printf("publication of 10000 epochs more: %.1f ms (%.1f ms of the CPU)\n", late.wall * 1e3,
              late.cpu * 1e3);
  std::printf("bytes an epoch: trials %.0f, rows %.0f; at most, while publishing: %.0f\n",
              (with_trials - before) / rows, (with_rows - with_trials) / rows,
              (largest_memory() - before) / rows);
}
