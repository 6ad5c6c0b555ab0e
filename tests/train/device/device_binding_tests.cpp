#include "train/device/device_binding.hpp"

#include "catch.hpp"
#include "sibyl/error.hpp"

using namespace sibyl;

TEST_CASE("the device follows from the request, what is visible, and the worker's place on the node") {
  struct Case {
    std::string why;
    DeviceFacts facts;
    std::string device;
    std::string warning = "";
  };
  const std::string two_uuids =
      "GPU-5a2b0000-1111-2222-3333-444455556666,GPU-7c3d0000-1111-2222-3333-444455556666";
  const std::string two_slices =
      "MIG-11111111-1111-1111-1111-111111111111,MIG-22222222-2222-2222-2222-222222222222";
  const auto c = GENERATE_REF(values<Case>({
      {"a machine without a GPU", {"auto", {}, 0, 0}, "cpu"},
      {"the same, its fourth worker", {"auto", {}, 0, 3}, "cpu"},
      {"a workstation with one", {"auto", {}, 1, 0}, "0"},
      {"more workers than GPUs take turns", {"auto", {}, 1, 3}, "0"},
      {"the same with two", {"auto", {}, 2, 2}, "0"},
      {"and the sixth worker", {"auto", {}, 2, 5}, "1"},
      {"more GPUs than workers", {"auto", {}, 8, 1}, "1"},
      {"the CPU asked for, though there are GPUs", {"cpu", {}, 4, 2}, "cpu"},
      {"the CPU asked for beside a list", {"cpu", "0,1", 2, 1}, "cpu"},
      {"a GPU asked for", {"cuda", {}, 1, 0}, "0"},
      {"mpirun in an allocation with --gpus-per-node=4", {"auto", "0,1,2,3", 4, 3}, "3"},
      {"srun --gpus-per-node=4: all tasks see all", {"auto", "0,1,2,3", 4, 1}, "1"},
      {"srun --gpus-per-task=1: each sees its own", {"auto", "2", 1, 0}, "0"},
      {"the same in a cgroup: each calls its own 0", {"auto", "0", 1, 3}, "0"},
      {"srun --gpu-bind=single:2: two tasks see one", {"auto", "1", 1, 1}, "0"},
      {"srun --gpu-bind=map_gpu: some see these two, the first of them", {"auto", "2,3", 2, 0}, "0"},
      {"and their second", {"auto", "2,3", 2, 1}, "1"},
      {"UUIDs instead of numbers", {"auto", two_uuids, 2, 1}, "1"},
      {"one MIG slice", {"auto", "MIG-11111111-1111-1111-1111-111111111111", 1, 0}, "0"},
      {"of several slices each worker gets its own",
       {"auto", two_slices, 0, 0},
       "MIG-11111111-1111-1111-1111-111111111111"},
      {"the second", {"auto", two_slices, 0, 1}, "MIG-22222222-2222-2222-2222-222222222222"},
      {"the third takes its turn", {"cuda", two_slices, 0, 2}, "MIG-11111111-1111-1111-1111-111111111111"},
      {"old names of slices", {"auto", "MIG-GPU-5a2b/1/0,MIG-GPU-5a2b/2/0", 0, 1}, "MIG-GPU-5a2b/2/0"},
      {"Slurm shows none", {"auto", "NoDevFiles", 0, 0}, "cpu"},
      {"an empty list shows none", {"auto", "", 0, 0}, "cpu"},
      {"-1 ends the list", {"auto", "0,-1,1", 1, 1}, "0"},
      {"a list, and LibTorch without CUDA", {"auto", "0,1", 0, 0}, "cpu", "sees no CUDA device"},
      {"a list that is longer than the truth",
       {"auto", "0,1,2,3", 2, 3},
       "1",
       "names 4 devices, but CUDA sees 2"},
  }));
  CAPTURE(c.why);
  const DeviceBinding binding = bind_device(c.facts);
  CHECK((!binding.cuda               ? "cpu"
         : binding.narrow_to.empty() ? std::to_string(binding.index)
                                     : binding.narrow_to) == c.device);
  if (c.warning.empty())
    CHECK(binding.warning.empty());
  else
    CHECK_THAT(binding.warning, ContainsSubstring(c.warning));
  CHECK(names_several_slices(c.facts.visible) == (c.device.size() > 3));
}

TEST_CASE("a GPU that LibTorch can't use is warned of, with what to do") {
  const auto warning = [](DeviceFacts facts) { return bind_device(facts).warning; };
  DeviceFacts facts{.unused_gpu = "NVIDIA H100 PCIe", .libtorch_knows_cuda = false};
  CHECK_THAT(warning(facts), ContainsSubstring("NVIDIA H100 PCIe, but this LibTorch is built without CUDA") &&
                                 ContainsSubstring("-DSIBYL_LIBTORCH=FOLDER") &&
                                 ContainsSubstring("trains on the CPU"));
  facts.visible = "0";  // as Slurm sets it
  CHECK_THAT(warning(facts), ContainsSubstring("built without CUDA"));
  facts.libtorch_knows_cuda = true;
  CHECK_THAT(warning(facts), ContainsSubstring("can't use it: is the driver too old"));
  facts.request = "cuda";
  CHECK_THROWS_WITH(bind_device(facts),
                    ContainsSubstring("--device cuda, but this node has an NVIDIA H100 PCIe") &&
                        ContainsSubstring("nvidia-smi"));
  facts.request = "cpu";
  CHECK(warning(facts) == "");
  facts = {.count = 1, .libtorch_knows_cuda = true};
  CHECK(warning(facts) == "");
}

TEST_CASE("a device that can't be had is an error with the way out") {
  CHECK_THROWS_WITH(bind_device({"cuda", {}, 0, 0}),
                    ContainsSubstring("--device cuda, but LibTorch sees no CUDA device") &&
                        ContainsSubstring("CUDA_VISIBLE_DEVICES is not set") &&
                        ContainsSubstring("--device cpu"));
  CHECK_THROWS_WITH(bind_device({"cuda", "NoDevFiles", 0, 0}),
                    ContainsSubstring("CUDA_VISIBLE_DEVICES=NoDevFiles"));
  CHECK_THROWS_AS(bind_device({"gpu", {}, 1, 0}), UsageError);
  CHECK_THROWS_AS(bind_device({"", {}, 0, 0}), UsageError);
}
