#include "train/loop/epoch_batches.hpp"

#include <ATen/ATen.h>

#include <vector>

#include "train/loop/resident_batches.hpp"
#include "train/streaming/epoch_order.hpp"
#include "train/streaming/loader.hpp"

namespace sibyl {

EpochBatches::EpochBatches(const Split& split, std::int64_t batch, FitContext& context)
    : split_(split), context_(context) {
  if (split.dataset)
    loader_ = std::make_unique<Loader>(split.dataset, batch, context.device(), context.loading());
  else
    resident_ = std::make_unique<ResidentBatches>(split, batch, room_for_an_epoch(context.device()));
}

EpochBatches::~EpochBatches() = default;

std::int64_t EpochBatches::steps() const {
  return loader_ ? loader_->steps() : resident_->steps();
}

void EpochBatches::load(int epoch, std::int64_t step) {
  const auto identity = [&](const char* what) {
    return RandomStream(context_.seed(), what, context_.trial(), context_.execution(), epoch);
  };
  loader_->begin(random_order(*split_.dataset, identity("shuffle")),
                 SampleRandom(context_.seed(), context_.trial(), context_.execution(), epoch), step);
}

void EpochBatches::begin(int epoch, std::int64_t step) {
  const bool is_ready = expected_ == epoch && step == 0;
  if (loader_) {
    if (!is_ready) load(epoch, step);
  } else {
    resident_->shuffle(is_ready ? order_ : context_.order(split_.size(), epoch));
  }
  expected_ = 0;
}

void EpochBatches::expect(int epoch) {
  if (loader_)
    load(epoch, 0);
  else if (!context_.device().is_cpu())  // which is still at this epoch's steps
    order_ = context_.order(split_.size(), epoch);
  else
    return;
  expected_ = epoch;
}

const Split& EpochBatches::at(std::int64_t step) {
  return loader_ ? loader_->next() : resident_->at(step);
}

at::Tensor EpochBatches::state() const {
  if (!loader_ || context_.loading().max_bad_samples == 0) return {};
  std::vector<std::int64_t> places;
  for (const auto& [place, problem] : loader_->bad()) places.push_back(place);
  return at::tensor(places, at::kLong);
}

void EpochBatches::restore(const at::Tensor& state) {
  const at::Tensor places = state.to(at::kCPU, at::kLong).contiguous();
  const auto* const first = places.data_ptr<std::int64_t>();
  for (std::int64_t i = 0; i < places.numel(); ++i) loader_->remember_bad(first[i]);
}

double EpochBatches::end_epoch() {
  if (!loader_) return 0;
  const auto& bad = loader_->bad();
  if (bad.size() > told_) {
    told_ = bad.size();
    context_.note("bad samples", static_cast<std::int64_t>(told_));
    context_.warn(about_bad(bad, "training sample"));
  }
  return loader_->take_waited();
}

}  // namespace sibyl
