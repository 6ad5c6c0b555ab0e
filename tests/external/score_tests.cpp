#include "external/trial/score.hpp"

#include <cmath>

#include "catch.hpp"

using namespace sibyl;

namespace {

const Objective accuracy{"accuracy", Direction::maximize};

// The score of what is printed; NaN where there is none.
double score_of(const std::string& printed, const std::string& pattern = "") {
  PrintedScores scores(accuracy, pattern);
  scores.add(printed);
  scores.finish();
  const auto metrics = scores.final();
  return metrics ? value_of(*metrics, "accuracy") : std::nan("");
}

}  // namespace

TEST_CASE("the last line that a program prints is its score, if it is meant so") {
  CHECK(score_of("epoch 1\n0.5\n") == 0.5);
  CHECK(score_of("0.5") == 0.5);
  CHECK(score_of("0.5\n\n  \n") == 0.5);
  CHECK(score_of("  -1e-3\r\n") == -1e-3);
  CHECK(score_of("accuracy: 0.75") == 0.75);
  CHECK(score_of("loss=0.3 accuracy=0.75, done") == 0.75);
  CHECK(score_of("50%\r100%\r0.9\n") == 0.9);
  CHECK(std::isnan(score_of("")));
  CHECK(std::isnan(score_of("0.5\nDone in 35 s\n")));  // not a number that stands in it by chance
  CHECK(std::isnan(score_of("0.5\naccuracy\n")));
  CHECK(std::isnan(score_of("inaccuracy7")));
}

TEST_CASE("a line of JSON with the objective is a score, or an epoch") {
  CHECK(score_of("{\"accuracy\": 0.5, \"loss\": 2, \"name\": \"x\"}\nsaved\n") == 0.5);
  CHECK(std::isnan(score_of("{\"loss\": 2}\n")));
  CHECK(std::isnan(score_of("{accuracy: 2}\n")));
  PrintedScores scores(accuracy, "");
  const auto reports = scores.add(
      "{\"epoch\": 1, \"accuracy\": 0.5}\n{\"epoch\": 2, \"accuracy\": NaN, \"loss\": 1}\n{\"epoch\": 3");
  REQUIRE(reports.size() == 2);
  CHECK(reports[0].epoch == 1);
  CHECK(reports[0].metrics == std::vector<Metric>{{"accuracy", 0.5}});
  CHECK(std::isnan(value_of(reports[1].metrics, "accuracy")));
  CHECK(value_of(reports[1].metrics, "loss") == 1);
  CHECK(scores.add(", \"accuracy\": 0.25}\n").size() == 1);
  CHECK_FALSE(scores.final().has_value());
}

TEST_CASE("a pattern finds the score in the last line that has it") {
  const std::string pattern = "Accuracy: ([0-9]+)/";
  CHECK(score_of("Accuracy: 10/20 (50%)\nAccuracy: 15/20 (75%)\n1\n", pattern) == 15);
  CHECK(std::isnan(score_of("0.5\n", pattern)));
}

TEST_CASE("a file holds a number, or JSON") {
  const PrintedScores scores(accuracy, "");
  CHECK(value_of(*scores.in_file("0.5\n"), "accuracy") == 0.5);
  CHECK(value_of(*scores.in_file("{\"accuracy\": 0.5,\n \"loss\": 1}\n"), "loss") == 1);
  CHECK_FALSE(scores.in_file("").has_value());
  CHECK_FALSE(scores.in_file("good").has_value());
}

TEST_CASE("why there is no score is said with what was printed") {
  PrintedScores scores(accuracy, "");
  CHECK_THAT(scores.missing(), ContainsSubstring("it printed nothing"));
  scores.add("all is well\n");
  CHECK_THAT(
      scores.missing(),
      ContainsSubstring("its last line is 'all is well'. It has to be the number, or accuracy: NUMBER"));
}

TEST_CASE("a line that does not end takes no memory") {
  PrintedScores scores(accuracy, "(x)");
  for (int i = 0; i < 1000; ++i) scores.add(std::string(100'000, 'x'));
  scores.add("\n0.5\n");
  CHECK_FALSE(scores.final().has_value());
}
