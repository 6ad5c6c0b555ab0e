#pragma once

#include <future>
#include <optional>
#include <string>

#include "store/results/results_files.hpp"

namespace sibyl {

/// Publishes a sweep's results file in a thread of its own, one version after the other: a slow disk keeps
/// nobody waiting who only begins a publication.
class Publisher {
 public:
  explicit Publisher(std::filesystem::path path) : files_(std::move(path)) {}
  /// Waits for the publication that is under way, and leaves nothing beside the file.
  ~Publisher();
  Publisher(const Publisher&) = delete;
  Publisher& operator=(const Publisher&) = delete;

  struct Done {
    double began = 0, ended = 0;  ///< seconds of the steady clock
    std::string problem;          ///< why it was not published; empty if it was
  };
  /// Whether none is under way, nor done and not yet asked for.
  bool idle() const { return !running_.valid(); }
  /// Begins to publish; only when idle.
  void begin(hdf5::Update update);
  /// The one that was begun, once it is over.
  std::optional<Done> done();
  /// The same, when it is over; none if there is none.
  std::optional<Done> wait();

 private:
  Done publish(const hdf5::Update& update);

  ResultsFiles files_;
  std::future<Done> running_;
};

/// Seconds of a clock that does not jump.
double steady_seconds();

}  // namespace sibyl
