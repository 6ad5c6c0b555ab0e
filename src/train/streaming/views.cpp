#include "train/streaming/views.hpp"

#include <ATen/ATen.h>

#include <algorithm>

#include "train/streaming/split_tensors.hpp"

namespace sibyl {

Split InMemory::batch(std::int64_t samples) const {
  return empty_like(split_, samples);
}

void InMemory::read(std::span<const std::int64_t> places, const SampleRandom&, const Split& into) const {
  gather(split_,
         at::from_blob(const_cast<std::int64_t*>(places.data()), {static_cast<std::int64_t>(places.size())},
                       at::kLong),
         into);
}

Subset::Subset(std::shared_ptr<const Dataset> all, const at::Tensor& places) : all_(std::move(all)) {
  const at::Tensor numbers = places.to(at::kCPU, at::kLong).contiguous();
  const auto* const first = numbers.data_ptr<std::int64_t>();
  places_.assign(first, first + numbers.numel());
}

std::vector<std::int64_t> Subset::mapped(std::span<const std::int64_t> places) const {
  std::vector<std::int64_t> inner;
  inner.reserve(places.size());
  for (const std::int64_t place : places) inner.push_back(places_.at(static_cast<std::size_t>(place)));
  return inner;
}

void Subset::read(std::span<const std::int64_t> places, const SampleRandom& random, const Split& into) const {
  all_->read(mapped(places), random, into);
}

Split Subset::collate(std::span<const std::int64_t> places, const SampleRandom& random) const {
  return all_->collate(mapped(places), random);
}

at::Tensor Subset::targets() const {
  const at::Tensor all = all_->targets();
  if (!all.defined()) return all;
  return all.index_select(0, at::tensor(places_, at::kLong));
}

std::vector<std::int64_t> Subset::parts() const {
  const std::vector<std::int64_t> of_all = all_->parts();
  if (of_all.empty() || !std::is_sorted(places_.begin(), places_.end())) return {};
  std::vector<std::int64_t> parts;
  for (const std::int64_t begin : of_all) {
    const auto first = std::lower_bound(places_.begin(), places_.end(), begin) - places_.begin();
    if (first < size() && (parts.empty() || parts.back() != first)) parts.push_back(first);
  }
  return parts;
}

Joined::Joined(std::shared_ptr<const Dataset> first, std::shared_ptr<const Dataset> second)
    : first_(std::move(first)), second_(std::move(second)) {
  const std::vector<at::Tensor> a = tensors_of(first_->batch(0)), b = tensors_of(second_->batch(0));
  bool same = a.size() == b.size() && first_->has_equal_sizes() && second_->has_equal_sizes();
  for (std::size_t i = 0; same && i < a.size(); ++i)
    same = a[i].sizes() == b[i].sizes() && a[i].scalar_type() == b[i].scalar_type();
  if (!same)
    throw Error(
        "Two datasets are to be taken as one, but their samples are not of the same shapes and types.");
}

void Joined::read(std::span<const std::int64_t> places, const SampleRandom& random, const Split& into) const {
  const std::int64_t border = first_->size();
  const auto is_second = [&](std::int64_t place) { return place >= border; };
  std::vector<std::int64_t> inner;
  for (std::size_t begin = 0; begin < places.size();) {
    const bool second = is_second(places[begin]);
    inner.clear();
    for (std::size_t i = begin; i < places.size() && is_second(places[i]) == second; ++i)
      inner.push_back(places[i] - (second ? border : 0));
    const auto& dataset = second ? *second_ : *first_;
    try {
      dataset.read(inner, random,
                   rows(into, static_cast<std::int64_t>(begin), static_cast<std::int64_t>(inner.size())));
    } catch (const BadSample& bad) {
      throw BadSample(begin + bad.at(), bad.what());
    }
    begin += inner.size();
  }
}

at::Tensor Joined::targets() const {
  const at::Tensor a = first_->targets(), b = second_->targets();
  if (!a.defined() || !b.defined()) return {};
  return at::cat({a, b});
}

std::vector<std::int64_t> Joined::parts() const {
  std::vector<std::int64_t> parts = first_->parts(), behind = second_->parts();
  if (parts.empty() && behind.empty()) return {};
  if (parts.empty()) parts = {0};
  if (behind.empty()) behind = {0};
  for (const std::int64_t begin : behind) parts.push_back(first_->size() + begin);
  return parts;
}

Split Prepared::batch(std::int64_t samples) const {
  Split all = raw_->batch(samples);
  auto sizes = all.x.sizes().vec();
  sizes[0] = 1;
  const at::Tensor one = change_(at::zeros(sizes, all.x.options()));
  sizes = one.sizes().vec();
  sizes[0] = samples;
  all.x = at::empty(sizes, one.options());
  return all;
}

void Prepared::read(std::span<const std::int64_t> places, const SampleRandom& random,
                    const Split& into) const {
  copy(collate(places, random), into);
}

Split Prepared::collate(std::span<const std::int64_t> places, const SampleRandom& random) const {
  Split all = raw_->collate(places, random);
  all.x = change_(all.x);
  return all;
}

}  // namespace sibyl
