#pragma once

#include <c10/core/Device.h>
#include <c10/core/DeviceGuard.h>

#include <cfenv>
#include <string>

namespace sibyl {

/// Sets how this thread computes, for as long as it lives: how many threads serve it, which CUDA device is
/// current, and that denormal numbers count as zero (with them a step can take ten times as long). All three
/// belong to a thread, so this stands where training happens, not where the trainer is made.
class ComputeScope {
 public:
  ComputeScope(c10::Device device, int threads);
  /// Gives the floating-point environment back: the thread may be the oracle's too, whose arithmetic must not
  /// depend on whether it also trains.
  ~ComputeScope();
  ComputeScope(const ComputeScope&) = delete;
  ComputeScope& operator=(const ComputeScope&) = delete;

 private:
  std::fenv_t environment_;
  c10::OptionalDeviceGuard device_;
};

/// Only algorithms that give the same bits every time, for the whole process; before anything is computed.
void use_deterministic_algorithms();

/// The cores that this process may use, and whether they are its own: a launcher has bound it to a part of
/// the node.
struct Cores {
  int count = 1;
  bool bound = false;
};
Cores available_cores();

/// Threads that wait for each other while they share a core cost far more than they give (measured: 27 times
/// the time of one thread). Empty where the cores suffice.
std::string threads_warning(int threads, int local_workers, Cores cores);

/// The BLAS that this process computes with: "libopenblasp-r0.3.21.so", "MKL".
std::string blas_name();

/// What makes computing on the CPU slow here, for people; empty when nothing does.
std::string blas_warning();

/// The same, for the file that holds the BLAS.
std::string blas_warning(const std::string& library);

}  // namespace sibyl
