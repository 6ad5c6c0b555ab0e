// Reads a data set for some seconds, in batches of 128, and says as JSON how many samples that were: with
// Sibyl's loader, or `raw`: the same samples in the same order by as many threads, which only read (a .npy
// file: pread into a buffer; HDF5, pictures: the dataset itself, without the loader). compare.py runs both.
//
//     bench_streaming sibyl|raw npy|hdf5|pictures PATH THREADS SECONDS
#include <fcntl.h>
#include <torch/torch.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <cstdio>
#include <filesystem>
#include <string>
#include <thread>
#include <vector>

#include "sibyl/streaming/hdf5_dataset.hpp"
#include "sibyl/streaming/npy_dataset.hpp"
#include "sibyl/streaming/pictures.hpp"
#include "train/streaming/epoch_order.hpp"
#include "train/streaming/loader.hpp"

using namespace sibyl;

namespace {

constexpr std::int64_t batch_size = 128;
using Clock = std::chrono::steady_clock;

double seconds_since(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

std::shared_ptr<const Dataset> open_dataset(const std::string& kind, const std::filesystem::path& path) {
  if (kind == "hdf5") return std::make_shared<Hdf5Dataset>(path);
  if (kind == "pictures") return std::make_shared<PictureFolder>(path);
  return std::make_shared<NpyDataset>(path, path.string() + ".y");
}

/// As many threads, each with its own memory, take batch after batch until the time is up.
std::int64_t read_raw(const Dataset& dataset, const at::Tensor& order, const std::string& kind,
                      const std::filesystem::path& path, int threads, double seconds) {
  std::atomic<std::int64_t> next = 0, samples = 0;
  const auto start = Clock::now();
  const auto* const places = order.data_ptr<std::int64_t>();
  const std::int64_t batches = order.numel() / batch_size;
  const auto work = [&] {
    const Split into = dataset.batch(batch_size);
    const int file = open(path.c_str(), O_RDONLY);
    const std::size_t row = into.x.nbytes() / batch_size;
    const auto begin = static_cast<off_t>(std::filesystem::is_directory(path) ? 0 : 128);
    while (seconds_since(start) < seconds) {
      const std::int64_t step = next++;
      if (step >= batches) break;
      const std::span<const std::int64_t> some(places + step * batch_size, batch_size);
      if (kind == "npy") {
        auto* at = static_cast<char*>(into.x.data_ptr());
        for (const std::int64_t place : some) {
          if (pread(file, at, row, begin + place * static_cast<off_t>(row)) != static_cast<ssize_t>(row))
            std::abort();
          at += row;
        }
      } else {
        dataset.read(some, SampleRandom(1, 1, 0, 1), into);
      }
      samples += batch_size;
    }
    close(file);
  };
  std::vector<std::thread> all;
  for (int i = 0; i < threads; ++i) all.emplace_back(work);
  for (auto& thread : all) thread.join();
  return samples;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 6) {
    std::fprintf(stderr, "bench_streaming sibyl|raw npy|hdf5|pictures PATH THREADS SECONDS\n");
    return 64;
  }
  at::set_num_threads(1);
  const std::string how = argv[1], kind = argv[2];
  const std::filesystem::path path = argv[3];
  const int threads = std::stoi(argv[4]);
  const double seconds = std::stod(argv[5]);
  const auto dataset = open_dataset(kind, path);
  const at::Tensor order = random_order(*dataset, RandomStream(1, "bench"));
  std::int64_t samples = 0;
  const auto start = Clock::now();
  if (how == "raw") {
    samples = read_raw(*dataset, order, kind, path, threads, seconds);
  } else {
    Loader loader(dataset, batch_size, at::kCPU, {.threads = threads});
    loader.begin(order, SampleRandom(1, 1, 0, 1), 0);
    for (std::int64_t step = 0; step < loader.steps() && seconds_since(start) < seconds; ++step)
      samples += loader.next().x.size(0);
  }
  std::printf("{\"samples\": %lld, \"seconds\": %.3f}\n", static_cast<long long>(samples),
              seconds_since(start));
}
