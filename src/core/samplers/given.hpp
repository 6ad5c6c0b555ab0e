#pragma once

#include <memory>
#include <string>
#include <vector>

#include "sibyl/sampler.hpp"

namespace sibyl {

/// Names and texts of values.
using Assignments = std::vector<std::pair<std::string, std::string>>;
/// "name=value,name=value", a comma of their own as \, and a backslash as \\; "defaults" if there is none.
std::string given_text(const Assignments& assignments);
/// Back from it. Throws UsageError, which begins with `where`.
Assignments read_assignments(const std::string& text, const std::string& where);

/// The configuration that such a text means: what it does not name has its default, as all have for
/// "defaults". Throws UsageError for names and values that the space does not have, and for a
/// hyperparameter that the others' values leave no place for. `where` it stands, for what it throws.
Values given_configuration(const SearchSpace& space, const std::string& text, const std::string& where);

/// Configurations that somebody wants to be tried come first, one a trial, and then another sampler's.
class GivenFirst : public Sampler {
 public:
  /// `random`: that of `others`.
  GivenFirst(std::vector<Values> given, const RandomSearch& random, std::unique_ptr<Sampler> others)
      : given_(std::move(given)), random_(random), others_(std::move(others)) {}

  Sample sample(TrialId trial) const override;
  bool learns(TrialId trial) const override { return !is_given(trial) && others_->learns(trial); }
  bool takes_long(TrialId trial) const override {
    return is_given(trial) ? random_.takes_long(trial) : others_->takes_long(trial);
  }
  void started(TrialId trial, const Values& values) override { others_->started(trial, values); }
  void found(const HyperparametersFound& found) override { others_->found(found); }
  void observed(const Observation& observation) override { others_->observed(observation); }
  bool exhausted() const override { return others_->exhausted(); }
  std::vector<Hyperparameter> beyond(const SearchSpace& known, const Values& values) const override {
    return others_->beyond(known, values);
  }

 private:
  bool is_given(TrialId trial) const { return trial < static_cast<TrialId>(given_.size()); }

  std::vector<Values> given_;
  const RandomSearch& random_;  ///< tells what a job asks for of the given values
  std::unique_ptr<Sampler> others_;
};

}  // namespace sibyl
