// Measures what the store costs: bench_store [FOLDER] [ROWS]
#include <chrono>
#include <cstdio>
#include <cstdlib>

#include "store/results.hpp"
#include "store/sweep.hpp"

using namespace sibyl;
using namespace sibyl::test;

namespace {

double seconds() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
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

}  // namespace

int main(int argc, char** argv) {
  const std::filesystem::path folder =
      argc > 1 ? argv[1] : std::filesystem::temp_directory_path() / "bench_store";
  const int rows = argc > 2 ? std::atoi(argv[2]) : 1'000'000;
  std::filesystem::create_directories(folder);
  std::filesystem::remove(folder / "journal");

  Journal journal = Journal::create(folder / "journal");
  double start = seconds();
  constexpr int commits = 200;
  for (int i = 0; i < commits; ++i) {
    for (int k = 0; k < 100; ++k) journal.append(row(k));
    journal.commit();
  }
  std::printf("append and commit of 100 epochs: %.3f ms\n", (seconds() - start) * 1e3 / commits);

  start = seconds();
  for (int i = commits * 100; i < rows; ++i) {
    journal.append(row(i));
    if (journal.pending() > (1 << 20)) journal.commit();
  }
  journal.commit();
  std::printf("append of the rest up to %d epochs: %.2f s\n", rows, seconds() - start);

  start = seconds();
  std::uint64_t epochs = 0;
  read_journal(folder / "journal", [&](Event&& event) { epochs += std::get<EpochReported>(event).epoch; });
  std::printf("read of %d epochs: %.2f s (%.0f MB)\n", rows, seconds() - start,
              static_cast<double>(std::filesystem::file_size(folder / "journal")) / 1e6);

  Results results;
  start = seconds();
  for (int i = 0; i < rows; ++i) results.tell(row(i));
  std::printf("telling %d epochs: %.2f s\n", rows, seconds() - start);

  std::vector<Trial> trials(static_cast<std::size_t>(rows / 10));
  for (std::size_t i = 0; i < trials.size(); ++i) {
    trials[i].slot.trial = static_cast<TrialId>(i);
    for (int k = 0; k < 10; ++k) trials[i].hyperparameters["hyperparameter_" + std::to_string(k)] = 0.1 * k;
    trials[i].best.resize(1);
    trials[i].epochs.resize(1);
  }
  for (const auto& some : {std::vector<Trial>{}, trials}) {
    for (int i = 0; i < 3; ++i) {
      start = seconds();
      results.publish(folder / "results.h5", some, 2e9);
      std::printf("publication of %d epochs and %zu trials: %.2f s (%.0f MB)\n", rows, some.size(),
                  seconds() - start,
                  static_cast<double>(std::filesystem::file_size(folder / "results.h5")) / 1e6);
    }
  }
}
