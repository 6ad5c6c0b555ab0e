#include "train/failure.hpp"

#include <c10/util/Exception.h>

#include <algorithm>
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

}  // namespace

Failure classify(const std::string& what) {
  Failure failure{.cause = Cause::exception, .message = trimmed(what)};
  if (has(what, "CUDA out of memory") || has(what, "CUDA error: out of memory") ||
      has(what, "CUBLAS_STATUS_ALLOC_FAILED") || has(what, "CUDNN_STATUS_ALLOC_FAILED")) {
    failure.cause = Cause::out_of_device_memory;
  } else if (has(what, "DefaultCPUAllocator") || has(what, "std::bad_alloc")) {
    failure.cause = Cause::out_of_memory;
  }
  return failure;
}

bool is_device_assertion(const std::string& what) {
  return has(what, "device-side assert");
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
