#include "train/loop/failure.hpp"

#include <stdexcept>
// Last, as everywhere in this room.
#include "catch.hpp"

using namespace sibyl;

TEST_CASE("A failure's cause is read from what LibTorch says") {
  CHECK(classify("CUDA out of memory. Tried to allocate 20.00 GiB (GPU 0; 79.11 GiB total)").cause ==
        Cause::out_of_device_memory);
  CHECK(classify("CUDA error: out of memory").cause == Cause::out_of_device_memory);
  CHECK(classify("CUDA error: CUBLAS_STATUS_ALLOC_FAILED when calling `cublasCreate(handle)`").cause ==
        Cause::out_of_device_memory);
  CHECK(classify(
            "[enforce fail at alloc_cpu.cpp:66] . DefaultCPUAllocator: can't allocate memory: you tried to "
            "allocate 281474976710656 bytes. Error code 12 (Cannot allocate memory)")
            .cause == Cause::out_of_memory);
  for (const char* what :
       {"CUDA driver error: out of memory", "cuDNN error: CUDNN_STATUS_ALLOC_FAILED",
        "cuDNN error: CUDNN_STATUS_INTERNAL_ERROR_DEVICE_ALLOCATION_FAILED",
        "CUDA error: CUSPARSE_STATUS_ALLOC_FAILED when calling `cusparseCreate(handle)`"}) {
    CAPTURE(what);
    CHECK(classify(what).cause == Cause::out_of_device_memory);
  }
  CHECK(classify("cuDNN error: CUDNN_STATUS_INTERNAL_ERROR_HOST_ALLOCATION_FAILED").cause ==
        Cause::out_of_memory);
  CHECK(classify("CUDA error: device-side assert triggered").cause == Cause::exception);
  CHECK(classify("mat1 and mat2 shapes cannot be multiplied").cause == Cause::exception);
}

TEST_CASE("What a failed call of a library means shows when the device is tried again") {
  const std::string assertion = "CUDA error: device-side assert triggered";
  const std::string illegal = "CUDA error: an illegal memory access was encountered";
  const std::string cublas = "CUDA error: CUBLAS_STATUS_EXECUTION_FAILED when calling `cublasSgemm(...)`";
  const auto cause = [](const std::string& what, const std::string& trouble) {
    return judged(classify(what), trouble).cause;
  };
  CHECK(cause(assertion, assertion) == Cause::exception);
  CHECK(cause(cublas, assertion) == Cause::exception);
  CHECK(cause("cuDNN error: CUDNN_STATUS_EXECUTION_FAILED", assertion) == Cause::exception);
  CHECK(cause("CUDA error: CUBLAS_STATUS_ALLOC_FAILED when calling `cublasCreate(handle)`", assertion) ==
        Cause::exception);
  CHECK_THAT(judged(classify(cublas), assertion).message,
             ContainsSubstring("cublasSgemm") && ContainsSubstring("device-side assert"));
  CHECK(cause(cublas, illegal) == Cause::device_lost);
  CHECK(cause(illegal, illegal) == Cause::device_lost);
  CHECK(cause(cublas, "") == Cause::exception);
  const std::string no_handle =
      "CUDA error: CUBLAS_STATUS_NOT_INITIALIZED when calling `cublasCreate(handle)`";
  CHECK(cause(no_handle, "") == Cause::out_of_device_memory);
  CHECK(cause("cuDNN error: CUDNN_STATUS_NOT_INITIALIZED", "") == Cause::out_of_device_memory);
  CHECK(cause(no_handle, no_handle) == Cause::device_lost);
  CHECK(cause("CUDA out of memory", "") == Cause::out_of_device_memory);
  CHECK(cause("shapes don't fit", "") == Cause::exception);
  CHECK(judged({.cause = Cause::diverged, .message = "NaN"}, illegal).cause == Cause::diverged);
  CHECK(judged({.cause = Cause::too_large, .message = "big"}, "").cause == Cause::too_large);
}

TEST_CASE("Under MPS a device that stopped working is nobody's fault, at first") {
  const auto ended = [](Ending ending, Cause cause) {
    TrialEnded each;
    each.ending = ending;
    each.cause = cause;
    each.message = "CUDA error: an illegal memory access was encountered";
    return each;
  };
  for (const Cause cause : {Cause::device_lost, Cause::exception}) {  // an assertion of whoever it was
    TrialEnded lost = ended(Ending::failed, cause);
    blame_nobody(lost, "CUDA error: an illegal memory access was encountered");
    CHECK(lost.ending == Ending::interrupted);
    CHECK(lost.cause == Cause::device_lost);
    CHECK_THAT(lost.message, ContainsSubstring("illegal memory access") &&
                                 ContainsSubstring("may be that of another process on the card"));
  }
  TrialEnded own = ended(Ending::failed, Cause::exception);
  blame_nobody(own, "");  // the device works
  CHECK(own.ending == Ending::failed);
  TrialEnded stopped = ended(Ending::early_stopped, Cause::none);
  blame_nobody(stopped, "CUDA error: unspecified launch failure");
  CHECK(stopped.ending == Ending::early_stopped);
}

TEST_CASE("No memory and a device in trouble are the machine's fault, a file's content is not") {
  const auto of_the_machine = [](const char* what) {
    return is_of_the_machine(std::make_exception_ptr(std::runtime_error(what)));
  };
  CHECK(of_the_machine("CUDA out of memory. Tried to allocate 20.00 GiB"));
  CHECK(of_the_machine("CUDA error: an illegal memory access was encountered"));
  CHECK(of_the_machine("cuDNN error: CUDNN_STATUS_EXECUTION_FAILED"));
  CHECK(is_of_the_machine(std::make_exception_ptr(std::bad_alloc())));
  CHECK_FALSE(of_the_machine("PytorchStreamReader failed reading zip archive"));
}

TEST_CASE("A failure's message is a few lines without a backtrace") {
  CHECK(classify("shapes don't fit\nException raised from meta at Linear.cpp:1\nframe #0: c10::Error")
            .message == "shapes don't fit");
  CHECK(classify("one\n\ntwo\nthree\nfour\nfive").message == "one\ntwo\nthree");
  CHECK(classify(std::string(5000, 'x')).message.size() < 700);
  CHECK(classify("").message == "an exception without a text");
}

TEST_CASE("Exceptions of any type are classified") {
  CHECK(classify(std::make_exception_ptr(TooLarge("big"))).cause == Cause::too_large);
  CHECK(classify(std::make_exception_ptr(std::bad_alloc())).cause == Cause::out_of_memory);
  CHECK(classify(std::make_exception_ptr(std::runtime_error("why"))).message == "why");
  CHECK(classify(std::make_exception_ptr(1)).cause == Cause::exception);
}
