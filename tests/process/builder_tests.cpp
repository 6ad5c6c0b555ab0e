#include "process/builder.hpp"

#include <chrono>
#include <cstdlib>
#include <future>

#include "catch.hpp"

using namespace sibyl;
using namespace std::chrono_literals;

namespace {

Values given(const std::string& what, std::int64_t more = 2) {
  return {{"do", what}, {"more", more}, {"unasked", true}};
}

Values asked(const std::string& what, std::int64_t more = 2) {
  return {{"do", what}, {"more", more}};
}

}  // namespace

TEST_CASE(
    "a builder says which hyperparameters a configuration has, and draws what is missing as a trial would") {
  Builder builder({.job = "a_job"});
  const auto even = builder.ask(given("answer"), {5, 1, 0});
  REQUIRE(even);
  CHECK(even->values == asked("answer"));
  CHECK(even->hyperparameters.size() == 2);
  bool odd[2] = {false, false};
  for (TrialId trial = 0; trial < 20; ++trial) {
    const auto made = builder.ask(given("answer", 3), {5, trial, 0});
    REQUIRE(made);
    RandomStream random(5, trial, "odd", std::int64_t{0});
    CHECK(made->values.at("odd") == draw(Choices{{false, true}}, random));
    odd[std::get<bool>(made->values.at("odd"))] = true;
  }
  CHECK((odd[0] && odd[1]));
  CHECK(builder.ask(given("print"), {})->values == asked("print"));
  CHECK(builder.take_warnings().empty());
}

TEST_CASE("a builder whose process dies says nothing of that configuration, and goes on with the next") {
  Builder builder({.job = "a_job"});
  for (const char* how : {"segv", "fpe", "exit"}) {
    CHECK_FALSE(builder.ask(given(how), {}));
    CHECK(builder.ask(given("answer"), {})->values == asked("answer"));
  }
  const auto warnings = builder.take_warnings();
  REQUIRE(warnings.size() == 1);  // one of a kind
  CHECK(warnings[0].find("SIGSEGV") != std::string::npos);
  CHECK(warnings[0].find("do segv, more 2") != std::string::npos);
}

TEST_CASE("a builder passes on what build throws as no answer") {
  Builder builder({.job = "a_job"});
  CHECK_FALSE(builder.ask(given("throw"), {}));
  CHECK_FALSE(builder.ask(given("throw a number"), {}));
  CHECK_FALSE(builder.ask({{"do", std::string("unheard of")}}, {}));  // not in its range
  CHECK(builder.ask(given("answer"), {}));
  const auto warnings = builder.take_warnings();
  REQUIRE(warnings.size() == 1);
  CHECK(warnings[0].find("no such model") != std::string::npos);
}

TEST_CASE("a builder does not wait for ever, and remembers for whom it did") {
  Builder builder({.job = "a_job", .answer_timeout = 500ms});
  REQUIRE(builder.ask(given("answer"), {}));  // it runs
  const auto began = std::chrono::steady_clock::now();
  for (int again = 0; again < 100; ++again) CHECK_FALSE(builder.ask(given("hang"), {}));
  CHECK(std::chrono::steady_clock::now() - began < 20s);
  CHECK(builder.ask(given("answer", 4), {})->values == asked("answer", 4));
  CHECK(builder.take_warnings().size() == 1);
}

TEST_CASE(
    "a builder that is given up answers no more, and lets go of who waits; warnings can be taken meanwhile") {
  Builder builder({.job = "a_job", .answer_timeout = 60s});
  REQUIRE(builder.ask(given("answer"), {}));  // it runs
  auto answer = std::async(std::launch::async, [&] { return builder.ask(given("hang"), {}); });
  CHECK(answer.wait_for(100ms) == std::future_status::timeout);
  CHECK(builder.take_warnings().empty());
  const auto began = std::chrono::steady_clock::now();
  builder.give_up();
  CHECK_FALSE(builder.ask(given("answer", 4), {}));
  CHECK_FALSE(answer.get());
  CHECK(std::chrono::steady_clock::now() - began < 10s);
  CHECK(builder.take_warnings().empty());
}

TEST_CASE("a builder that can't begin is not asked again") {
  ::setenv("SIBYL_TEST_NO_QUESTIONS", "1", 1);
  Builder builder({.job = "a_job"});
  CHECK_FALSE(builder.ask(given("answer"), {}));
  ::unsetenv("SIBYL_TEST_NO_QUESTIONS");
  CHECK_FALSE(builder.ask(given("answer", 4), {}));
  CHECK(builder.take_warnings().size() == 1);
}

TEST_CASE("another seed draws other values") {
  Builder builder({.job = "a_job"});
  const Values none{{"do", std::string("answer")}};
  const auto more = [&](std::uint64_t seed) { return builder.ask(none, {seed, 0, 0})->values.at("more"); };
  CHECK(more(1) != more(2));
  RandomStream random(1, std::int64_t{0}, "more", std::int64_t{0});
  CHECK(more(1) == draw(IntRange{0, 1'000'000}, random));
}
