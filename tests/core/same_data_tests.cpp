#include "core/same_data.hpp"

#include <cmath>

#include "catch.hpp"

using namespace sibyl;

namespace {

DataDescribed data(const std::string& path, std::uint64_t hash, double mean = 0.5) {
  return {0, path, {{"train.x", {50, 4}, "Float", hash, mean, 0.25}, {"train.y", {50}, "Long", 7, 1, 0.5}}};
}

}  // namespace

TEST_CASE("data is the same when its contents are, wherever it lies") {
  CHECK(compare(data("/a", 1), data("/b", 1), false).difference.empty());
  CHECK(compare(data("/a", 1), {0, "/b", {}}, false).difference.empty());  // a job that says nothing
  CHECK(compare({0, "", {}}, data("/b", 1), false).difference.empty());
}

TEST_CASE("data with gaps is the same as itself, though its mean is no number") {
  const double gap = std::nan("");
  CHECK(compare(data("/a", 1, gap), data("/b", 1, gap), false).difference.empty());
  CHECK(compare(data("/a", 1, gap), data("/a", 2, gap), true).only_digits);
  CHECK_FALSE(compare(data("/a", 1, gap), data("/a", 2, 0.5), true).only_digits);
  CHECK_FALSE(compare(data("/a", 1, gap), data("/a", 2, gap), false).difference.empty());
}

TEST_CASE("of other data both are named, with what differs") {
  CHECK(compare(data("/a", 0xABC), data("", 2), false).difference ==
        "there /a (train.x 50 x 4 Float 0000000000000abc), here the job's own data (train.x 50 x 4 Float "
        "0000000000000002)");
  DataDescribed more = data("/a", 1);
  more.parts.push_back({"test.x", {9, 4}, "Float", 3, 0, 0});
  CHECK_THAT(compare(data("/a", 1), more, false).difference,
             ContainsSubstring("there /a (nothing else)") && ContainsSubstring("test.x 9 x 4 Float"));
}

TEST_CASE("only on another platform may computed numbers differ in their last digits") {
  CHECK(compare(data("/a", 1), data("/a", 2, 0.5 + 1e-8), true).only_digits);
  CHECK(!compare(data("/a", 1), data("/a", 2, 0.5 + 1e-8), false).only_digits);
  CHECK(!compare(data("/a", 1), data("/a", 2, 0.51), true).only_digits);
  DataDescribed other_classes = data("/a", 1);
  other_classes.parts[1].hash = 8;
  CHECK(!compare(data("/a", 1), other_classes, true).only_digits);
  DataDescribed fewer = data("/a", 2);
  fewer.parts.pop_back();
  CHECK(!compare(data("/a", 1), fewer, true).only_digits);
}
