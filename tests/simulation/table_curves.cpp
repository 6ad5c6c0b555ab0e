#include <algorithm>
#include <cmath>
#include <limits>

#include "sibyl/error.hpp"
#include "sibyl/random.hpp"
#include "simulation/curve_kinds.hpp"

namespace sibyl::simulation {

namespace {

using Place = std::array<double, 8>;

std::string name_of(std::size_t dimension) {
  return "x" + std::to_string(dimension);
}

Place place_of(const Values& values) {
  Place place;
  for (std::size_t d = 0; d < place.size(); ++d) place[d] = std::get<double>(values.at(name_of(d)));
  return place;
}

double distance(const Place& a, const Place& b) {
  double sum = 0;
  for (std::size_t d = 0; d < a.size(); ++d) sum += (a[d] - b[d]) * (a[d] - b[d]);
  return sum;
}

}  // namespace

/// Rows that no trial has had.
class TableCurves::Search : public RandomSearch {
 public:
  Search(TableCurves& curves, std::uint64_t seed) : curves_(curves), seed_(seed) {}

  Sample sample(TrialId trial) const override {
    RandomStream random(seed_, trial, "row");
    std::uint64_t left = random.below(*untried());
    std::size_t row = 0;
    while (curves_.used_[row] || left-- > 0) ++row;
    return {curves_.values(row), {"random"}};
  }
  std::optional<Values> if_untried(const Values& values, TrialId) const override {
    if (exhausted()) return std::nullopt;
    return curves_.values(nearest(values));
  }
  std::optional<std::uint64_t> untried() const override { return curves_.rows_.size() - begun_; }
  bool exhausted() const override { return begun_ == curves_.rows_.size(); }
  void started(TrialId trial, const Values& values) override {
    const std::size_t row = nearest(values);
    curves_.row_of_[trial] = row;
    curves_.used_[row] = true;
    ++begun_;
  }

 private:
  std::size_t nearest(const Values& values) const {
    const Place place = place_of(values);
    std::size_t nearest = 0;
    double least = std::numeric_limits<double>::infinity();
    for (std::size_t row = 0; row < curves_.rows_.size(); ++row) {
      if (curves_.used_[row]) continue;
      const double apart = distance(place, curves_.rows_[row].place);
      if (apart < least) least = apart, nearest = row;
    }
    return nearest;
  }

  TableCurves& curves_;
  std::uint64_t seed_;
  std::size_t begun_ = 0;
};

TableCurves::TableCurves(std::vector<bench::TableRow> rows)
    : rows_(std::move(rows)), used_(rows_.size(), false) {}

SearchSpace TableCurves::space() const {
  SearchSpace space;
  for (std::size_t d = 0; d < Place().size(); ++d) space.add({name_of(d), FloatRange{0, 1}, 0.5, {}});
  return space;
}

std::unique_ptr<RandomSearch> TableCurves::random_search(std::uint64_t seed) {
  return std::make_unique<Search>(*this, seed);
}

Values TableCurves::values(std::size_t row) const {
  Values values;
  for (std::size_t d = 0; d < Place().size(); ++d) values[name_of(d)] = rows_[row].place[d];
  return values;
}

double TableCurves::loss(TrialId trial, const Values&, int epoch) const {
  const auto& losses = rows_[row_of_.at(trial)].losses;
  if (epoch >= static_cast<int>(losses.size()))
    throw UsageError("the table has " + std::to_string(epochs()) + " epochs: give --max-epochs " +
                     std::to_string(epochs()) + " or less");
  return losses[static_cast<std::size_t>(epoch)];
}

double TableCurves::least(int max_epochs) const {
  double least = std::numeric_limits<double>::infinity();
  for (const bench::TableRow& row : rows_)
    for (int epoch = 1; epoch <= std::min(max_epochs, epochs()); ++epoch)
      least = std::fmin(least, row.losses[static_cast<std::size_t>(epoch)]);
  return least;
}

std::unique_ptr<Curves> make_curves(const std::string& table, std::uint64_t seed) {
  if (table.empty()) return std::make_unique<AnalyticCurves>(seed);
  return std::make_unique<TableCurves>(bench::read_table(table));
}

}  // namespace sibyl::simulation
