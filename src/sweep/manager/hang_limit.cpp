#include "sweep/manager/hang_limit.hpp"

#include <algorithm>
#include <limits>

namespace sibyl {

namespace {
constexpr std::size_t most = 101;
constexpr double times_the_median = 10;
constexpr double least_seconds = 60;
}  // namespace

void HangLimit::tell(const EpochReported& report) {
  if (latest_.size() < most)
    latest_.push_back(report.seconds);
  else
    latest_[next_++ % most] = report.seconds;
}

double HangLimit::seconds() const {
  if (fixed_ > 0) return fixed_;
  if (latest_.empty()) return std::numeric_limits<double>::infinity();
  auto sorted = latest_;
  const auto median = sorted.begin() + static_cast<std::ptrdiff_t>(sorted.size() / 2);
  std::nth_element(sorted.begin(), median, sorted.end());
  return std::max(least_seconds, times_the_median * *median);
}

}  // namespace sibyl
