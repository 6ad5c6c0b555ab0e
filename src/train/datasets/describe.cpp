#include "train/datasets/describe.hpp"

#include <ATen/ATen.h>

#include <sstream>

namespace sibyl {

namespace {

constexpr std::int64_t few = 12;  // classes, of which each is told

void describe_range(std::ostream& out, const at::Tensor& numbers) {
  const at::Tensor real = numbers.is_floating_point() ? numbers : numbers.to(at::kDouble);
  out << real.min().item<double>() << " to " << real.max().item<double>() << " (mean "
      << real.mean().item<double>() << ", deviation " << real.std(/*unbiased=*/false).item<double>() << ")";
}

void describe_classes(std::ostream& out, const at::Tensor& y) {
  const auto lowest = y.min().item<std::int64_t>();
  if (lowest < 0) {
    out << "classes from " << lowest << ", which no loss takes: they have to begin with 0";
    return;
  }
  const at::Tensor counts = at::bincount(y.flatten());
  const std::int64_t classes = counts.size(0);
  const auto least = counts.min().item<std::int64_t>(), most = counts.max().item<std::int64_t>();
  out << classes << (classes == 1 ? " class, " : " classes, ");
  if (least == most) {
    out << least << " training samples each";
  } else if (classes > few) {
    out << least << " to " << most << " training samples each";
  } else {
    out << "training samples of each:";
    for (std::int64_t i = 0; i < classes; ++i) out << " " << counts[i].item<std::int64_t>();
  }
}

}  // namespace

std::string describe(const Data& data) {
  std::ostringstream out;
  out.precision(3);
  out << "data: " << data.train.size() << " training, " << data.validation.size() << " validation, "
      << data.test.size() << " test samples\n";
  if (data.train.size() == 0) return out.str();
  const at::Tensor &x = data.train.x, &y = data.train.y;
  out << "x     ";
  for (std::int64_t i = 1; i < x.dim(); ++i) out << (i > 1 ? " x " : "") << x.size(i);
  out << (x.dim() > 1 ? " each, " : "one number each, ");
  describe_range(out, x);
  out << "\ny     ";
  if (y.is_floating_point()) {
    describe_range(out, y);
  } else {
    describe_classes(out, y);
  }
  out << "\n";
  return out.str();
}

}  // namespace sibyl
