#include "sibyl/data/cifar.hpp"

#include <ATen/ATen.h>

#include <algorithm>
#include <utility>

#include "sibyl/data/find_data.hpp"
#include "sibyl/data/split.hpp"
#include "sibyl/error.hpp"
#include "train/datasets/input_file.hpp"

namespace sibyl {

namespace {

namespace fs = std::filesystem;

constexpr std::size_t picture = 3 * 32 * 32;

void check_labels(const fs::path& file, const std::vector<std::uint8_t>& bytes, const CifarRecord& record) {
  const std::size_t labels = record.classes.size();
  for (std::size_t start = 0; start < bytes.size(); start += labels + picture) {
    for (std::size_t i = 0; i < labels; ++i) {
      if (bytes[start + i] < record.classes[i]) continue;
      refuse(file, "record " + std::to_string(start / (labels + picture)) + " (from 0) has the label " +
                       std::to_string(bytes[start + i]) + ", which is out of range: there are " +
                       std::to_string(record.classes[i]) + " classes, from 0");
    }
  }
}

/// A file as (records, bytes of a record).
at::Tensor read_records(const fs::path& file, const CifarRecord& record) {
  const std::size_t size = record.classes.size() + picture;
  const std::vector<std::uint8_t> bytes = InputFile(file).read_all();
  const std::size_t records = bytes.size() / size;
  if (bytes.size() % size != 0 || records == 0) {
    refuse(file, "has " + std::to_string(bytes.size()) + " bytes, " + std::to_string(records) +
                     " records of " + std::to_string(size) + " and " + std::to_string(bytes.size() % size) +
                     " more: it is truncated, or not of this data set");
  }
  check_labels(file, bytes, record);
  return at::from_blob(const_cast<std::uint8_t*>(bytes.data()),
                       {static_cast<std::int64_t>(records), static_cast<std::int64_t>(size)}, at::kByte)
      .clone();
}

struct Files {
  std::vector<fs::path> train, test;
};

Files files_in(const fs::path& folder) {
  Files files;
  if (!fs::is_directory(folder)) return files;
  for (const auto& entry : fs::directory_iterator(folder)) {
    if (!entry.is_regular_file() || entry.path().extension() != ".bin") continue;
    const bool test = entry.path().filename().string().starts_with("test");
    (test ? files.test : files.train).push_back(entry.path());
  }
  std::sort(files.train.begin(), files.train.end());
  std::sort(files.test.begin(), files.test.end());
  return files;
}

/// The published files have to be there all; files of other names are taken as they are.
void check_published(const DataSet& set, const fs::path& folder) {
  const auto there = [&](const std::string& file) { return fs::is_regular_file(folder / file); };
  if (std::none_of(set.files.begin(), set.files.end(), there)) return;
  for (const std::string& file : set.files) {
    if (!there(file)) throw_not_found(set, {folder}, file);
  }
}

Data cifar(const DataSet& set, const CifarRecord& record, const DataOptions& options) {
  const auto places = data_places(set, options);
  for (const fs::path& place : places) {
    const Files files = files_in(place);
    if (files.train.empty()) continue;
    check_published(set, place);
    Data data = split(read_cifar(files.train, record), {.validation = 0.1}, options.seed);
    if (!files.test.empty()) data.test = read_cifar(files.test, record);
    data.preparation.steps = {
        {.kind = ArrayStep::Kind::channels_first, .sizes = {3}},
        {.kind = ArrayStep::Kind::scale, .shift = at::zeros({}), .scale = at::full({}, 255.0F)}};
    return data;
  }
  throw_not_found(set, places, set.files.front());
}

constexpr const char* url = "https://www.cs.toronto.edu/~kriz/";

}  // namespace

Split read_cifar(const std::vector<fs::path>& files, const CifarRecord& record) {
  std::vector<at::Tensor> parts;
  for (const fs::path& file : files) parts.push_back(read_records(file, record));
  const at::Tensor records = at::cat(parts);
  const auto labels = static_cast<std::int64_t>(record.classes.size());
  return {.x = records.narrow(1, labels, static_cast<std::int64_t>(picture))
                   .to(at::kFloat)
                   .div_(255)
                   .view({-1, 3, 32, 32}),
          .y = records.select(1, record.label).to(at::kLong)};
}

Data cifar10(const DataOptions& options) {
  Data data = cifar({.name = "CIFAR-10",
                     .files = {"data_batch_1.bin", "data_batch_2.bin", "data_batch_3.bin", "data_batch_4.bin",
                               "data_batch_5.bin", "test_batch.bin"},
                     .folder = "cifar-10-batches-bin",
                     .system = {},
                     .source = std::string("Unpack ") + url + "cifar-10-binary.tar.gz."},
                    {.classes = {10}, .label = 0}, options);
  data.class_names = {"airplane", "automobile", "bird",  "cat",  "deer",
                      "dog",      "frog",       "horse", "ship", "truck"};
  return data;
}

Data cifar100(const DataOptions& options, CifarLabels labels) {
  return cifar({.name = "CIFAR-100",
                .files = {"train.bin", "test.bin"},
                .folder = "cifar-100-binary",
                .system = {},
                .source = std::string("Unpack ") + url + "cifar-100-binary.tar.gz."},
               {.classes = {20, 100}, .label = labels == CifarLabels::fine ? 1 : 0}, options);
}

}  // namespace sibyl
