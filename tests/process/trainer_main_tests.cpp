#include "process/trainer_main.hpp"

#include <sys/wait.h>
#include <unistd.h>

#include "catch.hpp"
#include "process/test_trainer.hpp"
#include "sibyl/error.hpp"

using namespace sibyl;

namespace {

struct Arguments {
  explicit Arguments(std::vector<std::string> texts) : texts_(std::move(texts)) {
    for (std::string& text : texts_) argv_.push_back(text.data());
    argv_.push_back(nullptr);
  }
  int argc() const { return static_cast<int>(texts_.size()); }
  char** argv() { return argv_.data(); }

 private:
  std::vector<std::string> texts_;
  std::vector<char*> argv_;
};

bool are_a_trainers(std::vector<std::string> texts) {
  Arguments arguments(std::move(texts));
  return is_trainer(arguments.argc(), arguments.argv());
}

}  // namespace

TEST_CASE("a trainer process is known by its arguments") {
  CHECK(are_a_trainers(trainer_arguments("a-job", 3)));
  CHECK_FALSE(are_a_trainers({"a-job"}));
  CHECK_FALSE(are_a_trainers({"a-job", "search", "--results", "x.h5", "--seed", "1"}));
  CHECK_FALSE(are_a_trainers({"a-job", "trainer"}));
  CHECK_FALSE(are_a_trainers({"a-job", "trainer", "of-worker", "3", "of-process"}));
}

TEST_CASE("people who start a trainer process are told that it is not for them") {
  const pid_t child = fork();  // in which descriptor 3 is nobody's
  if (child == 0) {
    close(trainer_descriptor);
    Arguments arguments(trainer_arguments("a-job", 3));
    try {
      serve_trainer(arguments.argv(), make_test_trainer);
    } catch (const UsageError&) {
      _exit(42);
    }
    _exit(0);
  }
  int status = 0;
  REQUIRE(waitpid(child, &status, 0) == child);
  CHECK(WEXITSTATUS(status) == 42);
}
