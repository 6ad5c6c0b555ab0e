#include "train/device.hpp"

#include "core/error.hpp"
// Last: LibTorch has a CHECK of its own.
#include "catch.hpp"

using namespace sibyl;

TEST_CASE("The device follows from the request, what is visible, and the worker's place on the node") {
  struct Case {
    DeviceFacts facts;
    std::string device;
  };
  const auto c = GENERATE(values<Case>({
      {{"auto", 0, 0, 1}, "cpu"},
      {{"auto", 0, 3, 4}, "cpu"},
      {{"cpu", 0, 0, 1}, "cpu"},
      {{"cpu", 4, 2, 4}, "cpu"},  // asked for, though there are others
      {{"auto", 1, 0, 1}, "cuda:0"},
      {{"auto", 1, 3, 4}, "cuda:0"},  // --gpus-per-task: each task sees its own as number 0
      {{"auto", 4, 0, 4}, "cuda:0"},  // --gpus-per-node: all tasks see all
      {{"auto", 4, 3, 4}, "cuda:3"},
      {{"auto", 2, 2, 3}, "cuda:0"},  // more workers than devices: they take turns
      {{"auto", 2, 5, 8}, "cuda:1"},
      {{"auto", 8, 1, 2}, "cuda:1"},  // more devices than workers
      {{"cuda", 1, 0, 1}, "cuda:0"},
      {{"cuda", 3, 4, 6}, "cuda:1"},
  }));
  CAPTURE(c.facts.request, c.facts.visible, c.facts.local_worker, c.facts.local_workers);
  CHECK(choose_device(c.facts).str() == c.device);
}

TEST_CASE("A device that can't be had is an error with the way out") {
  CHECK_THROWS_WITH(choose_device({"cuda", 0, 0, 1}),
                    ContainsSubstring("--device cuda, but LibTorch sees no CUDA device") &&
                        ContainsSubstring("--device cpu"));
  CHECK_THROWS_AS(choose_device({"gpu", 1, 0, 1}), UsageError);
  CHECK_THROWS_AS(choose_device({"", 0, 0, 1}), UsageError);
  CHECK_THROWS_AS(choose_device({"auto", 1, 2, 2}), std::logic_error);
}

TEST_CASE("The CPU has a name where Linux knows one, no UUID, and always works") {
  const auto identity = identify(c10::kCPU);
  CHECK(identity.uuid == "");
  CHECK(identity.name.find('\n') == std::string::npos);
  CHECK_NOTHROW(probe(c10::kCPU));
  CHECK_NOTHROW(release_cached_memory(c10::kCPU));
}
