#include "external/space/json.hpp"

#include <cmath>

#include "catch.hpp"

using namespace sibyl;

namespace {

// "3: what is wrong", or nothing where it is JSON.
std::string problem_of(const std::string& text) {
  try {
    parse_json(text);
    return "";
  } catch (const JsonError& problem) {
    return std::to_string(problem.line()) + ": " + problem.what();
  }
}

}  // namespace

TEST_CASE("JSON is read with the lines on which values stand") {
  const JsonValue json =
      parse_json("{\n \"a\": [1, -2.5e3,\n true],\r\n\t\"b\": {\"c\": null, \"d\": \"x\"}\n}");
  REQUIRE(json.is(JsonValue::Kind::object));
  REQUIRE(json.find("a"));
  const auto& list = json.find("a")->items;
  REQUIRE(list.size() == 3);
  CHECK(list[0].is_whole);
  CHECK(list[0].whole == 1);
  CHECK_FALSE(list[1].is_whole);
  CHECK(list[1].number == -2500);
  CHECK(list[2].truth);
  CHECK(list[2].line == 3);
  CHECK(json.find("b")->line == 4);
  CHECK(json.find("b")->find("d")->text == "x");
  CHECK(json.find("z") == nullptr);
  CHECK(to_json(json) == R"({"a":[1,-2.5e3,true],"b":{"c":null,"d":"x"}})");
}

TEST_CASE("escapes in JSON are read and written") {
  const JsonValue json = parse_json(R"("a\"\\\/\n\t\u00e9\u20ac\ud83d\ude00")");
  CHECK(json.text == "a\"\\/\n\t\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80");
  CHECK(parse_json(json_text(json.text)).text == json.text);
  CHECK(json_text("\x01") == "\"\\u0001\"");
}

TEST_CASE("numbers of JSON read back as the same, and as the same type") {
  for (const double each : {0.1, 1.0, -0.0, 1e300, 5e-324, 123456789.0}) {
    const JsonValue json = parse_json(json_number(each));
    CHECK(json.number == each);
    CHECK_FALSE(json.is_whole);
  }
  CHECK(std::isnan(parse_json(json_number(std::nan("")), true).number));
  CHECK(parse_json("[-Infinity]", true).items[0].number == -HUGE_VAL);
  CHECK(problem_of("[NaN]") == "1: a value is missing before 'NaN'");
}

TEST_CASE("what is no JSON is said with its line") {
  struct Case {
    const char *text, *says;
  };
  for (const Case& each : {Case{"", "1: a value is missing before the end of the text"},
                           {"{\"a\": 1,\n\"a\": 2}", "2: \"a\" stands there twice"},
                           {"{\"a\" 1}", "1: a colon is missing behind \"a\""},
                           {"{\n\"a\": 1\n\"b\": 2}", "3: a comma or } is missing before '\"b\"'"},
                           {"{a: 1}", "1: a name in quotes is missing before 'a'"},
                           {"[1, 2", "1: a comma or ] is missing before the end of the text"},
                           {"[1,\n]", "2: a value is missing before ']'"},
                           {"[01]", "1: '01' is no number"},
                           {"[1.]", "1: '1.' is no number"},
                           {"[1e999]", "1: '1e999' is no number"},
                           {"[\"x]", "1: a quote has no end on its line"},
                           {"[\"\\x\"]", "1: there is no such escape as \\x"},
                           {"[\"\\ud83d\"]", "1: half a surrogate pair stands alone"},
                           {"[\"\\u12\"]", "1: \\u wants four hexadecimal digits"},
                           {"[\"\xff\"]", "1: a text is no UTF-8"},
                           {"[1]\n\n x", "3: something stands behind the end: 'x'"}}) {
    CAPTURE(each.text);
    CHECK(problem_of(each.text) == each.says);
  }
  CHECK(problem_of(std::string(100, '[')) == "1: lists and objects are nested more than 64 deep");
}
