#include "train/sharing/data_bytes.hpp"

#include <ATen/ATen.h>

#include <algorithm>
#include <array>
#include <utility>

#include "core/codec.hpp"
#include "core/fields.hpp"
#include "sibyl/error.hpp"
#include "sibyl/streaming/dataset.hpp"
#include "train/streaming/split_tensors.hpp"
#include "train/streaming/views.hpp"

namespace sibyl {

namespace {

/// What a vector instruction may ask of an address.
constexpr std::size_t alignment = 64;
constexpr std::array<std::byte, alignment> padding{};

std::size_t aligned(std::size_t size) {
  return (size + alignment - 1) / alignment * alignment;
}

/// All but the contents of tensors, which follow it in the order of for_each_tensor().
struct DataHeader {
  struct Place {
    bool defined = false;
    std::int8_t type = 0;
    std::vector<std::int64_t> sizes = {};
  };
  Data data;                            ///< without tensors
  std::array<std::uint32_t, 3> more{};  ///< of each split
  std::vector<Place> places = {};
  std::vector<DataPart> parts = {};
  std::string description = {};
  std::int64_t training = 0;
};

std::array<Split*, 3> parts_of(Data& data) {
  return {&data.train, &data.validation, &data.test};
}

template <class Visit>
void for_each_tensor(Data& data, const Visit& visit) {
  for (Split* part : parts_of(data)) {
    visit(part->x);
    for (at::Tensor& more : part->more) visit(more);
    visit(part->y);
  }
  for (ArrayStep& step : data.preparation.steps) {
    visit(step.shift);
    visit(step.scale);
  }
}

bool can_be_bytes(const at::Tensor& tensor) {
  return tensor.is_cpu() && tensor.layout() == at::kStrided && !tensor.is_quantized();
}

}  // namespace

Data unjoined(const LoadedData& loaded) {
  Data data = loaded.data;
  const std::int64_t behind = data.train.size() - loaded.training;
  if (behind == 0) return data;
  const auto part = [all = data.train](std::int64_t begin, std::int64_t size) {
    return all.dataset ? streamed(std::make_shared<Subset>(all.dataset, at::arange(begin, begin + size)))
                       : rows(all, begin, size);
  };
  data.train = part(0, loaded.training);
  data.validation = part(loaded.training, behind);
  return data;
}

// clang-format off
static void fields(auto& io, auto& x, const PreparedColumn*) { io(x.name, x.kind, x.gaps, x.fill, x.has_indicator, x.shift, x.scale, x.date, x.categories, x.is_one_hot, x.has_other); }
static void fields(auto& io, auto& x, const TablePreparation*) { io(x.decimal, x.columns); }
static void fields(auto& io, auto& x, const TargetPreparation*) { io(x.names, x.shift, x.scale); }
static void fields(auto& io, auto& x, const ArrayStep*) { io(x.kind, x.sizes); }
static void fields(auto& io, auto& x, const DataHeader::Place*) { io(x.defined, x.type, x.sizes); }
static void fields(auto& io, auto& x, const DataHeader*) {
  io(x.more[0], x.more[1], x.more[2], x.data.feature_names, x.data.class_names, x.data.preparation.steps, x.data.preparation.target, x.places, x.parts, x.description, x.training);
}
// clang-format on

DataBytes::DataBytes(const LoadedData& loaded) {
  DataHeader header{.data = loaded.data, .parts = loaded.parts, .description = loaded.description};
  header.training = loaded.training;
  bool all = !loaded.data.train.dataset && !loaded.data.validation.dataset && !loaded.data.test.dataset;
  for (std::size_t i = 0; i < 3; ++i)
    header.more[i] = static_cast<std::uint32_t>(parts_of(header.data)[i]->more.size());
  for_each_tensor(header.data, [&](at::Tensor& tensor) {
    DataHeader::Place& place = header.places.emplace_back();
    place.defined = tensor.defined();
    if (!place.defined) return;
    if (!(all = all && can_be_bytes(tensor))) return;
    place.type = static_cast<std::int8_t>(tensor.scalar_type());
    place.sizes = tensor.sizes().vec();
    tensors_.push_back(tensor.detach().resolve_conj().resolve_neg().contiguous());
    tensor = at::Tensor();
  });
  if (!all) return;
  std::vector<TablePreparation> table;
  if (header.data.preparation.table) table.push_back(*header.data.preparation.table);
  std::uint64_t size = 0;
  Writer{header_}(size, table, header);
  size = header_.size();
  std::memcpy(header_.data(), &size, sizeof(size));
  add(header_);
  for (const at::Tensor& tensor : tensors_)
    add({static_cast<const std::byte*>(tensor.data_ptr()), tensor.nbytes()});
}

void DataBytes::add(std::span<const std::byte> bytes) {
  if (bytes.empty()) return;
  pieces_.push_back(bytes);
  if (const std::size_t more = aligned(bytes.size()) - bytes.size(); more > 0)
    pieces_.push_back(std::span(padding).first(more));
}

std::size_t DataBytes::size() const {
  std::size_t size = 0;
  for (const auto& piece : pieces_) size += piece.size();
  return size;
}

LoadedData data_in(std::span<std::byte> bytes, const std::shared_ptr<const void>& owner) {
  std::uint64_t size = 0;
  if (bytes.size() < sizeof(size)) throw Error("these bytes are no data");
  std::memcpy(&size, bytes.data(), sizeof(size));
  if (size > bytes.size()) throw Error("these bytes are no data");
  std::vector<TablePreparation> table;
  DataHeader header;
  Reader in(bytes.first(size), layout_version);
  in(size, table, header);
  in.end();
  if (!table.empty()) header.data.preparation.table = std::move(table.front());
  for (std::size_t i = 0; i < 3; ++i) parts_of(header.data)[i]->more.resize(header.more[i]);
  auto rest = bytes.subspan(std::min(aligned(size), bytes.size()));
  auto place = header.places.begin();
  for_each_tensor(header.data, [&](at::Tensor& tensor) {
    if (place == header.places.end()) throw Error("these bytes are no data");
    const DataHeader::Place& found = *place++;
    if (!found.defined) return;
    const auto options = at::TensorOptions(static_cast<at::ScalarType>(found.type));
    std::size_t length = options.dtype().itemsize();
    for (const std::int64_t each : found.sizes) length *= static_cast<std::size_t>(each);
    if (length > rest.size()) throw Error("these bytes are no data");
    if (length == 0)
      tensor = at::empty(found.sizes, options);
    else
      tensor = at::from_blob(
          rest.data(), found.sizes, [owner](void*) {}, options);
    rest = rest.subspan(std::min(aligned(length), rest.size()));
  });
  return {.data = std::move(header.data),
          .training = header.training,
          .parts = std::move(header.parts),
          .description = std::move(header.description)};
}

}  // namespace sibyl
