#include "sibyl/streaming/csv_shards.hpp"

#include <torch/torch.h>

#include <fstream>

#include "train/datasets/idx_files.hpp"
#include "train/datasets/temporary_folder.hpp"
// Last: LibTorch has a CHECK of its own.
#include "catch.hpp"

using namespace sibyl;

namespace {

class ShardFolder {
 public:
  const std::filesystem::path& path() const { return folder_.path(); }
  std::filesystem::path add(const std::string& name, const std::string& text) const {
    std::ofstream(path() / name, std::ios::binary) << text;
    return path() / name;
  }
  void add_gzipped(const std::string& name, const std::string& text) const {
    write_gzipped(path() / name, {text.begin(), text.end()});
  }

 private:
  TemporaryFolder folder_;
};

Split all_of(const Dataset& dataset) {
  const Split into = dataset.batch(dataset.size());
  std::vector<std::int64_t> places;
  for (std::int64_t i = 0; i < dataset.size(); ++i) places.push_back(i);
  dataset.read(places, {}, into);
  return into;
}

}  // namespace

TEST_CASE("CSV shards are one dataset, in the order of their names") {
  const ShardFolder folder;
  folder.add("b.csv", "height,kind,width\r\n5,1,6.5\r\n\r\n7,0,8\r\n");
  folder.add_gzipped("c.csv.gz", "height,kind,width\n9,2,10\n");
  folder.add("a.csv", "height,kind,width\n1,0,2\n3,1,4");
  folder.add("notes.md", "no shard");
  const CsvShards shards(folder.path(), {.targets = {"kind"}});
  CHECK(shards.size() == 5);
  CHECK(shards.parts() == std::vector<std::int64_t>{0, 2, 4});
  CHECK(shards.feature_names() == std::vector<std::string>{"height", "width"});
  CHECK(shards.describe() ==
        "5 samples in 3 CSV files, the first of them " + (folder.path() / "a.csv").string());
  const Split all = all_of(shards);
  CHECK(torch::equal(all.x,
                     torch::tensor({{1., 2.}, {3., 4.}, {5., 6.5}, {7., 8.}, {9., 10.}}, torch::kFloat)));
  CHECK(torch::equal(all.y, torch::tensor({0, 1, 1, 0, 2}, torch::kLong)));
}

TEST_CASE("CSV shards without a header, with values as y, or several") {
  const ShardFolder folder;
  const std::vector<std::filesystem::path> files = {folder.add("1.csv", "1;2,5;3\n4;5,5;6\n"),
                                                    folder.add("0.csv", "7;8;9\n")};
  const Split last = all_of(CsvShards(files, {.targets = {"1"}, .csv = {.header = false}}));
  CHECK(torch::equal(last.x, torch::tensor({{1., 3.}, {4., 6.}, {7., 9.}}, torch::kFloat)));
  CHECK(torch::equal(last.y, torch::tensor({2.5f, 5.5f, 8.f})));
  const Split two = all_of(CsvShards(files, {.targets = {"0", "-1"}, .csv = {.header = false}}));
  CHECK(torch::equal(two.y, torch::tensor({{1., 3.}, {4., 6.}, {7., 9.}}, torch::kFloat)));
}

TEST_CASE("CSV shards that are not right are refused, or told of when they are read") {
  const ShardFolder folder;
  CHECK_THROWS_WITH(CsvShards(folder.path()), ContainsSubstring("holds no .csv"));
  CHECK_THROWS_WITH(CsvShards(folder.path() / "no"), ContainsSubstring("there is no such folder"));
  folder.add("a.csv", "u,v,y\n1,2,0\n3,4,1\n");
  CHECK_THROWS_WITH(CsvShards(folder.path(), {.targets = {"z"}}),
                    ContainsSubstring("there is no column 'z'"));
  folder.add("b.csv", "u,w,y\n1,2,0\n");
  CHECK_THROWS_WITH(CsvShards(folder.path()),
                    ContainsSubstring("b.csv: has other columns than") && ContainsSubstring("'u,w,y'"));
  folder.add("b.csv", "u,v,y\n");
  CHECK_THROWS_WITH(CsvShards(folder.path()), ContainsSubstring("b.csv: has no line of numbers"));

  const auto bad = [&](const std::string& text, const std::string& why) {
    folder.add("b.csv", text);
    const CsvShards shards(folder.path());
    CHECK_THROWS_AS(all_of(shards), BadSample);
    CHECK_THROWS_WITH(all_of(shards), ContainsSubstring("b.csv: ") && ContainsSubstring(why));
  };
  bad("u,v,y\n1,2,0\n1,no,0\n", "line 3, column 'v': holds 'no', which is no number");
  bad("u,v,y\n1,2,0.5\n", "line 2, column 'y': holds '0.5', which is no class");
  bad("u,v,y\n1,2,0\n1,2\n", "line 3 has 2 cells, but line 1 has 3");
  folder.add("b.csv", "u,v,y\n1,2,0\n");
  const CsvShards shards(folder.path());
  folder.add("b.csv", "u,v,y\n1,2,0\n1,2,0\n");
  CHECK_THROWS_WITH(all_of(shards), ContainsSubstring("has 2 rows, but had 1 at the start"));
}
