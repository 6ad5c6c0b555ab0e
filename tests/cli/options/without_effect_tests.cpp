#include "sweep/options/without_effect.hpp"

#include "catch.hpp"

using namespace sibyl;

namespace {

std::vector<std::string> lines(const SweepOptions& options, const std::set<std::string>& typed) {
  return without_effect(options, typed);
}

}  // namespace

TEST_CASE("an option that the sweep makes no use of is named, with what would") {
  SweepOptions hyperband;
  CHECK(lines(hyperband, {"eta", "iterations", "max-epochs"}).empty());
  CHECK(lines(hyperband, {"population", "median-warmup"}) ==
        std::vector<std::string>{"--population has no effect here: it is for --scheduler pbt",
                                 "--median-warmup has no effect here: it is for --median-stopping"});
  CHECK(lines(hyperband, {"width"}).size() == 1);
  CHECK(lines(hyperband, {"order"}).size() == 1);

  SweepOptions asha;
  asha.scheduler = "asha";
  CHECK(lines(asha, {"eta", "min-epochs", "brackets", "width", "order"}).empty());
  CHECK(lines(asha, {"iterations"}).size() == 1);

  SweepOptions full;
  full.scheduler = "full";
  CHECK(lines(full, {"eta", "iterations"}).size() == 2);
  full.median_stopping = true;
  CHECK(lines(full, {"median-startup", "median-interval", "width"}).empty());
  full.median_stopping = false;
  full.sampler = "gp";
  CHECK(lines(full, {"width", "order"}).empty());
  CHECK(lines(full, {"grid-points", "min-delta"}).size() == 2);
}

TEST_CASE("what is not typed is not named, whatever its value") {
  SweepOptions options;
  options.population = 5;
  options.width = 7;
  CHECK(lines(options, {}).empty());
}
