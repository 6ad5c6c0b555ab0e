#pragma once

#include <functional>
#include <vector>

#include "sweep/link/link.hpp"

namespace sibyl {

/// Tells the workers to quit when it goes, whatever happened before.
class Dismissal {
 public:
  /// `at_once` is asked then: are they to leave without MPI's own end?
  Dismissal(
      Link& link, std::vector<int> workers, std::function<bool()> at_once = [] { return false; })
      : link_(link), workers_(std::move(workers)), at_once_(std::move(at_once)) {}
  ~Dismissal();
  Dismissal(const Dismissal&) = delete;
  Dismissal& operator=(const Dismissal&) = delete;

 private:
  Link& link_;
  std::vector<int> workers_;
  std::function<bool()> at_once_;
};

}  // namespace sibyl
