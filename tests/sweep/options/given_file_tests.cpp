#include "sweep/options/given_file.hpp"

#include <unistd.h>

#include <fstream>

#include "catch.hpp"
#include "sibyl/error.hpp"

using namespace sibyl;

namespace {

/// A file with such an end to its name, gone with the test.
struct Written {
  Written(const std::string& end, const std::string& text)
      : path(std::filesystem::temp_directory_path() / ("sibyl_given_" + std::to_string(getpid()) + end)) {
    std::ofstream(path, std::ios::binary) << text;
  }
  ~Written() { std::filesystem::remove(path); }
  std::filesystem::path path;
};

std::vector<std::string> texts(const std::string& end, const std::string& text) {
  const Written file(end, text);
  std::vector<std::string> all;
  for (const GivenText& each : read_given_file(file.path)) all.push_back(each.text);
  return all;
}

void refused(const std::string& end, const std::string& text, const std::string& why) {
  const Written file(end, text);
  INFO(text);
  CHECK_THROWS_WITH(read_given_file(file.path),
                    ContainsSubstring("--try " + file.path.string()) && ContainsSubstring(why));
  CHECK_THROWS_AS(read_given_file(file.path), UsageError);
}

using Texts = std::vector<std::string>;

}  // namespace

TEST_CASE("a list of objects is a list of configurations") {
  CHECK(texts(".json", R"([{"rate": 0.001, "n": 3, "sgd": true, "name": "a,b", "none": null}, {}])") ==
        Texts{"rate=0.001,n=3,sgd=true,name=a\\,b", "defaults"});
  refused(".json", "[{]", "it is no JSON");
  refused(".json", R"({"rate": 1})", "it is no list of objects");
  refused(".json", R"([{"a": 1}, 3])", "configuration 2: it is no object");
  refused(".json", R"([{"a": [1]}])", "configuration 1: 'a' is no number");
  refused(".json", R"([{"a": 1, "a": 2}])", "'a' stands twice");
  refused(".json", "[]", "there is no configuration in it");
}

TEST_CASE("lines below a line of names are configurations, an empty cell says nothing") {
  CHECK(texts(".csv", "rate,name\n0.001,adam\n,\"a,\"\"b\"\"\"\r\n\n2,") ==
        Texts{"rate=0.001,name=adam", "name=a\\,\"b\"", "rate=2"});
  const Written file(".csv", "a\n1\n\n2\n");
  CHECK(read_given_file(file.path).at(1).where == "--try " + file.path.string() + ", line 4");
  refused(".csv", "a,b\n1\n", "line 2: it has 1 cells, and the first line has 2");
  refused(".csv", "a,a\n1,2\n", "a name stands twice");
  refused(".csv", "a,b\n1,\"2\n", "a quote has no end");
  refused(".csv", "a,b\n", "there is no configuration in it");
  refused(".csv", "", "it has no line of names");
}

TEST_CASE("what names a file has no =") {
  CHECK(names_given_file("a/b.csv"));
  CHECK(names_given_file("points.json"));
  CHECK_FALSE(names_given_file("path=points.csv"));
  CHECK_FALSE(names_given_file("defaults"));
  CHECK_THROWS_WITH(read_given_file("no/such.csv"), ContainsSubstring("No such file"));
}
