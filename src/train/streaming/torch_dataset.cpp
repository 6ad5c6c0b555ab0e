#include "sibyl/streaming/torch_dataset.hpp"

#include <ATen/ATen.h>

#include <algorithm>
#include <sstream>

#include "base/numbers.hpp"
#include "train/streaming/split_tensors.hpp"

namespace sibyl {

namespace {

at::Tensor room_for(std::int64_t samples, const at::Tensor& one) {
  std::vector<std::int64_t> sizes = {samples};
  sizes.insert(sizes.end(), one.sizes().begin(), one.sizes().end());
  return at::empty(sizes, at::TensorOptions(one.scalar_type()));
}

/// (samples, longest, ...)
at::Tensor padded(const std::vector<at::Tensor>& sequences, double value) {
  std::int64_t longest = 0;
  for (const at::Tensor& each : sequences) {
    if (each.dim() == 0) throw Error("pad_sequences() pads dimension 0, and a sample is a single number.");
    longest = std::max(longest, each.size(0));
  }
  std::vector<std::int64_t> sizes = sequences.front().sizes().vec();
  sizes.front() = longest;
  at::Tensor all = room_for(static_cast<std::int64_t>(sequences.size()),
                            at::empty(sizes, at::TensorOptions(sequences.front().scalar_type())));
  all.fill_(value);
  for (std::size_t i = 0; i < sequences.size(); ++i) {
    const at::Tensor& each = sequences[i];
    if (each.sizes().slice(1) != sequences.front().sizes().slice(1)) {
      std::ostringstream text;
      text << "pad_sequences() pads dimension 0 alone, but samples have the shapes "
           << sequences.front().sizes() << " and " << each.sizes() << ".";
      throw Error(text.str());
    }
    all.select(0, static_cast<std::int64_t>(i)).narrow(0, 0, each.size(0)).copy_(each);
  }
  return all;
}

bool have_equal_sizes(const std::vector<at::Tensor>& tensors) {
  return std::all_of(tensors.begin(), tensors.end(),
                     [&](const at::Tensor& each) { return each.sizes() == tensors.front().sizes(); });
}

/// What it says, without LibTorch's list of functions.
std::string first_line(const std::string& text) {
  return text.substr(0, text.find('\n'));
}

}  // namespace

CollateExamples pad_sequences(const PadSequences& how) {
  return [how](const std::vector<TorchExample>& examples) {
    std::vector<at::Tensor> data, targets;
    at::Tensor lengths = at::empty({static_cast<std::int64_t>(examples.size())}, at::kLong);
    for (std::size_t i = 0; i < examples.size(); ++i) {
      data.push_back(examples[i].data);
      if (examples[i].target.defined()) targets.push_back(examples[i].target);
      if (data[i].dim() > 0) lengths.data_ptr<std::int64_t>()[i] = data[i].size(0);
    }
    Split split{.x = padded(data, how.value), .y = {}, .more = {lengths}};
    if (targets.empty()) return split;
    split.y = have_equal_sizes(targets) ? at::stack(targets) : padded(targets, how.target);
    return split;
  };
}

void TorchDatasetBase::begin(std::size_t size) {
  if (size == 0) throw Error("torch_dataset() was given a dataset without samples, or without a size().");
  size_ = static_cast<std::int64_t>(size);
  const std::int64_t place = 0;
  first_ = example({&place, 1}, 0);
}

Split TorchDatasetBase::batch(std::int64_t samples) const {
  if (options_.collate) {
    const Split one = options_.collate({first_});
    return changed(one, [&](const at::Tensor& tensor) { return room_for(samples, tensor[0]); });
  }
  Split into{.x = room_for(samples, first_.data), .y = {}};
  if (first_.target.defined()) into.y = room_for(samples, first_.target);
  return into;
}

TorchExample TorchDatasetBase::example(std::span<const std::int64_t> places, std::size_t at) const {
  try {
    std::unique_lock lock(mutex_, std::defer_lock);
    if (!options_.thread_safe) lock.lock();
    return get(static_cast<std::size_t>(places[at]));
  } catch (const std::exception& error) {
    throw BadSample(at, "sample " + std::to_string(places[at]) + " of " + options_.name + ": " +
                            first_line(error.what()));
  }
}

void TorchDatasetBase::read(std::span<const std::int64_t> places, const SampleRandom&,
                            const Split& into) const {
  if (options_.collate) throw Error("A dataset of samples of different sizes is read by collate().");
  const auto copy = [&](const at::Tensor& from, const at::Tensor& first, const at::Tensor& to,
                        std::size_t at) {
    if (from.sizes() != first.sizes()) {
      std::ostringstream text;
      text << "sample " << places[at] << " of " << options_.name << " has the shape " << from.sizes()
           << " and the first one " << first.sizes()
           << ": for samples of different sizes give torch_dataset() a collate function, pad_sequences() say";
      throw Error(text.str());
    }
    to.select(0, static_cast<std::int64_t>(at)).copy_(from);
  };
  for (std::size_t at = 0; at < places.size(); ++at) {
    const TorchExample one = example(places, at);
    copy(one.data, first_.data, into.x, at);
    if (into.y.defined()) copy(one.target, first_.target, into.y, at);
  }
}

Split TorchDatasetBase::collate(std::span<const std::int64_t> places, const SampleRandom& random) const {
  if (!options_.collate) return Dataset::collate(places, random);
  std::vector<TorchExample> examples;
  examples.reserve(places.size());
  for (std::size_t at = 0; at < places.size(); ++at) examples.push_back(example(places, at));
  return options_.collate(examples);
}

std::string TorchDatasetBase::describe() const {
  return quantity(static_cast<std::uint64_t>(size_), "sample") + " of " + options_.name;
}

}  // namespace sibyl
