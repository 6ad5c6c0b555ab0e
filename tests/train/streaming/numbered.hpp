#pragma once

#include <torch/torch.h>

#include <chrono>
#include <set>
#include <thread>

#include "sibyl/streaming/dataset.hpp"

/// Sample i is {i, 2 i}, of class i % 3; in training, noise of its own is added to the second.
struct Numbered : sibyl::Dataset {
  explicit Numbered(std::int64_t samples) : samples(samples) {}

  std::int64_t samples;
  std::set<std::int64_t> bad = {};  ///< that can't be read
  bool knows_targets = true;
  std::vector<std::int64_t> begins = {};  ///< of parts
  std::int64_t parts_at_once = 2;
  std::chrono::milliseconds pause{0};  ///< of each read

  std::int64_t size() const override { return samples; }
  sibyl::Split batch(std::int64_t n) const override {
    return {.x = torch::empty({n, 2}), .y = torch::empty({n}, torch::kLong)};
  }
  void read(std::span<const std::int64_t> places, const sibyl::SampleRandom& random,
            const sibyl::Split& into) const override {
    std::this_thread::sleep_for(pause);
    for (std::size_t i = 0; i < places.size(); ++i) {
      const std::int64_t place = places[i];
      if (bad.contains(place)) throw sibyl::BadSample(i, "sample " + std::to_string(place) + " is torn");
      auto* const x = into.x.data_ptr<float>() + 2 * i;
      x[0] = static_cast<float>(place);
      x[1] = static_cast<float>(2 * place) +
             static_cast<float>(random.trains() ? random.of(place).uniform() : 0);
      into.y.data_ptr<std::int64_t>()[i] = place % 3;
    }
  }
  at::Tensor targets() const override {
    return knows_targets ? torch::arange(samples, torch::kLong).remainder(3) : at::Tensor();
  }
  std::vector<std::int64_t> parts() const override { return begins; }
  std::int64_t window() const override { return parts_at_once; }
};
