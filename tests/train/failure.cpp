#include "train/failure.hpp"

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
  CHECK(classify("CUDA error: device-side assert triggered").cause == Cause::exception);
  CHECK(classify("mat1 and mat2 shapes cannot be multiplied").cause == Cause::exception);
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
