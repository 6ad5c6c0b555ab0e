#pragma once

#include <functional>
#include <string>

#include "sibyl/data.hpp"
#include "sibyl/job.hpp"
#include "train/sharing/data_bytes.hpp"

namespace sibyl {

/// The data with its tensors on the CPU (of a megabyte or more) in memory that all processes of this user on
/// the node have once (see SharedBytes): what each has read is the same, and is given back. A tensor that is
/// written to becomes this process's own, page by page. `note`: a line of what is shared, or what is in the
/// way; empty where there is nothing to be shared.
Data shared_on_node(const Data& data, std::string& note);

/// As `load` gives it, which is called in one process of this launch's on the node; in the others, what that
/// one has read lies in the same memory, or is waited for, and that is said. Throws what `load` throws, and
/// Error for what it threw in another process meanwhile. `note`: a line of what is shared; empty where that
/// can't be, and `load` was called here.
LoadedData loaded_once(const TrainerOptions& options, const std::function<LoadedData()>& load,
                       std::string& note);

}  // namespace sibyl
