#include "cli/options/options.hpp"

#include "catch.hpp"
#include "sibyl/error.hpp"

using namespace sibyl;

namespace {

Options parse(std::vector<std::string> words) {
  words.insert(words.begin(), "/somewhere/my_job");
  std::vector<char*> argv;
  for (auto& word : words) argv.push_back(word.data());
  argv.push_back(nullptr);
  return parse_options(static_cast<int>(words.size()), argv.data());
}

}  // namespace

TEST_CASE("without options there are sensible ones") {
  const Options options = parse({});
  CHECK(options.command == Command::search);
  CHECK(options.directory == "runs/my_job");
  CHECK(options.sweep.scheduler == "hyperband");
  CHECK(options.sweep.max_epochs == 100);
  CHECK(options.sweep.seed == 0);
  CHECK(parse({"--scheduler", "full"}).sweep.max_trials == 10);
  CHECK(parse({"--scheduler", "full", "--sampler", "grid"}).sweep.max_trials == 0);  // all of it
}

TEST_CASE("options are read as given") {
  const Options options =
      parse({"--output", "x", "--seed=18446744073709551615", "--min-delta", "1e-3", "--set", "a=1", "--set",
             "b=c=d", "--deterministic", "--max-consecutive-failures", "0"});
  CHECK(options.directory == "x");
  CHECK(options.sweep.seed == 18446744073709551615u);
  CHECK(options.sweep.min_delta == 1e-3);
  CHECK(options.sweep.set == std::map<std::string, std::string>{{"a", "1"}, {"b", "c=d"}});
  CHECK(options.sweep.deterministic);
  CHECK(options.sweep.max_consecutive_failures == 0);
  const Options summary = parse({"summary", "runs/there", "--json", "--top", "3"});
  CHECK(summary.command == Command::summary);
  CHECK(summary.directory == "runs/there");
  CHECK(summary.json);
  CHECK(summary.top == 3);
}

TEST_CASE("numbers beyond any sense are refused at once") {
  struct Wrong {
    std::string command, option, text;
  };
  for (const auto& [command, option, text] : {Wrong{"search", "--max-trials", "1000000000000000000"},
                                              {"search", "--max-epochs", "2000000000"},
                                              {"search", "--iterations", "2000000000"},
                                              {"search", "--executions-per-trial", "1000000000"},
                                              {"plan", "--workers", "1000000000"},
                                              {"search", "--threads", "1000000000"},
                                              {"summary", "--top", "1000000000"},
                                              {"plan", "--epoch-seconds", "1e300"}}) {
    CHECK_THROWS_AS(parse({command, option, text}), UsageError);
    CHECK_THROWS_WITH(parse({command, option, text}),
                      ContainsSubstring(option + " takes") && ContainsSubstring("not '" + text + "'"));
  }
  CHECK_THROWS_WITH(parse({"plan", "--workers", "1000000000"}),
                    ContainsSubstring("a whole number from 1 to 100000"));
  CHECK_THROWS_AS(parse({"--iterations", "1e8"}), UsageError);
  CHECK_THROWS_WITH(parse({"--time-limit", "1e30"}), ContainsSubstring("at most 100 years"));
  CHECK(parse({"--eta", "2147483647", "--iterations", "1000000000"}).sweep.iterations == 1000000000);
}

TEST_CASE("numbers that are none, or too small, are refused") {
  for (const char* wrong : {"", "x", "3x", "0", "-1", "2.5", "99999999999"})
    CHECK_THROWS_AS(parse({"--max-epochs", wrong}), UsageError);
  CHECK_THROWS_AS(parse({"--min-delta", "nan"}), UsageError);
  CHECK_THROWS_WITH(parse({"--eta"}), ContainsSubstring("--help"));
}

TEST_CASE("a mistyped word is told with the one that was meant") {
  const auto says = [](std::vector<std::string> words, const char* text) {
    CHECK_THROWS_AS(parse(words), UsageError);
    CHECK_THROWS_WITH(parse(words), ContainsSubstring(text));
  };
  says({"--max-epoch", "9"}, "(did you mean '--max-epochs'?)");
  says({"--max_epochs=9"}, "(did you mean '--max-epochs'?)");
  says({"-max-epochs", "9"}, "(did you mean '--max-epochs'?)");
  says({"--schedular", "full"}, "(did you mean '--scheduler'?)");
  says({"serach"}, "'serach' is no command (did you mean 'search'?)");
  says({"sumary", "x"}, "(did you mean 'summary'?)");
  says({"--scheduler", "hyperbnd"}, "(did you mean 'hyperband'?)");
  says({"submit", "--gpu-per-node", "4"}, "(did you mean '--gpus-per-node'?); see my_job submit --help");
  CHECK_THROWS_WITH(parse({"--quite-another"}), !ContainsSubstring("did you mean"));
}

TEST_CASE("status takes several directories") {
  const Options several = parse({"status", "runs/a", "runs/b", "--json"});
  CHECK(several.directories == std::vector<std::filesystem::path>{"runs/a", "runs/b"});
  CHECK(parse({"status", "runs/a"}).directory == "runs/a");
  CHECK(parse({"status", "--output", "runs/a"}).directory == "runs/a");
  CHECK(parse({"summary", "--output", "runs/b", "runs/a"}).directory == "runs/a");
  CHECK(parse({"status"}).directory == "runs/my_job");
  CHECK_THROWS_WITH(parse({"summary", "runs/a", "runs/b"}), ContainsSubstring("one word too many"));
}

TEST_CASE("help is of the whole program or of a command") {
  CHECK(parse({"--help"}).command == Command::help);
  CHECK_FALSE(parse({"--help"}).helped);
  CHECK(parse({"plan", "--help"}).helped == Command::plan);
  CHECK(parse({"help", "plan"}).helped == Command::plan);
  CHECK(parse({"--version"}).command == Command::version);
  CHECK_THROWS_WITH(parse({"help", "sumary"}), ContainsSubstring("did you mean 'summary'"));
}
