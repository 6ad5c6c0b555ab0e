#include "train/loop/failure.hpp"

#include <c10/util/Exception.h>

#include <algorithm>
#include <initializer_list>
#include <new>
#include <sstream>

namespace sibyl {

namespace {

/// The first lines, without a backtrace.
std::string trimmed(const std::string& what) {
  constexpr int lines = 3;
  constexpr std::size_t characters = 600;
  std::istringstream in(what);
  std::string out;
  int taken = 0;
  for (std::string line; taken < lines && std::getline(in, line);) {
    if (line.starts_with("Exception raised from") || line.starts_with("frame #")) break;
    if (line.find_first_not_of(" \t\r") == std::string::npos) continue;
    out += (taken++ ? "\n" : "") + line;
  }
  if (out.size() > characters) out = out.substr(0, characters) + " ...";
  return out.empty() ? "an exception without a text" : out;
}

bool has(const std::string& text, const char* part) {
  return text.find(part) != std::string::npos;
}

bool has_any(const std::string& text, std::initializer_list<const char*> parts) {
  return std::any_of(parts.begin(), parts.end(), [&](const char* part) { return has(text, part); });
}

// The allocator's own words, the runtime's, the driver's, and those of the libraries:
// CUBLAS_STATUS_ALLOC_FAILED (cuSPARSE and cuSOLVER say it in the same way), cuDNN 9's
// CUDNN_STATUS_INTERNAL_ERROR_DEVICE_ALLOCATION_FAILED.
bool is_out_of_device_memory(const std::string& what) {
  return has_any(what, {"CUDA out of memory", "CUDA error: out of memory", "CUDA driver error: out of memory",
                        "_STATUS_ALLOC_FAILED", "CUFFT_ALLOC_FAILED", "DEVICE_ALLOCATION_FAILED"});
}

bool is_device_assertion(const std::string& what) {
  return has(what, "device-side assert");
}

}  // namespace

Failure classify(const std::string& what) {
  Failure failure{.cause = Cause::exception, .message = trimmed(what)};
  if (is_out_of_device_memory(what)) {
    failure.cause = Cause::out_of_device_memory;
  } else if (has_any(what, {"DefaultCPUAllocator", "std::bad_alloc", "HOST_ALLOCATION_FAILED"})) {
    failure.cause = Cause::out_of_memory;
  }
  return failure;
}

Failure judged(Failure failure, const std::string& trouble) {
  const bool of_the_device =
      failure.cause == Cause::exception || failure.cause == Cause::out_of_device_memory;
  if (!of_the_device) return failure;
  if (trouble.empty()) {
    // A handle that could not be made a moment ago, and can now that the trial's memory is free.
    if (failure.cause == Cause::exception && has(failure.message, "_STATUS_NOT_INITIALIZED"))
      failure.cause = Cause::out_of_device_memory;
  } else if (is_device_assertion(failure.message)) {
    failure.cause = Cause::exception;
  } else if (is_device_assertion(trouble)) {
    failure.cause = Cause::exception;
    failure.message += "; before it: " + trouble;
  } else {
    failure.cause = Cause::device_lost;
  }
  return failure;
}

void blame_nobody(TrialEnded& ended, const std::string& trouble) {
  if (ended.ending != Ending::failed || trouble.empty()) return;
  ended.ending = Ending::interrupted;
  ended.cause = Cause::device_lost;
  ended.message += "; under MPS the fault may be that of another process on the card";
}

bool is_of_the_machine(std::exception_ptr exception) {
  const Failure failure = classify(exception);
  return failure.cause != Cause::exception ||
         has_any(failure.message, {"CUDA error", "CUDA driver error", "CUBLAS_STATUS_", "CUDNN_STATUS_"});
}

Failure classify(std::exception_ptr exception) {
  try {
    std::rethrow_exception(exception);
  } catch (const TooLarge& e) {
    return {.cause = Cause::too_large, .message = e.what()};
  } catch (const std::bad_alloc&) {
    return {.cause = Cause::out_of_memory, .message = "the host's memory is exhausted (std::bad_alloc)"};
  } catch (const c10::OutOfMemoryError& e) {
    Failure failure = classify(std::string(e.what_without_backtrace()));
    if (failure.cause == Cause::exception) failure.cause = Cause::out_of_device_memory;
    return failure;
  } catch (const c10::Error& e) {
    return classify(std::string(e.what_without_backtrace()));
  } catch (const std::exception& e) {
    return classify(std::string(e.what()));
  } catch (...) {
    return {.cause = Cause::exception, .message = "the job threw something that is no std::exception"};
  }
}

}  // namespace sibyl
