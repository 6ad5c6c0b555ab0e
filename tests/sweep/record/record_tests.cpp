#include "sweep/record/record.hpp"

#include <filesystem>
#include <fstream>

#include "catch.hpp"

using namespace sibyl;

TEST_CASE("what continues a sweep has --resume, once, and never --overwrite") {
  CHECK(resume_command("job --eta 3") == "job --eta 3 --resume");
  CHECK(resume_command("job --resume --eta 3") == "job --resume --eta 3");
  CHECK(resume_command("job --overwrite") == "job --resume");
  CHECK(resume_command("mpirun -n 1 job : -n 4 job --eta 3") ==
        "mpirun -n 1 job --resume : -n 4 job --eta 3 --resume");
  CHECK(resume_command("").empty());
}

TEST_CASE("the path in --data is made absolute as far as it is a path") {
  const auto here = std::filesystem::current_path();
  std::ofstream("a,table.csv") << "1";
  CHECK(absolute_data("a,table.csv") == (here / "a,table.csv").string());
  CHECK(absolute_data("a,table.csv,header=no,x=1") == (here / "a,table.csv").string() + ",header=no,x=1");
  std::filesystem::remove("a,table.csv");
  CHECK(absolute_data("a,table.csv,header=no") ==
        "a,table.csv,header=no");  // no path: the job's own business
  CHECK(absolute_data("").empty());
  CHECK_NOTHROW(require_recorded_data("/,header=no"));
  CHECK_THROWS_WITH(require_recorded_data("/nowhere/t.csv,header=no"), ContainsSubstring("/nowhere/t.csv"));
}
