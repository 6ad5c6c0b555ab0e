#pragma once

#include <sys/types.h>

#include <string>
#include <vector>

namespace sibyl {

/// What a guard says of its program: one of these after the other, and then the end of the stream, once
/// nothing of the program is left.
struct GuardWord {
  enum Kind : int { not_started, started, ended } kind = not_started;
  int number = 0;  ///< errno; the program's process id; its status, as waitpid has it
  int memory = 0;  ///< KiB that the program had at most; when it has ended
};
/// What a guard is told. The end of the stream means the same as `kill`.
constexpr char guard_ask_to_end = 't', guard_kill = 'k';

/// The descriptors that a program is given.
struct ProgramDescriptors {
  int output = -1;  ///< its standard output
  int socket = -1;  ///< becomes program_descriptor
};

/// Pointers to the texts, and a null behind them, as exec wants them.
std::vector<char*> pointers(const std::vector<std::string>& texts);

/// The life of a guard, in a process that was just forked for it. `file`: the program's, found already.
[[noreturn]] void guard_program(const char* file, char* const* command, char* const* environment,
                                const ProgramDescriptors& descriptors, int control);

}  // namespace sibyl
