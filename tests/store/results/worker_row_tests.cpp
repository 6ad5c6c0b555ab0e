#include "store/results/worker_rows.hpp"
#include "store/sweep.hpp"

#include <cmath>

#include "catch.hpp"

using namespace sibyl;
using namespace sibyl::test;

namespace {

template <class T>
std::vector<T> cells(const store::Table& table, const std::string& name) {
  for (const auto& each : table.columns()) {
    if (each.name != name) continue;
    const auto& span = std::get<std::span<const T>>(each.cells);
    return {span.begin(), span.end()};
  }
  throw std::runtime_error("no column " + name);
}

template <class T>
std::vector<T> column(const WorkerRows& rows, const std::string& name, double now) {
  return cells<T>(rows.workers(now), name);
}

std::vector<double> idle(const WorkerRows& rows, double now) {
  return column<double>(rows, "idle", now);
}
std::vector<double> busy(const WorkerRows& rows, double now) {
  return column<double>(rows, "busy", now);
}

}  // namespace

TEST_CASE("A worker is busy for what it says and with what it is at, and idle for the rest") {
  WorkerRows rows;
  rows.tell(joined(1, 100));
  CHECK(idle(rows, 103) == std::vector<double>{3});
  rows.tell(started(0, 1, 102));
  CHECK(idle(rows, 110) == std::vector<double>{2});
  rows.tell(ended(0, 1, 112, 9));
  CHECK(busy(rows, 115) == std::vector<double>{9});
  CHECK(idle(rows, 115) == std::vector<double>{6});
  rows.tell(started(1, 1, 115));
  rows.tell(ended(1, 1, 120, 5));
  CHECK(busy(rows, 120) == std::vector<double>{14});
  CHECK(column<std::int64_t>(rows, "trials", 120) == std::vector<std::int64_t>{2});
  rows.tell(SweepClosed{121, ""});
  CHECK(idle(rows, 1000) == std::vector<double>{7});
}

TEST_CASE("A worker that never joined has no row") {
  WorkerRows rows;
  rows.tell(started(0, 1, 102));
  rows.tell(ended(0, 1, 112, 9));
  CHECK(idle(rows, 115).empty());
}

TEST_CASE("The time between two starts of a sweep counts for nobody") {
  WorkerRows rows;
  rows.tell(joined(1, 100));
  rows.tell(joined(2, 101));
  rows.tell(started(0, 1, 102));
  rows.tell(started(1, 2, 102));
  rows.tell(ended(1, 2, 108, 6));
  rows.tell(epoch(0, 1, 1, 109.5, {}));
  // Killed at 110. The next start gives up trial 0, has a worker 3, and is without a worker 2.
  rows.tell(SweepResumed{5000, "", 0, 1});
  TrialEnded given_up = ended(0, 1, 5000, 0);
  given_up.ending = Ending::interrupted;
  rows.tell(given_up);
  rows.tell(joined(3, 5000));
  rows.tell(started(2, 3, 5001));
  rows.tell(joined(1, 5002));
  CHECK(column<std::int32_t>(rows, "worker", 5010) == std::vector<std::int32_t>{1, 2, 3, 1});
  CHECK(busy(rows, 5010) == std::vector<double>{8, 6, 9, 0});  // worker 1 until the last sign of life
  CHECK(idle(rows, 5010) == std::vector<double>{2, 3, 1, 8});
}

TEST_CASE("A killed worker was busy with what it was at, until the last sign of life") {
  WorkerRows rows;
  rows.tell(joined(1, 100));
  rows.tell(started(0, 1, 102));
  rows.tell(epoch(0, 1, 1, 109.5, {}));
  rows.tell(SweepResumed{5000, "", 0, 1});
  rows.tell(joined(1, 5000));
  CHECK(busy(rows, 5001) == std::vector<double>{8, 0});
  CHECK(idle(rows, 5001) == std::vector<double>{2, 1});
}

TEST_CASE("Every piece of work has a row that says how it ended") {
  WorkerRows rows;
  rows.tell(joined(1, 100));
  rows.tell(joined(2, 100));
  rows.tell(started(0, 1, 102, {0, 3, 2, 1, 0, 3}));
  rows.tell(started(1, 2, 102));
  rows.tell(ended(0, 1, 112, 9));
  rows.tell(started(2, 1, 113));
  rows.tell(WorkerLeft{120, 2, "it died"});
  rows.tell(ended(1, 2, 125, 5));  // it was only out of reach, and is too late
  TrialEnded stopped = ended(2, 1, 130, 16);
  stopped.ending = Ending::interrupted;
  rows.tell(stopped);
  rows.tell(started(3, 1, 131));
  const store::Table table = rows.work();
  CHECK(cells<std::int64_t>(table, "trial") == std::vector<std::int64_t>{0, 1, 2, 3});
  CHECK(cells<std::int32_t>(table, "worker") == std::vector<std::int32_t>{1, 2, 1, 1});
  CHECK(cells<std::int32_t>(table, "iteration") == std::vector<std::int32_t>{3, 0, 0, 0});
  CHECK(cells<double>(table, "started") == std::vector<double>{103, 102, 114, 131});
  const auto end = cells<double>(table, "ended");
  CHECK(std::vector<double>(end.begin(), end.begin() + 3) == std::vector<double>{112, 120, 130});
  CHECK(std::isnan(end[3]));
  CHECK(cells<std::string>(table, "end") ==
        std::vector<std::string>{"reached", "lost", "interrupted", "under way"});
  // They are what the workers were busy with.
  CHECK(busy(rows, 140) == std::vector<double>{9 + 16 + 9, 18});
}

TEST_CASE("A worker that died counts until then, and the row says why it left") {
  WorkerRows rows;
  rows.tell(joined(1, 100));
  rows.tell(joined(2, 100));
  rows.tell(started(0, 1, 110));
  rows.tell(WorkerLeft{150, 1, "it died"});
  rows.tell(WorkerLeft{160, 3, "it never joined"});
  CHECK(idle(rows, 200) == std::vector<double>{10, 100});
  CHECK(column<double>(rows, "left", 200)[0] == 150);
  CHECK(std::isnan(column<double>(rows, "left", 200)[1]));
  rows.tell(joined(1, 170));  // it was only out of reach
  CHECK(idle(rows, 200) == std::vector<double>{10, 100, 30});
}
