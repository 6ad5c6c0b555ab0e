#include "train/model/predict.hpp"

#include <ATen/ATen.h>
#include <torch/script.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <span>

#include "base/file.hpp"
#include "base/numbers.hpp"
#include "sibyl/error.hpp"
#include "train/loop/failure.hpp"
#include "train/model/raw_input.hpp"

namespace sibyl {

namespace {

namespace fs = std::filesystem;
using Lines = std::vector<std::string>;

/// A model, and what it says of itself.
struct Loaded {
  torch::jit::Module module;
  Preparation preparation;
  std::vector<ModelDescription::Input> more;
  Lines outputs, class_names;
};

Lines strings(const torch::jit::Module& module, const char* name) {
  Lines all;
  for (const auto& each : module.attr(name).toListRef()) all.push_back(each.toStringRef());
  return all;
}

Loaded load(const fs::path& file) {
  try {
    Loaded loaded{.module = torch::jit::load(file.string(), c10::kCPU),
                  .preparation = {},
                  .more = {},
                  .outputs = {},
                  .class_names = {}};
    if (!loaded.module.hasattr("preparation"))
      throw Error(
          "it was written by an older version of Sibyl, which kept nothing of how data is prepared: export or retrain it anew");
    loaded.preparation = preparation_from_json(loaded.module.attr("preparation").toStringRef());
    if (loaded.module.hasattr("more")) loaded.more = more_from_json(loaded.module.attr("more").toStringRef());
    loaded.outputs = strings(loaded.module, "outputs");
    loaded.class_names = strings(loaded.module, "class_names");
    return loaded;
  } catch (const std::exception&) {
    throw Error("can't read the model " + file.string() + ": " + classify(std::current_exception()).message);
  }
}

/// What the model says, batch by batch: (samples, outputs).
at::Tensor ask(Loaded& model, const std::vector<at::Tensor>& inputs) {
  constexpr std::int64_t batch = 1000;
  const torch::NoGradGuard no_gradients;
  std::vector<at::Tensor> parts;
  try {
    const std::int64_t samples = inputs.front().size(0);
    for (std::int64_t begin = 0; begin < samples; begin += batch) {
      std::vector<torch::jit::IValue> asked;
      for (const at::Tensor& input : inputs)
        asked.emplace_back(input.narrow(0, begin, std::min(batch, samples - begin)));
      at::Tensor part;
      if (model.preparation.table) {  // as the script has it, and faster
        asked.front() = model.preparation.prepare(asked.front().toTensor());
        part = model.module.attr("network").toModule().forward(asked).toTensor();
        part = model.module.run_method("finish", part).toTensor();
      } else {
        part = model.module.forward(asked).toTensor();
      }
      parts.push_back(part.reshape({part.size(0), -1}).to(at::kFloat));
    }
  } catch (const std::exception&) {
    throw Error("the model can't take these samples: " + classify(std::current_exception()).message);
  }
  return at::cat(parts);
}

std::string quoted(const std::string& text) {
  if (text.find_first_of(",\"\r\n") == std::string::npos) return text;
  std::string all = "\"";
  for (const char c : text) all += c == '"' ? std::string("\"\"") : std::string(1, c);
  return all + "\"";
}

std::string number(float value) {
  std::array<char, 32> buffer{};
  return {buffer.data(), std::to_chars(buffer.data(), buffer.data() + buffer.size(), value).ptr};
}

std::string as_csv(const Loaded& model, const at::Tensor& said) {
  const auto count = static_cast<std::int64_t>(model.outputs.size());
  if (said.size(1) != count)
    throw Error("the model gives " + quantity(static_cast<std::uint64_t>(said.size(1)), "number") +
                " a sample, and has names for " + std::to_string(count));
  const bool has_classes = !model.class_names.empty();
  std::string text = has_classes ? "prediction" : "";
  for (const std::string& name : model.outputs) {
    if (!text.empty()) text += ',';
    text += quoted(has_classes ? "probability of " + name : name);
  }
  text += "\n";
  const at::Tensor numbers = said.contiguous(), best = said.argmax(1);
  for (std::int64_t row = 0; row < numbers.size(0); ++row) {
    if (has_classes)
      text += quoted(model.class_names[static_cast<std::size_t>(best[row].item<std::int64_t>())]) + ",";
    const auto* const values = numbers.data_ptr<float>() + row * count;
    for (std::int64_t i = 0; i < count; ++i) {
      if (i > 0) text += ',';
      text += number(values[i]);
    }
    text += '\n';
  }
  return text;
}

}  // namespace

Lines predict(const fs::path& file, const Lines& inputs, const fs::path& output) {
  Loaded model = load(file);
  const RawInput raw = read_raw_input(inputs, model.preparation, model.more);
  Lines notes = raw.notes;
  const std::string text = as_csv(model, ask(model, raw.inputs));
  replace_file(output, std::as_bytes(std::span(text)));
  notes.push_back(output.string() + ": " +
                  quantity(static_cast<std::uint64_t>(raw.inputs.front().size(0)), "prediction"));
  return notes;
}

}  // namespace sibyl
