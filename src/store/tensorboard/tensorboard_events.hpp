#pragma once

#include <string>
#include <vector>

#include "sibyl/search_space.hpp"
#include "sibyl/trial.hpp"

// TensorBoard's messages (tensorflow.Event with what its scalars and its HParams plugin read), each as a
// record of an event file. TensorBoard keeps the first of the same kind that it sees in a run: an experiment
// or a session that is stated again changes nothing.
namespace sibyl::tensorboard {

/// A file begins with this.
std::string file_header(double time);

std::string scalars(double time, int step, const std::vector<Metric>& metrics);

/// A metric as a column of the HParams table.
struct MetricColumn {
  std::string tag;
  std::string title;
  std::string description;
};
/// What the HParams table has: a column for each name in the space and for each metric.
std::string experiment(double time, const std::string& description, const SearchSpace& space,
                       const std::vector<MetricColumn>& metrics);
/// The trial that the run belongs to is a row of the HParams table.
std::string session_start(double time, const Values& hyperparameters);
std::string session_end(double time, bool success);

}  // namespace sibyl::tensorboard
