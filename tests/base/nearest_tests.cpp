#include "base/nearest.hpp"

#include "catch.hpp"

using namespace sibyl;

TEST_CASE("the distance of words counts letters put in, left out, changed and swapped") {
  CHECK(edit_distance("", "abc") == 3);
  CHECK(edit_distance("abc", "abc") == 0);
  CHECK(edit_distance("kitten", "sitting") == 3);
  CHECK(edit_distance("widht", "width") == 1);
  CHECK(edit_distance("abcdef", "badcfe") == 3);
}

TEST_CASE("a mistyped word is told from one that is quite another") {
  const std::vector<std::string> words{"max-epochs", "max-trials", "min-delta", "output", "seed"};
  CHECK(nearest("max-epoch", words) == "max-epochs");
  CHECK(nearest("max_epochs", words) == "max-epochs");
  CHECK(nearest("max-trails", words) == "max-trials");
  CHECK(nearest("out", words) == "output");
  CHECK(nearest("sede", words) == "seed");
  CHECK(nearest("xyz", words).empty());
  CHECK(nearest("x", words).empty());
  CHECK(nearest(std::string(5000, 'x'), words).empty());
  CHECK(nearest("anything", {}).empty());
  CHECK(did_you_mean("sede", words) == " (did you mean 'seed'?)");
  CHECK(did_you_mean("xyz", words).empty());
}
