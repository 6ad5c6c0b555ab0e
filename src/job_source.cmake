# sibyl_record_source(job): the program of a job says what Git calls the state of its source as it was when it was built
# (`git describe`, with `-dirty` if files differ from that). Looked up at each build, and linked anew only when it has changed.

function(sibyl_record_source job)
  string(MD5 folder ${CMAKE_CURRENT_SOURCE_DIR})
  set(version sibyl_source_version_${folder})
  set(file ${CMAKE_CURRENT_BINARY_DIR}/source_version.cpp)
  if(NOT TARGET ${version})
    add_custom_target(${version}_found BYPRODUCTS ${file} COMMENT "" VERBATIM
      COMMAND ${CMAKE_COMMAND} -DFOLDER=${CMAKE_CURRENT_SOURCE_DIR} -DFILE=${file} -P ${CMAKE_CURRENT_FUNCTION_LIST_DIR}/source_version.cmake)
    add_library(${version} OBJECT ${file})
    add_dependencies(${version} ${version}_found)
  endif()
  target_sources(${job} PRIVATE $<TARGET_OBJECTS:${version}>)
endfunction()
