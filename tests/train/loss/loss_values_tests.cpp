#include <torch/torch.h>

#include "train/support.hpp"
// Last: LibTorch has a CHECK of its own.
#include "catch.hpp"

using namespace sibyl;

namespace {

/// A loss and its first three gradients, as PyTorch 2.9 computes them.
struct Expected {
  double loss;
  std::vector<double> slope;
};

void check(const Loss& loss, const at::Tensor& values, const at::Tensor& y, const Expected& expected,
           const LossWeights& weights = {}) {
  CAPTURE(to_string(loss.kind));
  const at::Tensor output = values.clone().set_requires_grad(true);
  const at::Tensor found = compute(loss, output, y, weights);
  CHECK(found.item<double>() == Approx(expected.loss).epsilon(1e-12));
  found.backward();
  for (std::size_t i = 0; i < expected.slope.size(); ++i)
    CHECK(output.grad().flatten()[static_cast<std::int64_t>(i)].item<double>() ==
          Approx(expected.slope[i]).epsilon(1e-9).margin(1e-12));
}

const auto doubles = torch::TensorOptions(torch::kDouble);

at::Tensor logits() {
  return torch::tensor({{1.0, 3.0, -0.5}, {2.0, 2.0, 0.0}, {0.5, -1.0, 0.25}, {0.0, 1.0, 4.0}}, doubles);
}

at::Tensor columns() {
  return torch::tensor({{1.0, -2.0}, {0.3, 0.7}, {-1.5, 2.5}}, doubles);
}

at::Tensor labels() {
  return torch::tensor({{1.0, 0.0}, {0.0, 1.0}, {1.0, 0.25}}, doubles);
}

}  // namespace

TEST_CASE("Losses of classes are PyTorch's") {
  const auto y = torch::tensor({1, 0, 2, 2}, torch::kLong);
  const LossWeights weights{.classes = torch::tensor({0.5, 2.0, 1.0}, doubles)};
  const Loss smooth{.kind = "cross_entropy", .label_smoothing = 0.1};
  check(smooth, logits(), y,
        {0.609616159906953, {0.020695300335201956, -0.018839130681219035, -0.0018561696539829524}});
  check(smooth, logits(), y,
        {0.5139572603403206, {0.04575248699083791, -0.049380247333434886, 0.0036277603425969463}}, weights);
  check(Loss::focal, logits(), y,
        {0.14256099024658178, {0.0016691729352165986, -0.0020416157595669047, 0.00037244282435030434}});
  check({.kind = "focal", .gamma = 0.5}, logits(), y,
        {0.34137330415241135, {0.01600134004484613, -0.019571721611642147, 0.0035703815667960004}});
  check(Loss::focal, logits(), y,
        {0.10357879811580523, {0.002967418551496175, -0.0036295391281189414, 0.0006621205766227632}},
        weights);
  const auto entropy = compute(Loss::cross_entropy, logits(), y).item<double>();
  CHECK(compute({.kind = "focal", .gamma = 0}, logits(), y).item<double>() == Approx(entropy));
}

TEST_CASE("Losses of labels are PyTorch's") {
  const auto with = [](double positive, double negative) {
    return LossWeights{.classes = {}, .pos_weight = torch::tensor({positive, negative}, doubles)};
  };
  check(Loss::binary_cross_entropy, columns(), labels(),
        {1.5284882823271895, {-0.13447071068499752, 0.019867153670352924, 0.09574041946860984}},
        with(3, 0.5));
  check(Loss::binary_focal, columns(), labels(),
        {0.41312636314240986, {-0.008763521662926769, 0.0008118233658987953, 0.07158441143095842}});
  check({.kind = "binary_focal", .alpha = 0.25}, columns(), labels(),
        {0.18884490630703152, {-0.002190880415731692, 0.0006088675244240965, 0.053688308573218824}});
  check({.kind = "binary_focal", .gamma = 1.5}, columns(), labels(),
        {0.4882937141728752, {-0.014236829962100017, 0.0019679276422191997, 0.08125729148507893}});
}

TEST_CASE("The Huber loss has its delta") {
  check({.kind = "huber", .delta = 2}, columns(), labels(), {1.265, {0.0, -1.0 / 3, 0.05}});
  check({.kind = "huber", .delta = 0.5}, columns(), labels(), {0.515, {0.0, -1.0 / 12, 0.05}});
}

TEST_CASE("A focal loss has a slope where a sample is certain") {
  const auto certain = torch::tensor({{200.0, -200.0}}).set_requires_grad(true);
  for (const Loss& loss : {Loss{.kind = "focal", .gamma = 0.5}, Loss::focal}) {
    compute(loss, certain, torch::zeros({1}, torch::kLong)).backward();
    CHECK(certain.grad().isfinite().all().item<bool>());
  }
  const auto label = torch::tensor({{200.0}}).set_requires_grad(true);
  compute({.kind = "binary_focal", .gamma = 0.5}, label, torch::ones({1})).backward();
  CHECK(label.grad().isfinite().all().item<bool>());
}

TEST_CASE("What is left out has no part in a focal loss") {
  const auto y = torch::tensor({1, -100, 2, -100}, torch::kLong), rows = torch::tensor({0, 2}, torch::kLong);
  const auto some = compute(Loss::focal, logits().index_select(0, rows), y.index_select(0, rows));
  CHECK(compute(Loss::focal, logits(), y).item<double>() == Approx(some.item<double>()));
  const LossWeights weights{.classes = torch::tensor({0.5, 2.0, 1.0}, doubles)};
  const auto weighted =
      compute(Loss::focal, logits().index_select(0, rows), y.index_select(0, rows), weights);
  CHECK(compute(Loss::focal, logits(), y, weights).item<double>() == Approx(weighted.item<double>()));
}

TEST_CASE("Balanced classes weigh n / (classes * count)") {
  const auto y = torch::tensor({0, 0, 0, 2, 2, -100, 3}, torch::kLong);  // scikit-learn's for the six
  const auto weights = weights_of({.kind = "cross_entropy", .balanced = true}, y).classes;
  CHECK(torch::allclose(weights, torch::tensor({6.0 / 9, 1.0, 1.0, 2.0}, doubles)));
  CHECK_FALSE(weights_of(Loss::cross_entropy, y).classes.defined());
  CHECK_THROWS_WITH(weights_of({.kind = "mse", .balanced = true}, torch::ones({2})),
                    ContainsSubstring("mse has no classes"));

  const auto one = torch::tensor({1.0f, 0.0f, 0.0f, 0.0f});
  const LossWeights balanced = weights_of({.kind = "binary_cross_entropy", .balanced = true}, one);
  const auto output = torch::tensor({{0.5f}, {1.f}, {-2.f}, {0.1f}});
  const auto plain = [&](std::int64_t i) {
    return compute(Loss::binary_cross_entropy, output.narrow(0, i, 1), one.narrow(0, i, 1)).item<double>();
  };
  CHECK(compute(Loss::binary_cross_entropy, output, one, balanced).item<double>() ==
        Approx((2 * plain(0) + (plain(1) + plain(2) + plain(3)) * 2 / 3) / 4));
}

TEST_CASE("Several labels have a weight each, or one for all") {
  const auto y = labels().to(torch::kFloat);
  const Loss two{.kind = "binary_cross_entropy", .pos_weight = {3, 0.5}};
  CHECK(compute(two, columns(), y, weights_of(two, y)).item<double>() == Approx(1.5284882823271895));
  const Loss one{.kind = "binary_cross_entropy", .pos_weight = {3}};
  CHECK(compute(one, columns(), y, weights_of(one, y)).item<double>() == Approx(1.7047001500182706));
  CHECK_THROWS_WITH(weights_of({.kind = "binary_cross_entropy", .pos_weight = {1, 2, 3}}, y),
                    ContainsSubstring("3 numbers, but y has 2 labels"));
}

TEST_CASE("A loss reads itself from a text, and refuses what makes no sense") {
  for (const LossKind::Kind kind : loss_kinds) CHECK(LossKind(to_string(LossKind(kind))) == kind);
  CHECK_THROWS_WITH(LossKind("cross_entropie"), ContainsSubstring("did you mean 'cross_entropy'?"));
  CHECK_THROWS_WITH((Loss{.label_smoothing = 1.5}.check()), ContainsSubstring("label_smoothing"));
  CHECK_THROWS_WITH((Loss{.gamma = -1}.check()), ContainsSubstring("gamma"));
  CHECK_THROWS_WITH((Loss{.alpha = 1}.check()), ContainsSubstring("alpha"));
  CHECK_THROWS_WITH((Loss{.delta = 0}.check()), ContainsSubstring("delta"));
  CHECK_THROWS_WITH((Loss{.pos_weight = {1, -1}}.check()), ContainsSubstring("pos_weight"));
  CHECK_NOTHROW(Loss::focal.check());
}
