#pragma once

#include <exception>
#include <string>

#include "sibyl/reports.hpp"

namespace sibyl {

/// Why a trial failed, as the record keeps it.
struct Failure {
  Cause cause = Cause::exception;
  std::string message;
};

/// What an exception of the job or of LibTorch means. Its text is cut to a few lines: LibTorch's goes on with
/// a backtrace of a hundred.
Failure classify(std::exception_ptr exception);

/// The same for a text alone.
Failure classify(const std::string& what);

/// What the failure was, now that the device has been tried again: `trouble` is what it says, empty where it
/// works. Libraries hide causes: after a device-side assertion (an index out of range, say: the trial's
/// fault, though the device no longer works in this process) the next call of cuBLAS or cuDNN merely fails,
/// and where no memory is left for their handles they merely do not start.
Failure judged(Failure failure, const std::string& trouble);

/// Whose the failure is where the device has stopped working (`trouble`, as above) and is shared under
/// NVIDIA's MPS: nobody's, for there a fault of one process ends all that use the card, and all of them see
/// the same error. The trial is interrupted, for the reason that its device was lost, and given out again; if
/// that happens to it again and again, it is to blame.
void blame_nobody(TrialEnded& ended, const std::string& trouble);

/// Is the failure not the caller's but the machine's: no memory, or a device that does not do what it is
/// told?
bool is_of_the_machine(std::exception_ptr exception);

/// More parameters than the job allows. (Thrown where the model is built, caught where trials end.)
class TooLarge : public std::exception {
 public:
  explicit TooLarge(std::string message) : message_(std::move(message)) {}
  const char* what() const noexcept override { return message_.c_str(); }

 private:
  std::string message_;
};

}  // namespace sibyl
