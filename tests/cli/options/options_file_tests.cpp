#include "cli/options/options_file.hpp"

#include <unistd.h>

#include <fstream>

#include "catch.hpp"
#include "cli/options/options.hpp"
#include "sibyl/error.hpp"

using namespace sibyl;

namespace {

using Words = std::vector<std::string>;

/// A file of options, and what a command line makes of it.
struct OptionsFile {
  const std::string path =
      (std::filesystem::temp_directory_path() / ("sibyl_options_" + std::to_string(getpid()))).string();
  explicit OptionsFile(const std::string& text) { std::ofstream(path, std::ios::binary) << text; }
  ~OptionsFile() { std::filesystem::remove(path); }

  Options with(Words words) const {
    words.insert(words.begin(), "/somewhere/my_job");
    words.insert(words.end(), {"--options", path});
    std::vector<char*> argv;
    for (auto& word : words) argv.push_back(word.data());
    return parse_options(static_cast<int>(argv.size()), argv.data());
  }
  void refused(const Words& words, const std::string& says) const {
    CHECK_THROWS_AS(with(words), UsageError);
    CHECK_THROWS_WITH(with(words), ContainsSubstring(path + says));
  }
};

void check_it_is_read(const OptionsFile& file) {
  const Options options = file.with({});
  CHECK(options.sweep.max_epochs == 9);
  CHECK(options.sweep.min_delta == 0.001);
  CHECK(options.sweep.deterministic);
  CHECK_FALSE(options.tensorboard);
  CHECK(options.sweep.set == std::map<std::string, std::string>{{"a", "1"}, {"b", "x y"}});
  CHECK(options.sweep.inject == Words{"segv=3,17", "nan=0.5"});
  CHECK(options.directory == "runs/# 1");
  CHECK(options.typed == std::set<std::string>{"max-epochs", "min-delta", "deterministic", "tensorboard",
                                               "set", "inject", "output", "options"});
}

}  // namespace

TEST_CASE("a file of options is read as if they were typed") {
  check_it_is_read(
      OptionsFile("# a sweep\n"
                  "max-epochs = 9\n"
                  "  min-delta=1e-3   # small\r\n"
                  "\n"
                  "deterministic = true\n"
                  "tensorboard=false\n"
                  "set = a=1\n"
                  "set = b=x y\n"
                  "inject=segv=3,17\n"
                  "inject = nan=0.5\n"
                  "output = \"runs/# 1\" # quoted, since a # behind a blank begins a comment"));
  check_it_is_read(OptionsFile(R"(
    {"max-epochs": 9, "min-delta": 1e-3, "deterministic": true, "tensorboard": false,
     "set": {"a": 1, "b": "x y"}, "inject": ["segv=3,17", "nan=0.5"], "output": "runs/# 1"})"));
  CHECK(OptionsFile("set = color=#ff0000").with({}).sweep.set.at("color") == "#ff0000");
  CHECK(OptionsFile("").with({}).typed == std::set<std::string>{"options"});
  CHECK(OptionsFile("\xef\xbb\xbfseed = 3").with({}).sweep.seed == 3);
}

TEST_CASE("what is typed counts more than what is in the file") {
  const OptionsFile file("seed = 3\nset = a=1\nset = b=1\ninject = nan=0.5\ndeterministic = true\n");
  const Options options =
      file.with({"--seed", "4", "--set", "a=2", "--inject", "segv=1", "--deterministic=false"});
  CHECK(options.sweep.seed == 4);
  CHECK(options.sweep.set == std::map<std::string, std::string>{{"a", "2"}, {"b", "1"}});
  CHECK(options.sweep.inject == Words{"segv=1"});
  CHECK_FALSE(options.sweep.deterministic);
}

TEST_CASE("a file of options is of the command that it is given to") {
  CHECK(OptionsFile("workers = 7\noutput = x\nkeep-best = 3").with({"plan"}).workers == 7);
  CHECK(OptionsFile("nodes = 2\nsetup = a b\nsetup = c").with({"submit"}).batch.setup == Words{"a b", "c"});
  CHECK(OptionsFile("top = 3").with({"summary", "runs/x"}).top == 3);
}

TEST_CASE("what is wrong in a file of options is told with the file and the line") {
  OptionsFile("seed = 3\n\nmax-epoch = 9")
      .refused({}, ":3: there is no option 'max-epoch' (did you mean 'max-epochs'?)");
  OptionsFile("--seed = 3").refused({}, ":1: there is no option '--seed' (did you mean 'seed'?)");
  OptionsFile("workers = 3").refused({}, ":1: 'workers' is an option of plan, not of search");
  OptionsFile("seed = 3")
      .refused({"summary"}, ":1: 'seed' is an option of search, space, plan, not of summary");
  OptionsFile("#\nseed = x").refused({}, ":2: --seed takes a whole number, at least 0, not 'x'");
  OptionsFile("seed =").refused({}, ":1: --seed takes");
  OptionsFile("output = ").refused({}, ":1: --output is empty");
  OptionsFile("seed = 3\nseed = 4").refused({}, ":2: --seed is given twice");
  OptionsFile("resume").refused({}, ":1: 'resume' is no NAME = VALUE");
  OptionsFile("resume = yes").refused({}, ":1: --resume takes true or false, not 'yes'");
  OptionsFile("output = \"x").refused({}, ":1: the quotes");
  OptionsFile("options = other").refused({}, ":1: a file of options can't name another one");
  OptionsFile("help = true").refused({}, ":1: there is no option 'help'");
  OptionsFile(R"({"sead": 3})").refused({}, ": there is no option 'sead' (did you mean 'seed'?)");
  OptionsFile(R"({"seed": "x"})").refused({}, ": --seed takes a whole number, at least 0, not 'x'");
  OptionsFile(R"({"seed": null})").refused({}, ": 'seed' is null, which no option takes");
  OptionsFile(R"({"inject": [["x"]]})").refused({}, R"(: 'inject' is ["x"], which no option takes)");
  OptionsFile(R"({"seed": 1, "seed": 2})").refused({}, ": 'seed' stands there twice");
  OptionsFile(R"({"seed": 1)").refused({}, ": it is no JSON: ");
  CHECK_THROWS_WITH(OptionsFile("").with({"--options", "x"}), ContainsSubstring("--options is given twice"));
}

TEST_CASE("what is no file of options is refused") {
  const auto reads = [](const char* path) { return read_options_file(path, Command::search); };
  CHECK_THROWS_AS(reads("/none/there"), UsageError);
  CHECK_THROWS_WITH(reads("/none/there"), "--options: can't read /none/there: No such file or directory");
  CHECK_THROWS_WITH(reads("/"), ContainsSubstring("--options: can't read /: "));
  CHECK_THROWS_WITH(reads("/dev/zero"), ContainsSubstring("larger than 1 MiB"));
}

TEST_CASE("a command line is written out so that it needs no file of options") {
  const OptionsFile file("seed = 3\nset = a=x y\nset = b=1\noverwrite = true\ntensorboard = false\n");
  const Options options = file.with({"--set", "b=2"});
  const Words words{"mpirun", "-n", "3", "job", "--set", "b=2", "--options", file.path, "--eta", "4"};
  CHECK(written_out(words, options) == Words{"mpirun", "-n", "3", "job", "--set", "b=2", "--seed=3",
                                             "--set=a=x y", "--overwrite", "--tensorboard=false", "--eta",
                                             "4"});
  CHECK(written_out({"job", "--options=" + file.path}, options).size() == 5);
  CHECK(written_out({"job", "--options", "another"}, options) == Words{"job", "--options", "another"});
}
