// Measures what a Python test says: of each line
//
//     OUTPUT.npy Y.npy LOSS BATCH cut|whole METRIC...
//
// it writes a line of name=value. "cut": saved and restored between all batches, as a training that is
// interrupted again and again.
#include <torch/torch.h>

#include <cstdio>
#include <iostream>
#include <sstream>

#include "sibyl/data/npy.hpp"
#include "sibyl/error.hpp"
#include "train/loop/epoch_metrics.hpp"
#include "train/loop/validation.hpp"
#include "train/metrics/whole_set.hpp"

namespace {

using namespace sibyl;

std::vector<Metric> measured(const Loss& loss, const std::vector<MetricKind>& kinds, const at::Tensor& output,
                             const at::Tensor& y, std::int64_t batch, bool cut) {
  const auto fresh = [&] { return Means(loss, summed(kinds), at::kCPU); };
  Means means = fresh();
  for (std::int64_t begin = 0; begin < y.size(0); begin += batch) {
    const std::int64_t n = std::min(batch, y.size(0) - begin);
    means.add(torch::tensor(0.0), output.narrow(0, begin, n), y.narrow(0, begin, n));
    if (!cut) continue;
    const at::Tensor state = means.state();
    means = fresh();
    means.restore(state);
  }
  std::vector<Metric> metrics;
  means.append_to(metrics, "");
  for (const MetricKind kind : kinds)
    if (needs_all(kind)) metrics.push_back({to_string(kind), measure(kind, loss, output, y)});
  return metrics;
}

void answer(std::istringstream line) {
  std::string output_file, y_file, loss, cut, metric;
  std::int64_t batch = 0;
  line >> output_file >> y_file >> loss >> batch >> cut;
  std::vector<MetricKind> kinds;
  while (line >> metric) kinds.emplace_back(metric);
  const at::Tensor output = read_npy(output_file);
  const at::Tensor y = prepare_targets(read_npy(y_file), output.scalar_type());
  for (const Metric& each : measured({.kind = loss}, kinds, output, y, batch, cut == "cut"))
    std::printf("%s=%.17g ", each.name.c_str(), each.value);
  std::puts("");
}

}  // namespace

int main() {
  try {
    for (std::string line; std::getline(std::cin, line);) answer(std::istringstream(line));
    return 0;
  } catch (const std::exception& problem) {
    std::fprintf(stderr, "%s\n", problem.what());
    return 1;
  }
}
