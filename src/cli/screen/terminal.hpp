#pragma once

#include <functional>
#include <ostream>
#include <streambuf>
#include <string>

namespace sibyl {

/// What standard output is.
struct Terminal {
  bool is_terminal = false;
  int width = 0;                  ///< columns; 0: lines may be as long as they like
  std::function<int()> ask = {};  ///< for the width as it is now: a window may be resized; empty: it stays

  int columns() const { return ask ? ask() : width; }
};

/// mpirun gives each rank a pseudo-terminal or a pipe, also when mpirun itself writes into a file: so its own
/// output is looked at, where mpirun is on this node. On another one, and under srun, there is no terminal. A
/// terminal that does not know its width has that of the environment variable COLUMNS, or 80; where there is
/// no terminal, COLUMNS limits tables, too.
Terminal standard_output();

/// Passes text on line by line, made safe for a terminal (base/text.hpp): whatever a command prints, nothing
/// that a job, a trial or a journal said moves the cursor.
class PrintableOutput : public std::ostream {
 public:
  explicit PrintableOutput(std::ostream& out) : std::ostream(nullptr), buffer_(out) { rdbuf(&buffer_); }
  ~PrintableOutput() override { flush(); }

 private:
  class Buffer : public std::streambuf {
   public:
    explicit Buffer(std::ostream& out) : out_(out) {}

   private:
    int_type overflow(int_type c) override;
    int sync() override;

    std::ostream& out_;
    std::string line_;
  };
  Buffer buffer_;
};

}  // namespace sibyl
