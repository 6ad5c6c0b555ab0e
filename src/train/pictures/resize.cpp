#include "train/pictures/resize.hpp"

#include <algorithm>
#include <cmath>
#include <vector>

namespace sibyl {

namespace {

/// For each pixel of a row (or column) of the result: which pixels it is a mean of, and how much of each.
struct Taps {
  std::size_t most = 0;             ///< of a pixel
  std::vector<std::int64_t> first;  ///< of each
  std::vector<std::int64_t> count;
  std::vector<float> weights;  ///< `most` of each
};

/// A triangle as wide as two pixels of the larger of both grids.
Taps taps_of(double begin, double length, std::int64_t from, std::int64_t to) {
  Taps taps;
  const double scale = length / static_cast<double>(to), reach = std::max(scale, 1.0);
  taps.most = static_cast<std::size_t>(std::ceil(reach)) * 2 + 1;
  const auto pixels = static_cast<std::size_t>(to);
  taps.first.resize(pixels);
  taps.count.resize(pixels);
  taps.weights.resize(pixels * taps.most);
  std::vector<double> exact(taps.most);
  for (std::size_t i = 0; i < pixels; ++i) {
    const double centre = begin + (static_cast<double>(i) + 0.5) * scale;
    const std::int64_t low =
        std::clamp<std::int64_t>(static_cast<std::int64_t>(centre - reach + 0.5), 0, from - 1);
    const std::int64_t high =
        std::clamp<std::int64_t>(static_cast<std::int64_t>(centre + reach + 0.5), low + 1, from);
    const auto count = std::min(static_cast<std::size_t>(high - low), taps.most);
    double sum = 0;
    for (std::size_t k = 0; k < count; ++k) {
      const double distance = (static_cast<double>(low) + static_cast<double>(k) + 0.5 - centre) / reach;
      exact[k] = std::max(0.0, 1 - std::abs(distance));
      sum += exact[k];
    }
    if (sum <= 0) exact[0] = sum = 1;
    for (std::size_t k = 0; k < count; ++k)
      taps.weights[i * taps.most + k] = static_cast<float>(exact[k] / sum);
    taps.first[i] = low;
    taps.count[i] = static_cast<std::int64_t>(count);
  }
  return taps;
}

/// A row of the result before it is made narrower: means of the columns `from` has in that row's pixels.
void mean_of_rows(const PixelSource& from, const Taps& rows, std::size_t row, std::size_t begin,
                  std::size_t end, float* means) {
  std::fill(means + begin, means + end, 0.0F);
  const auto step = static_cast<std::size_t>(from.width * from.channels);
  for (std::size_t k = 0; k < static_cast<std::size_t>(rows.count[row]); ++k) {
    const float weight = rows.weights[row * rows.most + k];
    const std::uint8_t* const pixels = from.pixels + (static_cast<std::size_t>(rows.first[row]) + k) * step;
    for (std::size_t i = begin; i < end; ++i) means[i] += weight * static_cast<float>(pixels[i]);
  }
}

template <std::size_t channels, class Put>
void narrow_row(const float* means, const Taps& columns, const PixelPlanes& to, const Put& put) {
  for (std::size_t i = 0; i < static_cast<std::size_t>(to.width); ++i) {
    float sums[channels] = {};
    const float* pixel = means + static_cast<std::size_t>(columns.first[i]) * channels;
    const float* weight = &columns.weights[i * columns.most];
    for (std::int64_t k = 0; k < columns.count[i]; ++k, pixel += channels)
      for (std::size_t c = 0; c < channels; ++c) sums[c] += weight[k] * pixel[c];
    const std::size_t place = to.flip ? static_cast<std::size_t>(to.width) - 1 - i : i;
    for (std::size_t c = 0; c < channels; ++c) put(c, place, sums[c]);
  }
}

template <class Value, class Rounded>
void resize_planes(const PixelSource& from, const PixelBox& box, const PixelPlanes& to, Value* values,
                   const Rounded& rounded) {
  const Taps columns = taps_of(box.left, box.width, from.width, to.width);
  const Taps rows = taps_of(box.top, box.height, from.height, to.height);
  const auto channels = static_cast<std::size_t>(from.channels);
  const std::size_t begin = static_cast<std::size_t>(columns.first.front()) * channels;
  const std::size_t end = static_cast<std::size_t>(columns.first.back() + columns.count.back()) * channels;
  std::vector<float> means(static_cast<std::size_t>(from.width) * channels);
  const auto plane = static_cast<std::size_t>(to.height * to.width);
  for (std::size_t row = 0; row < static_cast<std::size_t>(to.height); ++row) {
    mean_of_rows(from, rows, row, begin, end, means.data());
    Value* const into = values + row * static_cast<std::size_t>(to.width);
    const auto put = [&](std::size_t channel, std::size_t place, float value) {
      into[channel * plane + place] = rounded(value);
    };
    if (channels == 3) {
      narrow_row<3>(means.data(), columns, to, put);
    } else {
      narrow_row<1>(means.data(), columns, to, put);
    }
  }
}

}  // namespace

void resize_into(const PixelSource& from, const PixelBox& box, const PixelPlanes& to, float scale,
                 float* values) {
  resize_planes(from, box, to, values, [scale](float value) { return value / scale; });
}

void resize_into(const PixelSource& from, const PixelBox& box, const PixelPlanes& to, std::uint8_t* values) {
  resize_planes(from, box, to, values, [](float value) {
    return static_cast<std::uint8_t>(std::clamp(value + 0.5F, 0.0F, 255.0F));
  });
}

}  // namespace sibyl
