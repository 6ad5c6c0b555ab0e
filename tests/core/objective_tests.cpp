#include "sibyl/objective.hpp"

#include <cmath>

#include "catch.hpp"
#include "sibyl/error.hpp"

using namespace sibyl;

TEST_CASE("the direction of known metrics is inferred") {
  CHECK(Objective::parse("val_loss") == Objective{"val_loss", Direction::minimize});
  CHECK(Objective::parse("val_accuracy") == Objective{"val_accuracy", Direction::maximize});
  CHECK(Objective::parse("mae").direction == Direction::minimize);
  CHECK(Objective::parse("auc").direction == Direction::maximize);
  for (const char* more : {"roc_auc", "val_f1_macro", "precision", "recall_micro", "balanced_accuracy",
                           "val_r2", "spearman", "val_top_3_accuracy"})
    CHECK(Objective::parse(more).direction == Direction::maximize);
  for (const char* less : {"rmse", "val_mape"})
    CHECK(Objective::parse(less).direction == Direction::minimize);
  CHECK_THROWS_AS(Objective::parse("top_some_accuracy"), UsageError);
  CHECK(Objective::parse("my_score:max") == Objective{"my_score", Direction::maximize});
  CHECK(Objective::parse("accuracy:min").direction == Direction::minimize);
  CHECK_THROWS_WITH(Objective::parse("my_score"), ContainsSubstring("my_score:min"));
  CHECK_THROWS_WITH(Objective::parse("loss:down"), ContainsSubstring("'down' is not a direction"));
  CHECK_THROWS_AS(Objective::parse(""), UsageError);
}

TEST_CASE("NaN and infinities never win, and ties go to the lower trial") {
  const double nan = std::nan(""), infinite = INFINITY;
  for (const auto direction : {Direction::minimize, Direction::maximize}) {
    const Objective objective{"x", direction};
    CHECK(objective.better(1e300, nan));
    CHECK(objective.better(-1e300, infinite));
    CHECK(objective.better(0, -infinite));
    CHECK_FALSE(objective.better(nan, 1));
    CHECK_FALSE(objective.better(nan, nan));
    CHECK_FALSE(objective.better(infinite, 1));
    CHECK_FALSE(objective.better(-infinite, 1));
    const BestFirst before{objective};
    CHECK(before({0.5, 1}, {0.5, 2}));
    CHECK_FALSE(before({0.5, 2}, {0.5, 1}));
    CHECK(before({0.5, 9}, {nan, 1}));
    CHECK(before({nan, 1}, {infinite, 2}));
  }
  CHECK(Objective{"x", Direction::maximize}.better(2, 1));
  CHECK(Objective{"x", Direction::minimize}.better(1, 2));
}

TEST_CASE("a mistyped metric is told with the one that was meant") {
  CHECK_THROWS_WITH(Objective::parse("val_acuracy"), ContainsSubstring("(did you mean 'val_accuracy'?)"));
  CHECK_THROWS_WITH(Objective::parse("my_own"), !ContainsSubstring("did you mean"));
}
