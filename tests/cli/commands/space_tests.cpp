#include "cli/commands/space.hpp"

#include <sstream>

#include "catch.hpp"
#include "sibyl/search_space.hpp"

using namespace sibyl;

TEST_CASE("a step is shown where there is one: of whole numbers from 2, of others also 1") {
  SearchSpace space;
  space.add({"whole", IntRange{1, 9}, std::int64_t{1}, {}});
  space.add({"odd", IntRange{1, 9, 2}, std::int64_t{1}, {}});
  space.add({"any", FloatRange{0, 5}, 0.0, {}});
  space.add({"integral", FloatRange{0, 5, 1}, 0.0, {}});
  space.add({"decades", FloatRange{0.001, 1, 10, Sampling::log}, 0.001, {}});
  std::ostringstream out;
  print_space(out, space, std::nullopt);
  const auto line = [&](const std::string& name) {
    const std::size_t begin = out.str().find(" " + name + " ");
    REQUIRE(begin != std::string::npos);
    return out.str().substr(begin, out.str().find('\n', begin) - begin);
  };
  CHECK_THAT(line("whole"), ContainsSubstring("1 .. 9 "));
  CHECK_THAT(line("whole"), !ContainsSubstring("step"));
  CHECK_THAT(line("odd"), ContainsSubstring("1 .. 9, step 2"));
  CHECK_THAT(line("any"), ContainsSubstring("0 .. 5 "));
  CHECK_THAT(line("any"), !ContainsSubstring("step"));
  CHECK_THAT(line("integral"), ContainsSubstring("0 .. 5, step 1"));
  CHECK_THAT(line("decades"), ContainsSubstring("0.001 .. 1, factor 10"));
}
