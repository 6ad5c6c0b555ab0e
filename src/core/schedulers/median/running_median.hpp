#pragma once

#include <cstddef>
#include <functional>
#include <queue>
#include <vector>

namespace sibyl {

/// The median of the numbers added so far, of an even number the mean of the two in the middle. Adding costs
/// the logarithm of their number.
class RunningMedian {
 public:
  void add(double value) {
    if (!low_.empty() && value < low_.top()) {
      low_.push(value);
    } else {
      high_.push(value);
    }
    if (low_.size() > high_.size() + 1) move(low_, high_);
    if (high_.size() > low_.size()) move(high_, low_);
  }
  std::size_t size() const { return low_.size() + high_.size(); }
  /// Of at least one.
  double value() const {
    return low_.size() > high_.size() ? low_.top() : low_.top() + (high_.top() - low_.top()) / 2;
  }

 private:
  template <class From, class To>
  static void move(From& from, To& to) {
    to.push(from.top());
    from.pop();
  }
  std::priority_queue<double> low_;  ///< as many as in `high_`, or one more
  std::priority_queue<double, std::vector<double>, std::greater<>> high_;
};

}  // namespace sibyl
