#pragma once

#include <string>

#include "sibyl/data.hpp"

namespace sibyl {

/// The data with its tensors on the CPU (of a megabyte or more) in memory that all processes of this user on
/// the node have once (see SharedBytes): what each has read is the same, and is given back. A tensor that is
/// written to becomes this process's own, page by page. `note`: a line of what is shared, or what is in the
/// way; empty where there is nothing to be shared.
Data shared_on_node(const Data& data, std::string& note);

}  // namespace sibyl
