#include "cli/commands/onnx.hpp"

#include <cstdlib>
#include <string>

#include "base/run_command.hpp"
#include "base/text.hpp"
#include "sibyl/error.hpp"

namespace sibyl {

namespace {

constexpr const char* exporter = R"(
import inspect, json, sys, warnings
warnings.filterwarnings("ignore")
import torch
model = torch.jit.load(sys.argv[1])
raw = torch.zeros([2] + list(model.raw_shape), dtype=torch.float64 if hasattr(model, "columns") else torch.float32)
types = {"Byte": torch.uint8, "Int": torch.int32, "Long": torch.int64, "Float": torch.float32, "Double": torch.float64, "Bool": torch.bool}
more = [torch.zeros([2] + each["shape"], dtype=types[each["type"]]) for each in json.loads(model.more)]
inputs = ["raw"] + ["more_%d" % i for i in range(len(more))]
options = {"dynamo": False} if "dynamo" in inspect.signature(torch.onnx.export).parameters else {}
torch.onnx.export(model, (raw, *more), sys.argv[2], input_names=inputs, output_names=["output"], opset_version=16,
                  dynamic_axes={name: {0: "samples"} for name in inputs + ["output"]}, **options)
)";

}  // namespace

std::filesystem::path write_onnx(const std::filesystem::path& torchscript) {
  std::filesystem::path onnx = torchscript;
  onnx.replace_extension(".onnx");
  const char* given = std::getenv("SIBYL_PYTHON");
  const std::string python = given != nullptr && *given != 0 ? given : "python3";
  const auto done = run_command(shell_word(python) + " -c " + shell_word(exporter) + " " +
                                shell_word(torchscript) + " " + shell_word(onnx) + " 2>&1");
  if (done.succeeded) return onnx;
  const auto last = done.output.find_last_not_of("\n");
  const auto begin = done.output.rfind('\n', last) + 1;
  throw Error(
      torchscript.string() + " is written, but as ONNX it could not be: " + python + " said \"" +
      done.output.substr(begin, last - begin + 1) +
      "\". PyTorch has to be there for it (Debian's python3-torch, or PyPI's torch and onnx); $SIBYL_PYTHON names another Python");
}

}  // namespace sibyl
