#include <sys/resource.h>

#include "process/builder_main.hpp"
#include "process/questioned_job.hpp"
#include "process/test_trainer.hpp"
#include "process/trainer_main.hpp"

#define CATCH_CONFIG_RUNNER
#include "catch.hpp"

int main(int argc, char** argv) {
  const rlimit none{0, 0};
  setrlimit(RLIMIT_CORE, &none);  // what dies here dies on purpose
  if (sibyl::is_builder(argc, argv)) return sibyl::serve_builder(argv, make_questioned_job);
  if (sibyl::is_trainer(argc, argv)) return sibyl::serve_trainer(argv, make_test_trainer);
  return Catch::Session().run(argc, argv);
}
