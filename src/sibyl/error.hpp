#pragma once

#include <stdexcept>

namespace sibyl {

/// What a user can mend: a wrong flag, a missing file, a full disk. The text says what is wrong, why that is
/// a problem, and what to do. Anything else that is thrown is a bug of ours or of the job.
class Error : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// An event that can't be true after those before it: a journal that holds it is damaged. The text goes on
/// after "it says".
class Contradiction : public Error {
 public:
  using Error::Error;
};

/// Bad usage: exit code 64 instead of 1.
class UsageError : public Error {
 public:
  using Error::Error;
};

}  // namespace sibyl
