# LibTorch in a folder with include/ and lib/, such as the `torch` of a Python wheel. LibTorch's own CMake package of a build
# with CUDA wants the CUDA toolkit; this does not: the wheel brings the CUDA libraries that it runs with.
find_library(TORCH_CPU torch_cpu PATHS ${SIBYL_LIBTORCH}/lib NO_DEFAULT_PATH NO_CACHE REQUIRED)
find_library(TORCH_C10 c10 PATHS ${SIBYL_LIBTORCH}/lib NO_DEFAULT_PATH NO_CACHE REQUIRED)
set(TORCH_INCLUDE_DIRS ${SIBYL_LIBTORCH}/include ${SIBYL_LIBTORCH}/include/torch/csrc/api/include)
set(TORCH_LIBRARIES ${TORCH_CPU} ${TORCH_C10})
set(TORCH_CUDA_INCLUDE_DIR "")
if(EXISTS ${SIBYL_LIBTORCH}/lib/libtorch_cuda.so)
  # It registers itself when it is loaded; nothing of it is called by name. The linker is to look for what it needs where the
  # wheel has it, as the loader will.
  file(GLOB nvidia_libraries ${SIBYL_LIBTORCH}/../nvidia/*/lib)
  list(TRANSFORM nvidia_libraries PREPEND "-Wl,-rpath-link,")
  list(APPEND TORCH_LIBRARIES ${nvidia_libraries} -Wl,-rpath-link,${SIBYL_LIBTORCH}/lib
              "-Wl,--push-state,--no-as-needed,${SIBYL_LIBTORCH}/lib/libtorch_cuda.so,--pop-state")
  # CUDA graphs want CUDA's headers, all of them: those of the wheels (CUDA's own have no crt/ in 13.0, Triton's have), or a toolkit's.
  set(packages ${SIBYL_LIBTORCH}/..)
  set(cuda_headers "")
  set(cuda_runtimes "")
  foreach(place ${packages}/nvidia/*/include ${packages}/triton/backends/nvidia/include /usr/local/cuda/include)  # the best first
    file(GLOB found ${place}/crt/host_config.h)
    list(APPEND cuda_headers ${found})
  endforeach()
  foreach(place ${packages}/nvidia/*/lib /usr/local/cuda/lib64)
    file(GLOB found ${place}/libcudart.so.*)
    list(APPEND cuda_runtimes ${found})
  endforeach()
  if(cuda_headers AND cuda_runtimes)
    list(GET cuda_headers 0 cuda_header)
    list(GET cuda_runtimes 0 cuda_runtime)
    cmake_path(GET cuda_header PARENT_PATH TORCH_CUDA_INCLUDE_DIR)
    cmake_path(GET TORCH_CUDA_INCLUDE_DIR PARENT_PATH TORCH_CUDA_INCLUDE_DIR)
    list(APPEND TORCH_LIBRARIES ${SIBYL_LIBTORCH}/lib/libc10_cuda.so ${cuda_runtime})
    message(STATUS "CUDA graphs: with ${TORCH_CUDA_INCLUDE_DIR} and ${cuda_runtime}")
  else()
    message(STATUS "CUDA graphs: CUDA's headers are not here, each training step is launched anew")
  endif()
endif()
set(Torch_FOUND TRUE)
