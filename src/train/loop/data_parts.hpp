#pragma once

#include <vector>

#include "sibyl/data.hpp"
#include "sibyl/reports.hpp"

namespace sibyl {

/// What a job trains on, tensor by tensor, as its `data` returned it: what a sweep's record says of it. At
/// the speed of memory; of a dataset, some samples stand for all (see look_at).
std::vector<DataPart> data_parts(const Data& data);

}  // namespace sibyl
