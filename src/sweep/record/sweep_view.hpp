#pragma once

#include <functional>
#include <memory>
#include <string>

#include "core/oracle/oracle.hpp"
#include "sweep/record/timing.hpp"

namespace sibyl {

/// Who watches a sweep while it runs: the command line shows it to people.
class SweepView {
 public:
  virtual ~SweepView() = default;
  /// After the oracle has learned of the event. `quiet`: it happened before the sweep was resumed.
  virtual void learn(const Event& event, const Consequences& consequences, double now, bool quiet) = 0;
  /// Often, while nothing else happens.
  virtual void draw(double now) = 0;
  /// A line for people that stays.
  virtual void line(const std::string& text, double now) = 0;
};

/// Makes one as soon as the sweep's settings are known; the oracle and the times outlive it.
using MakeSweepView = std::function<std::unique_ptr<SweepView>(const Oracle& oracle, const Timing& timing)>;

}  // namespace sibyl
