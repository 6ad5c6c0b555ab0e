#include "launch/queue.hpp"

#include "catch.hpp"

using namespace sibyl;

TEST_CASE("squeue's line is said in words") {
  CHECK(in_queue_text("RUNNING|None|3:12:05|node[1-4]") ==
        "RUNNING on node[1-4], 3:12:05 until its time limit");
  CHECK(in_queue_text("PENDING|Resources|4:00:00|") == "PENDING (Resources)");
  CHECK(in_queue_text("COMPLETING|None|0:00|n1") == "COMPLETING on n1, 0:00 until its time limit");
  CHECK(in_queue_text("").empty());
  CHECK(in_queue("4711; rm -rf /").empty());
}
