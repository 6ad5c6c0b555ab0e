#include "train/device/compute.hpp"

#include <ATen/Context.h>
#include <ATen/Parallel.h>
#include <dlfcn.h>
#ifdef __GLIBC__
#include <malloc.h>
#endif
#include <sched.h>
#include <torch/version.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>

#include "base/numbers.hpp"

namespace sibyl {

namespace {

/// LibTorch does not pass its number of threads on to these.
void set_blas_threads(int threads) {
  if (auto* f = reinterpret_cast<void (*)(int)>(dlsym(RTLD_DEFAULT, "openblas_set_num_threads"))) f(threads);
  if (auto* f = reinterpret_cast<void (*)(long)>(dlsym(RTLD_DEFAULT, "bli_thread_set_num_threads")))
    f(threads);
}

/// Each step gives large tensors back and wants them again. Left to itself, malloc gives them back to the
/// system, and every page of the next ones is a fault.
void keep_freed_memory() {
#ifdef __GLIBC__
  [[maybe_unused]] static const bool once = [] {
    mallopt(M_MMAP_THRESHOLD, 32 << 20);  // the most that it takes
    mallopt(M_TRIM_THRESHOLD, 256 << 20);
    mallopt(M_MXFAST, 0);  // its fast bins are swept whenever something large is freed
    return true;
  }();
#endif
}

}  // namespace

ComputeScope::ComputeScope(c10::Device device, int threads) {
  keep_freed_memory();
  std::fegetenv(&environment_);
  at::globalContext().setFlushDenormal(true);
  at::set_num_threads(threads);
  set_blas_threads(threads);
  if (device.is_cuda()) device_.reset_device(device);
}

ComputeScope::~ComputeScope() {
  std::fesetenv(&environment_);
}

void use_deterministic_algorithms() {
  setenv("CUBLAS_WORKSPACE_CONFIG", ":4096:8", /*overwrite=*/0);  // read when cuBLAS starts
  at::globalContext().setDeterministicAlgorithms(true, /*warn_only=*/false);
  at::globalContext().setDeterministicCuDNN(true);
  at::globalContext().setBenchmarkCuDNN(false);
#if TORCH_VERSION_MAJOR > 2 || (TORCH_VERSION_MAJOR == 2 && TORCH_VERSION_MINOR >= 2)
  // LibTorch would fill all memory before it is written to: for those who look for reads of it, and a kernel
  // more for each tensor.
  at::globalContext().setDeterministicFillUninitializedMemory(false);
#endif
}

Cores available_cores() {
  const int online = static_cast<int>(sysconf(_SC_NPROCESSORS_ONLN));
  cpu_set_t set;
  CPU_ZERO(&set);
  if (sched_getaffinity(0, sizeof set, &set) != 0) return {.count = online, .bound = false};
  return {.count = CPU_COUNT(&set), .bound = CPU_COUNT(&set) < online};
}

std::string threads_warning(int threads, int local_workers, Cores cores) {
  const int wanted = cores.bound ? threads : threads * local_workers;
  if (threads == 1 || wanted <= cores.count) return {};
  const std::string who = cores.bound ? "this worker" : quantity(local_workers, "worker") + " of this node";
  return quantity(wanted, "thread") + " of " + who + " share " + quantity(cores.count, "core") +
         ": training will be many times slower; start fewer workers here, or a new sweep with a smaller --threads" +
         (cores.bound ? ", or start mpirun with --bind-to none" : "");
}

namespace {

// Empty where LibTorch has MKL, or none is found.
std::filesystem::path blas_file() {
  if (at::hasMKL()) return {};
  void* sgemm = dlsym(RTLD_DEFAULT, "sgemm_");
  Dl_info where{};
  if (!sgemm || dladdr(sgemm, &where) == 0 || !where.dli_fname) return {};
  std::error_code ignored;
  return std::filesystem::canonical(where.dli_fname, ignored);
}

}  // namespace

std::string blas_name() {
  const std::string file = blas_file().filename().string();
  return at::hasMKL() ? "MKL" : file.empty() ? "LibTorch's own" : file;
}

std::string blas_warning() {
  const auto file = blas_file();
  return file.empty() ? std::string() : blas_warning(file.string());
}

std::string blas_warning(const std::string& library) {
  for (const char* fast : {"openblas", "blis", "mkl", "atlas", "flexiblas"}) {
    if (library.find(fast) != std::string::npos) return {};
  }
  // A library of another name is some vendor's.
  if (!std::filesystem::path(library).filename().string().starts_with("libblas.so")) return {};
  return "LibTorch uses the reference BLAS (" + library +
         "): training will be about 10x slower; install libopenblas0-pthread";
}

}  // namespace sibyl
