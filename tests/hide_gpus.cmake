if(NOT "$ENV{SIBYL_TEST_DEVICE}" STREQUAL "cuda")
  set(ENV{CUDA_VISIBLE_DEVICES} -1)  # an empty one CMake would take away
endif()
