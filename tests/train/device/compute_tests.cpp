#include "train/device/compute.hpp"

#include <ATen/Parallel.h>

#include <limits>
#include <thread>
// Last: LibTorch has a CHECK of its own.
#include "catch.hpp"

using namespace sibyl;

namespace {

bool denormals_are_zero() {
  volatile float smallest = std::numeric_limits<float>::min();
  return smallest / 2 == 0;
}

}  // namespace

TEST_CASE("Within a compute scope denormals are zero, and afterwards they are what they were") {
  REQUIRE_FALSE(denormals_are_zero());
  {
    const ComputeScope scope(c10::kCPU, 1);
    CHECK(denormals_are_zero());
  }
  CHECK_FALSE(denormals_are_zero());
}

TEST_CASE("A compute scope sets the number of threads of the thread that it is in") {
  std::thread([] {
    const ComputeScope scope(c10::kCPU, 2);
    CHECK(at::get_num_threads() == 2);
  }).join();
  const ComputeScope scope(c10::kCPU, 1);
  CHECK(at::get_num_threads() == 1);
}

TEST_CASE("The reference BLAS is warned of, and no other") {
  CHECK_THAT(blas_warning("/usr/lib/x86_64-linux-gnu/blas/libblas.so.3.11.0"),
             ContainsSubstring(
                 "LibTorch uses the reference BLAS (/usr/lib/x86_64-linux-gnu/blas/libblas.so.3.11.0)") &&
                 ContainsSubstring("install libopenblas0-pthread"));
  CHECK(blas_warning("/usr/lib/x86_64-linux-gnu/openblas-pthread/libblas.so.3") == "");
  CHECK(blas_warning("/usr/lib/x86_64-linux-gnu/blis-openmp/libblas.so.4.0.0") == "");
  CHECK(blas_warning("/usr/lib/x86_64-linux-gnu/atlas/libblas.so.3.10.3") == "");
  CHECK(blas_warning("/opt/intel/mkl/lib/libmkl_rt.so.2") == "");
  CHECK(blas_warning("/opt/cray/libsci/lib/libsci_gnu.so.5") == "");
}

TEST_CASE("More threads than cores are warned of") {
  CHECK(threads_warning(1, 8, {.count = 2, .bound = false}) == "");  // one thread each waits for nobody
  CHECK(threads_warning(2, 2, {.count = 4, .bound = false}) == "");
  CHECK(threads_warning(4, 8, {.count = 4, .bound = true}) == "");  // each worker has four of its own
  CHECK_THAT(threads_warning(2, 3, {.count = 4, .bound = false}),
             ContainsSubstring("6 threads of 3 workers of this node share 4 cores"));
  CHECK_THAT(
      threads_warning(2, 3, {.count = 1, .bound = true}),
      ContainsSubstring("2 threads of this worker share 1 core") && ContainsSubstring("--bind-to none"));
  CHECK(available_cores().count >= 1);
}
