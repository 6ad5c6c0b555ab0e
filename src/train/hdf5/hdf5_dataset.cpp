#include "sibyl/streaming/hdf5_dataset.hpp"

#include <ATen/ATen.h>

#include <algorithm>
#include <sstream>

#include "base/numbers.hpp"
#include "sibyl/data/split.hpp"
#include "train/datasets/input_file.hpp"
#include "train/hdf5/hdf5_rows.hpp"

namespace sibyl {

namespace {

void expect_as_many(const std::filesystem::path& path, const Hdf5Rows& first, const Hdf5Rows& other) {
  if (first.sizes().front() == other.sizes().front()) return;
  std::ostringstream text;
  text << first.name() << " has the shape " << at::IntArrayRef(first.sizes()) << " and " << other.name()
       << " " << at::IntArrayRef(other.sizes())
       << ", but the first dimension of both counts the samples and must be the same";
  refuse(path, text.str());
}

/// One sample, of no particular values.
at::Tensor row_of(const Hdf5Rows& rows, at::ScalarType type) {
  std::vector<std::int64_t> sizes = rows.sizes();
  sizes.front() = 1;
  return at::zeros(sizes, type);
}

/// The fewest rows that are whole chunks, and at least so many.
std::int64_t whole_chunks(const Hdf5Rows& rows, std::int64_t least) {
  const std::int64_t chunk = rows.chunk_rows();
  return (least + chunk - 1) / chunk * chunk;
}

}  // namespace

Hdf5Dataset::Hdf5Dataset(const std::filesystem::path& file, const Hdf5Names& names) : path_(file) {
  const auto handle = shared_hdf5(file);
  const auto rows_of = [&](const std::string& name) {
    return std::make_unique<Hdf5Rows>(file, handle, name);
  };
  inputs_.push_back(rows_of(names.x));
  for (const std::string& name : names.more) inputs_.push_back(rows_of(name));
  y_ = rows_of(names.y);
  const Hdf5Rows& x = *inputs_.front();
  for (const auto& each : inputs_) expect_as_many(file, x, *each);
  expect_as_many(file, x, *y_);
  const std::int64_t size = x.sizes().front();
  if (size == 0) refuse(file, "there are no samples");

  Split like{.x = row_of(x, at::kFloat), .y = {}};
  for (std::size_t i = 1; i < inputs_.size(); ++i) like.more.push_back(row_of(*inputs_[i], at::kFloat));
  constexpr std::int64_t small = std::int64_t{64} << 20;
  at::Tensor targets;
  if (size * y_->row_bytes() <= small) {
    // In words that are y's alone.
    targets = samples(at::zeros({size}), y_->read(0, size), file.string()).y;
    y_ = nullptr;
  } else {
    like.y = row_of(*y_, c10::isFloatingType(y_->type()) ? at::kFloat : at::kLong);
  }

  constexpr std::int64_t least_bytes = std::int64_t{256} << 10;
  std::int64_t rows = whole_chunks(x, least_bytes / std::max<std::int64_t>(x.row_bytes(), 1) + 1);
  if (x.chunk_rows() > 1 && x.chunk_rows() * x.row_bytes() >= least_bytes) rows = x.chunk_rows();
  for (const auto& each : inputs_) {
    // A chunk of another input that is in several parts would be unpacked for each.
    if (each->chunk_rows() > rows) rows = whole_chunks(x, each->chunk_rows());
  }
  if (y_ && y_->chunk_rows() > rows) rows = whole_chunks(x, y_->chunk_rows());
  std::vector<std::int64_t> begins;
  for (std::int64_t begin = 0; begin < size; begin += rows) begins.push_back(begin);
  lay_out(std::move(begins), size, like, targets, names.window);
}

Hdf5Dataset::~Hdf5Dataset() = default;

Split Hdf5Dataset::part(std::size_t number) const {
  const std::int64_t begin = begin_of(number), count = end_of(number) - begin;
  Split part{.x = inputs_.front()->read(begin, count), .y = {}};
  for (std::size_t i = 1; i < inputs_.size(); ++i) part.more.push_back(inputs_[i]->read(begin, count));
  if (y_) part.y = y_->read(begin, count);
  return part;
}

std::string Hdf5Dataset::describe() const {
  return quantity(static_cast<std::uint64_t>(size()), "sample") + " in " + quantity(parts().size(), "part") +
         " of " + path_.string();
}

}  // namespace sibyl
