# LibTorch in a folder with include/ and lib/, such as the `torch` of a Python wheel. LibTorch's own CMake package of a build
# with CUDA wants the CUDA toolkit; this does not: the wheel brings the CUDA libraries that it runs with.
find_library(TORCH_CPU torch_cpu PATHS ${SIBYL_LIBTORCH}/lib NO_DEFAULT_PATH NO_CACHE REQUIRED)
find_library(TORCH_C10 c10 PATHS ${SIBYL_LIBTORCH}/lib NO_DEFAULT_PATH NO_CACHE REQUIRED)
set(TORCH_INCLUDE_DIRS ${SIBYL_LIBTORCH}/include ${SIBYL_LIBTORCH}/include/torch/csrc/api/include)
set(TORCH_LIBRARIES ${TORCH_CPU} ${TORCH_C10})
if(EXISTS ${SIBYL_LIBTORCH}/lib/libtorch_cuda.so)
  # It registers itself when it is loaded; nothing of it is called by name. The linker is to look for what it needs where the
  # wheel has it, as the loader will.
  file(GLOB nvidia_libraries ${SIBYL_LIBTORCH}/../nvidia/*/lib)
  list(TRANSFORM nvidia_libraries PREPEND "-Wl,-rpath-link,")
  list(APPEND TORCH_LIBRARIES ${nvidia_libraries} -Wl,-rpath-link,${SIBYL_LIBTORCH}/lib
              "-Wl,--push-state,--no-as-needed,${SIBYL_LIBTORCH}/lib/libtorch_cuda.so,--pop-state")
endif()
set(Torch_FOUND TRUE)
