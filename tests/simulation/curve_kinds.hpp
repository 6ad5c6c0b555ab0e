#pragma once

#include <map>
#include <vector>

#include "bench/samplers/tables.hpp"
#include "simulation/curves.hpp"

namespace sibyl::simulation {

/// Three hyperparameters, of which one costs speed where it gains quality; a curve falls exponentially to its
/// floor.
class AnalyticCurves : public Curves {
 public:
  explicit AnalyticCurves(std::uint64_t seed) : seed_(seed) {}
  SearchSpace space() const override;
  std::unique_ptr<RandomSearch> random_search(std::uint64_t seed) override;
  double loss(TrialId trial, const Values& values, int epoch) const override;
  double least(int max_epochs) const override;

 private:
  std::uint64_t seed_;
};

/// Measured ones. A suggestion becomes the nearest configuration of the table that no trial has had, and that
/// is the trial's, for the sampler too: so none profits from asking for the same place again.
class TableCurves : public Curves {
 public:
  explicit TableCurves(std::vector<bench::TableRow> rows);
  SearchSpace space() const override;
  std::unique_ptr<RandomSearch> random_search(std::uint64_t seed) override;
  double loss(TrialId trial, const Values& values, int epoch) const override;
  double least(int max_epochs) const override;
  int epochs() const override { return static_cast<int>(rows_.front().losses.size()) - 1; }

 private:
  class Search;
  Values values(std::size_t row) const;

  std::vector<bench::TableRow> rows_;
  std::vector<bool> used_;
  std::map<TrialId, std::size_t> row_of_;
};

}  // namespace sibyl::simulation
