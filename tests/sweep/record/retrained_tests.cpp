#include "sweep/record/retrained.hpp"

#include <stdlib.h>

#include <cmath>
#include <fstream>

#include "catch.hpp"

using namespace sibyl;
namespace fs = std::filesystem;

TEST_CASE("what retrain left is read by trial, and what is none of it is left out") {
  std::string name = (fs::temp_directory_path() / "sibyl_test_XXXXXX").string();
  const fs::path folder = mkdtemp(name.data());
  CHECK(read_retrained(folder).empty());
  RetrainedWatch watch(folder);
  CHECK_FALSE(watch.changed());
  fs::create_directories(folder / "retrained");
  const auto write = [&](const char* file, const std::string& text) {
    std::ofstream(folder / "retrained" / file) << text;
  };
  write("trial_000012.json", R"({"trial": 12, "epoch": 3, "metrics": {"loss": 0.5, "test_loss": null}})");
  write("trial_000002.json", R"({"trial": 2, "epoch": 9, "metrics": {"test_accuracy": 0.75}})");
  write("trial_000003.json", "{\"trial\": 3, \"epo");
  write("mine.json", "[1, 2]");
  write("trial_000002.pt", "weights");
  CHECK(watch.changed());
  CHECK_FALSE(watch.changed());
  const auto models = read_retrained(folder);
  REQUIRE(models.size() == 2);
  CHECK(models[0].trial == 2);
  CHECK(models[0].epochs == 9);
  CHECK(models[0].file == "retrained/trial_000002.pt");
  CHECK(models[0].metrics == std::vector<Metric>{{"test_accuracy", 0.75}});
  CHECK(models[0].time > 1.7e9);
  CHECK(models[1].trial == 12);
  CHECK((models[1].metrics[0].value == 0.5 && std::isnan(models[1].metrics[1].value)));
  fs::remove_all(folder);
}
