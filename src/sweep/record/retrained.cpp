#include "sweep/record/retrained.hpp"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <fstream>
#include <nlohmann/json.hpp>
#include <utility>

#include "store/sweep_directory.hpp"

namespace sibyl {

namespace fs = std::filesystem;

namespace {

// Seconds since 1970, which C++20's file clock does not say in every standard library.
double written(const fs::path& file) {
  const auto age = fs::file_time_type::clock::now() - fs::last_write_time(file);
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  return std::chrono::duration<double>(now).count() - std::chrono::duration<double>(age).count();
}

RetrainedModel read_model(const fs::path& file) {
  std::ifstream in(file);
  const auto json = nlohmann::ordered_json::parse(in);
  RetrainedModel model;
  model.trial = json.at("trial").get<TrialId>();
  model.epochs = json.at("epoch").get<int>();
  model.time = written(file);
  model.file =
      (fs::path(SweepFiles::retrained) / fs::path(file).filename().replace_extension(".pt")).string();
  for (const auto& [name, value] : json.at("metrics").items())
    model.metrics.push_back({name, value.is_number() ? value.get<double>() : std::nan("")});
  return model;
}

}  // namespace

std::vector<RetrainedModel> read_retrained(const fs::path& directory) {
  std::vector<RetrainedModel> models;
  std::error_code problem;
  for (fs::directory_iterator at(directory / SweepFiles::retrained, problem), end; !problem && at != end;
       at.increment(problem)) {
    if (at->path().extension() != ".json") continue;
    try {
      models.push_back(read_model(at->path()));
    } catch (const std::exception&) {
      continue;  // somebody else's, or one that is being changed by hand
    }
  }
  std::sort(models.begin(), models.end(), [](const auto& a, const auto& b) { return a.trial < b.trial; });
  return models;
}

RetrainedWatch::RetrainedWatch(const fs::path& directory) : folder_(directory / SweepFiles::retrained) {}

bool RetrainedWatch::changed() {
  std::error_code missing;
  const auto now = fs::last_write_time(folder_, missing);
  return !missing && std::exchange(seen_, now) != now;
}

}  // namespace sibyl
