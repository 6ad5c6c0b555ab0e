#include "core/oracle/failure_rows.hpp"

namespace sibyl {

int FailureRows::at(TrialId trial) const {
  return trial >= 0 && trial < static_cast<TrialId>(lengths_.size()) ? lengths_[trial] : 0;
}

FailureRows::Row FailureRows::add(TrialId trial) {
  if (trial >= static_cast<TrialId>(lengths_.size())) lengths_.resize(static_cast<std::size_t>(trial) + 1);
  const int before = at(trial - 1), after = at(trial + 1);
  const int length = before + 1 + after;
  lengths_[trial] = length;  // whatever it is between two others
  lengths_[trial - before] = lengths_[trial + after] = length;
  return {trial - before, length};
}

}  // namespace sibyl
