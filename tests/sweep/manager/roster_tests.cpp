#include "sweep/manager/roster.hpp"

#include "catch.hpp"

using namespace sibyl;
using State = Roster::State;
using std::chrono::seconds;

namespace {

/// Invented times.
Roster::Time at(int second) {
  return Roster::Time{} + seconds(second);
}

WorkerJoined joined(int worker) {
  WorkerJoined joined;
  joined.worker = worker;
  joined.host = "node" + std::to_string(worker);
  return joined;
}

/// With workers 1, 2 and 3, of which 1 and 2 have joined and send heartbeats.
Roster of_three() {
  Roster roster({1, 2, 3}, at(0));
  for (const int worker : {1, 2}) {
    roster.joined(joined(worker));
    roster.beats(worker);
  }
  return roster;
}

/// Worker 1 was given work (trial 7, attempt 0), fell silent, and was given up for dead at 10 s.
Roster with_a_lost_one() {
  Roster roster = of_three();
  roster.gave(1, {7, 0});
  roster.heard(2, at(9));
  CHECK(roster.newly_lost(at(10), seconds(8)) == std::vector{1});
  return roster;
}

}  // namespace

TEST_CASE("the lowest free worker is next") {
  Roster roster({1, 2, 3}, at(0));
  CHECK_FALSE(roster.next_free());
  CHECK_FALSE(roster.all_answered());
  roster.joined(joined(3));
  CHECK(roster.next_free() == 3);
  roster.joined(joined(1));
  CHECK(roster.next_free() == 1);
  roster.gave(1, {7, 0});
  CHECK(roster.state(1) == State::busy);
  CHECK(roster.next_free() == 3);
  roster.gave(3, {8, 0});
  CHECK_FALSE(roster.next_free());
  roster.done(1, {7, 0});
  CHECK(roster.next_free() == 1);
  CHECK_FALSE(roster.all_answered());
  roster.leave(2);
  CHECK(roster.all_answered());
  CHECK(roster.present() == std::vector{1, 3});
  CHECK(roster.description(3).host == "node3");
}

TEST_CASE("a busy worker is free once it is done with the work that it has, and no other") {
  Roster roster = of_three();
  roster.gave(1, {7, 1});
  for (const Roster::Work other : {Roster::Work{7, 0}, {7, 2}, {6, 1}}) {
    roster.done(1, other);
    CHECK(roster.state(1) == State::busy);
  }
  roster.idle(1);  // a heartbeat that was sent before the work came
  CHECK(roster.state(1) == State::busy);
  roster.done(1, {7, 1});
  CHECK(roster.state(1) == State::free);
}

TEST_CASE("who is silent for longer than allowed is lost, once, if it ever sent heartbeats") {
  Roster roster = of_three();
  roster.gave(1, {7, 0});
  CHECK(roster.newly_lost(at(8), seconds(8)).empty());
  roster.heard(1, at(8));
  CHECK(roster.newly_lost(at(9), seconds(8)) == std::vector{2});  // and not 3, which never sent any
  CHECK(roster.newly_lost(at(9), seconds(8)).empty());
  CHECK(roster.newly_lost(at(16), seconds(8)).empty());
  CHECK(roster.newly_lost(at(17), seconds(8)) == std::vector{1});
  CHECK(roster.present().empty());
  CHECK_FALSE(roster.next_free());
  CHECK_FALSE(roster.all_answered());
  roster.beats(3);
  CHECK(roster.newly_lost(at(18), seconds(8)) == std::vector{3});
  CHECK(roster.all_answered());
}

TEST_CASE("nobody is lost for a silence in which this process did not listen") {
  Roster roster = of_three();
  roster.forgive(at(100));
  CHECK(roster.newly_lost(at(108), seconds(8)).empty());
  CHECK(roster.newly_lost(at(109), seconds(8)) == std::vector{1, 2});
}

TEST_CASE("a lost worker that is heard of has returned: no work for it until it is done with its old one") {
  Roster roster = with_a_lost_one();
  CHECK(roster.state(1) == State::lost);
  CHECK(roster.present() == std::vector{2});
  CHECK(roster.heard(1, at(20)));
  CHECK(roster.state(1) == State::returned);
  CHECK_FALSE(roster.heard(1, at(21)));  // is no news any more
  CHECK(roster.state(1) == State::returned);
  CHECK(roster.next_free() == 2);
  CHECK(roster.present() == std::vector{1, 2});

  SECTION("it ends its old work") {
    roster.done(1, {7, 0});
    CHECK(roster.next_free() == 1);
  }
  SECTION("it says that it has none") {
    roster.idle(1);
    CHECK(roster.next_free() == 1);
  }
  SECTION("it falls silent again") {
    roster.heard(2, at(29));
    CHECK(roster.newly_lost(at(30), seconds(8)) == std::vector{1});
  }
  SECTION("it takes no more") {
    roster.leave(1);
    roster.done(1, {7, 0});
    roster.idle(1);
    CHECK(roster.state(1) == State::left);
  }
}

TEST_CASE("the end of old work does not free a worker that has new work") {
  Roster roster = with_a_lost_one();
  roster.heard(1, at(20));
  roster.idle(1);
  roster.gave(1, {9, 0});
  roster.done(1, {7, 0});
  CHECK(roster.state(1) == State::busy);
}

TEST_CASE("a worker that was lost before it joined is awaited again when it is heard of") {
  Roster roster = of_three();
  roster.beats(3);
  for (const int worker : {1, 2}) roster.heard(worker, at(9));
  CHECK(roster.newly_lost(at(9), seconds(8)) == std::vector{3});
  CHECK_FALSE(roster.heard(3, at(20)));  // nothing is known of it that could be told
  CHECK(roster.state(3) == State::awaited);
  roster.joined(joined(3));
  CHECK(roster.state(3) == State::free);
}

TEST_CASE("a worker that left stays so, whatever is heard of it") {
  Roster roster = of_three();
  roster.leave(1);
  CHECK_FALSE(roster.heard(1, at(1)));
  roster.idle(1);
  roster.done(1, {7, 0});
  CHECK(roster.state(1) == State::left);
  CHECK(roster.next_free() == 2);
}
