#pragma once

namespace sibyl {

/// What standard output is.
struct Terminal {
  bool is_terminal = false;
  int width = 80;
};

/// mpirun gives each rank a pseudo-terminal, also when mpirun itself writes into a file: so its own output is
/// looked at, where it is this process's parent. On another node, and under srun, there is no terminal.
Terminal standard_output();

}  // namespace sibyl
