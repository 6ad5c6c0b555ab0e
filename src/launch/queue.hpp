#pragma once

#include <string>

namespace sibyl {

/// What squeue knows of a job: "RUNNING on node[1-4], 3:12:05 until its time limit"; empty when it knows
/// nothing, or where there is no squeue.
std::string in_queue(const std::string& job);
/// The same from squeue's line "%T|%r|%L|%N".
std::string in_queue_text(const std::string& line);

}  // namespace sibyl
