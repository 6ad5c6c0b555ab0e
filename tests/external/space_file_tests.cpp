#include "external/space/space_file.hpp"

#include "catch.hpp"
#include "sibyl/error.hpp"
#include "sibyl/hyperparameters.hpp"

using namespace sibyl;

namespace {

std::string problem_of(const std::string& text) {
  try {
    read_space(text, "space.json");
    return "";
  } catch (const UsageError& problem) {
    return problem.what();
  }
}

// The space of one hyperparameter; it stands on line 2.
std::string one(const std::string& members) {
  return "{\"hyperparameters\": {\n\"x\": {" + members + "}\n}}";
}

constexpr const char* everything = R"JSON({
  "$schema": "space.schema.json",
  "description": "all there is",
  "hyperparameters": {
    "layers": {"type": "int", "min": 1, "max": 9, "step": 2, "default": 3},
    "width": {"type": "int", "min": 8, "max": 512, "step": 2, "sampling": "log"},
    "rate": {"type": "float", "min": 1e-4, "max": 1, "sampling": "log", "default": 0.01, "may_change": true},
    "dropout": {"type": "float", "min": 0, "max": 0.5, "step": 0.1},
    "optimizer": {"type": "choice", "values": ["sgd", "adam"], "default": "adam"},
    "momentum": {"type": "float", "min": 0, "max": 0.99, "sampling": "linear", "when": {"optimizer": "sgd"}},
    "beta": {"type": "choice", "values": [1, 0.5], "ordered": true, "when": {"optimizer": ["adam"]}},
    "bias": {"type": "boolean", "default": true},
    "batch": {"type": "fixed", "value": 64},
    "depth": [
      {"type": "int", "min": 1, "max": 2, "when": {"bias": true}},
      {"type": "int", "min": 3, "max": 4, "when": {"bias": false}}
    ]
  },
  "objective": {"metric": "reward", "direction": "max"},
  "score": "Accuracy: ([0-9.]+)",
  "options": {"max-epochs": 27, "deterministic": true, "set": {"batch": 32}, "inject": ["nan=0.1"]}
})JSON";

}  // namespace

TEST_CASE("a file of a space has what a job's questions have") {
  const SpaceFile file = read_space(everything, "space.json");
  HyperParameters hp;
  hp.Int("layers", 1, 9, {.step = 2, .default_value = 3});
  hp.Int("width", 8, 512, {.step = 2, .sampling = Sampling::log});
  hp.Float("rate", 1e-4, 1, {.sampling = Sampling::log, .default_value = 0.01, .may_change = true});
  hp.Float("dropout", 0, 0.5, {.step = 0.1});
  hp.Choice("optimizer", {"sgd", "adam"}, {.default_value = Value("adam")});
  if (auto scope = hp.conditional_scope("optimizer", {"sgd"})) hp.Float("momentum", 0, 0.99);
  if (auto scope = hp.conditional_scope("optimizer", {"adam"}))
    hp.Choice("beta", {1.0, 0.5}, {.ordered = true});
  hp.Boolean("bias", true);
  hp.Fixed("batch", 64);
  if (auto scope = hp.conditional_scope("bias", {true})) hp.Int("depth", 1, 2);
  if (auto scope = hp.conditional_scope("bias", {false})) hp.Int("depth", 3, 4);
  CHECK(file.space == hp.space());
  CHECK(file.objective == Objective{"reward", Direction::maximize});
  CHECK(file.score == "Accuracy: ([0-9.]+)");
  REQUIRE(file.options.size() == 4);
  CHECK(file.options[0].name == "max-epochs");
  CHECK(file.options[0].text == "27");
  CHECK(file.options[0].where == "space.json:21");
  CHECK(file.options[1].text == "true");
  CHECK(file.options[2].text == "batch=32");
  CHECK(file.options[3].text == "nan=0.1");
}

TEST_CASE("what is recorded of a space reads back as the same, whatever its options and blanks") {
  const SpaceFile file = read_space(everything, "space.json");
  const SpaceFile again = read_space(file.recorded, "--space");
  CHECK(again.space == file.space);
  CHECK(again.objective == file.objective);
  CHECK(again.score == file.score);
  CHECK(again.options.empty());
  CHECK(again.recorded == file.recorded);
  CHECK(file.recorded.find('\n') == std::string::npos);
  CHECK(read_space(one(" \"type\" :\t\"boolean\" "), "a").recorded ==
        read_space(one("\"type\":\"boolean\""), "b").recorded);
}

TEST_CASE("whole numbers are real ones where those are meant") {
  const SpaceFile file = read_space(R"({"hyperparameters": {
    "a": {"type": "choice", "values": [1, 0.5]},
    "b": {"type": "boolean", "when": {"a": 1}},
    "c": {"type": "float", "min": 0, "max": 4, "step": 1, "default": 2},
    "d": {"type": "boolean", "when": {"c": [1, 2]}}}})",
                                    "space.json");
  CHECK(file.space.hyperparameters()[1].conditions[0].values[0] == Value(1.0));
  CHECK(file.space.hyperparameters()[2].default_value == Value(2.0));
}

TEST_CASE("what is wrong in a file of a space is said with its line") {
  struct Case {
    std::string text, says;
  };
  const std::string range = "\"type\": \"int\", \"min\": 1, \"max\": 8";
  const std::vector<Case> cases = {
      {"", "space.json:1: a value is missing before the end of the text"},
      {"[]", "space.json:1: the whole is a list, not an object"},
      {"{\n\"hyperparameter\": {}}",
       "space.json:2: the whole has no \"hyperparameter\" (did you mean 'hyperparameters'?)"},
      {"{}", "space.json:1: it lacks \"hyperparameters\""},
      {"{\"hyperparameters\": {}}", "space.json:1: there is no hyperparameter in it"},
      {"{\"hyperparameters\": []}", "space.json:1: \"hyperparameters\" is a list, not an object"},
      {"{\"hyperparameters\": {\n\"x\": 3}}", "space.json:2: 'x' is a number, not an object"},
      {one("\"min\": 1"), "space.json:2: 'x' lacks \"type\""},
      {one("\"type\": \"integer\""),
       "space.json:2: \"type\" of 'x' is \"integer\": there is int, float, choice, boolean, fixed"},
      {one("\"type\": \"int\", \"min\": 1"), "space.json:2: 'x' lacks \"max\""},
      {one("\"type\": \"int\", \"min\": 1.5, \"max\": 2"),
       "space.json:2: \"min\" of 'x' is 1.5, which is no whole number"},
      {one("\"type\": \"int\", \"min\": \"1\", \"max\": 2"),
       "space.json:2: \"min\" of 'x' is a text, not a number"},
      {one("\"type\": \"float\", \"min\": 2, \"max\": 1"),
       "space.json:2: hyperparameter 'x' from 2 to 1: min must not be above max"},
      {one("\"type\": \"float\", \"min\": 0, \"max\": 1, \"sampling\": \"log\""),
       "log sampling needs min > 0"},
      {one(range + ",\n\"sampling\": \"logarithmic\""),
       "space.json:3: \"sampling\" of 'x' is \"logarithmic\": there is linear, log, reverse_log"},
      {one(range + ", \"step\": 0"), "step"},
      {one(range + ", \"stepp\": 2"), "'x', which is of type int, has no \"stepp\" (did you mean 'step'?)"},
      {one(range + ",\n\"default\": 9"),
       "space.json:3: \"default\" of 'x' is 9, and it takes a whole number from 1 to 8"},
      {one(range + ", \"default\": 1.5"),
       "\"default\" of 'x' is 1.5, and it takes a whole number from 1 to 8"},
      {one("\"type\": \"choice\", \"values\": []"),
       "space.json:2: hyperparameter 'x': a Choice needs at least one value"},
      {one("\"type\": \"choice\", \"values\": [\"a\", 1]"), "several types"},
      {one("\"type\": \"choice\", \"values\": [\"a\", \"a\"]"), "the value a stands there twice"},
      {one("\"type\": \"choice\", \"values\": [[1]]"),
       "one of \"values\" of 'x' is a list, not a number, a text, true or false"},
      {one("\"type\": \"boolean\", \"default\": 1"), "\"default\" of 'x' is 1"},
      {one("\"type\": \"fixed\""), "'x' lacks \"value\""},
      {one("\"type\": \"boolean\", \"when\": {\"y\": 1}"), "space.json:2: "},
      {one("\"type\": \"boolean\", \"when\": {\"y\": []}"),
       "\"y\" in \"when\" of 'x' has no value, so it never holds"},
      {"{\"hyperparameters\": {\"a\": {\"type\": \"boolean\"},\n\"x\": {\"type\": \"boolean\", \"when\": {\"a\": \"yes\"}}}}",
       "space.json:2: "},
      {"{\"hyperparameters\": {\"x\": {\"type\": \"boolean\"}},\n\"objective\": \"surprise\"}",
       "space.json:2: can't tell whether less or more of 'surprise' is better"},
      {"{\"hyperparameters\": {\"x\": {\"type\": \"boolean\"}},\n\"objective\": {\"metric\": \"a\", \"direction\": \"up\"}}",
       "space.json:2: --objective a:up: 'up' is not a direction"},
      {"{\"hyperparameters\": {\"x\": {\"type\": \"boolean\"}},\n\"score\": \"(\"}",
       "space.json:2: \"score\" is no regular expression"},
      {"{\"hyperparameters\": {\"x\": {\"type\": \"boolean\"}},\n\"score\": \"Accuracy\"}",
       "space.json:2: \"score\" needs one group"},
      {"{\"hyperparameters\": {\"x\": {\"type\": \"boolean\"}},\n\"options\": {\n\"seed\": null}}",
       "space.json:3: the option \"seed\" is null, which no option takes"},
  };
  for (const Case& each : cases) {
    CAPTURE(each.text);
    CHECK_THAT(problem_of(each.text), ContainsSubstring(each.says));
    CHECK_THAT(problem_of(each.text), ContainsSubstring("space.json:"));
  }
}

TEST_CASE("a file of a space that can't be read is said to be so") {
  CHECK_THROWS_WITH(read_space_file("/nowhere/space.json"),
                    ContainsSubstring("--space: can't read /nowhere/space.json: No such file"));
  CHECK_THROWS_WITH(read_space_file("/tmp"), ContainsSubstring("can't read /tmp"));
}
