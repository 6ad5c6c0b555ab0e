#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "sibyl/trial.hpp"

namespace sibyl {

/// Faults that are made on purpose (`--inject`): to try out what a sweep does when trials break, on one's own
/// cluster and in tests. A fault is written as KIND=WHO:
///
///     segv=3,17      trials 3 and 17, at the end of their first epoch
///     hang=3@2       trial 3, at the end of its epoch 2
///     exit=3:once    trial 3, but only the first time that it is given out
///     nan=0.05       every epoch of every trial, with this probability (a number with a point)
///
/// KIND is exception, nan (of every metric), bad_alloc, segv, abort, exit (with code 3), hang (for ever),
/// slow (a second), leak (100 MiB, for as long as the process lives) or exhaust (memory, until something
/// gives).
class Faults {
 public:
  /// Where a training stands.
  struct Place {
    std::uint64_t seed = 0;
    TrialId trial = 0;
    int execution = 0;
    int epoch = 0;
    int attempt = 0;
  };

  /// One such text. Throws UsageError for one that is not.
  void add(const std::string& text);
  /// As they were added.
  const std::vector<std::string>& texts() const { return texts_; }

  /// To be called at the end of each epoch, before it is reported: does what is due there. Not every fault
  /// lets it return; `nan` changes the metrics.
  void strike(const Place& place, std::vector<Metric>& metrics) const;

 private:
  enum class Kind : std::uint8_t { exception, nan, bad_alloc, segv, abort, exit, hang, slow, leak, exhaust };
  struct Fault {
    Kind kind = Kind::exception;
    double probability = 0;  ///< of each epoch; or else
    TrialId trial = -1;      ///< this trial,
    int epoch = 1;           ///< here
    bool once = false;       ///< in its first attempt only
  };
  static Fault read(const std::string& flag, Kind kind, std::string_view who);
  static bool is_due(const Fault& fault, const Place& place);
  static void strike(const Fault& fault, const Place& place, std::vector<Metric>& metrics);

  std::vector<std::string> texts_;
  std::vector<Fault> faults_;
};

}  // namespace sibyl
