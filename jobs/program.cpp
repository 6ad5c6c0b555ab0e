// Any program as a trial: Python, R, Julia, Fortran, a shell script. See README.md, "A program of any
// language", and program/PROTOCOL.md.
//
//     mpirun -n 5 build/jobs/program --space space.json --max-epochs 27 -- python3 train.py
#include <sibyl/job.hpp>

int main(int argc, char** argv) {
  return sibyl::run_programs(argc, argv);
}
