#pragma once

#include <memory>
#include <string>

#include "core/events.hpp"
#include "core/space/count.hpp"
#include "process/builder.hpp"
#include "sibyl/job.hpp"
#include "sibyl/sampler.hpp"
#include "sweep/options/sweep_options.hpp"

namespace sibyl {

/// None for a job that does not say what its trials ask for. `name`: the job's.
std::unique_ptr<Builder> make_builder(Job& job, const std::string& name);
/// Within the bounds that the options set. Empty without a builder.
Ask ask_with(Builder* builder, const SweepOptions& options);

/// The configurations of a job, where it says what they ask for.
std::optional<Counted> counted(const SearchSpace& space, Job& job, const std::string& name,
                               const SweepOptions& options);
/// A sweep that is to be opened, with what is found out about its configurations. It asks nothing later where
/// they all have what the search space says.
SweepOpened with_count(SweepOpened opened, const Ask& ask);

/// Random search in the space that the sweep's sampler searches.
std::unique_ptr<RandomSearch> random_search(const SweepOpened& opened, const Ask& ask);

}  // namespace sibyl
