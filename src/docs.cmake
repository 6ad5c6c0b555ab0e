# `cmake --build build --target docs`: pages of what a job may include (src/sibyl), in build/docs/html. Doxygen is all that it
# takes, and nothing else needs it.
find_package(Doxygen QUIET)
if(NOT DOXYGEN_FOUND)
  message(STATUS "Doxygen is not here: there is no target docs")
  return()
endif()
set(DOXYGEN_PROJECT_NAME Sibyl)
set(DOXYGEN_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/docs)
set(DOXYGEN_STRIP_FROM_PATH ${PROJECT_SOURCE_DIR}/src)
set(DOXYGEN_STRIP_FROM_INC_PATH ${PROJECT_SOURCE_DIR}/src)  # a class page says <sibyl/...>, as a job does
set(DOXYGEN_JAVADOC_AUTOBRIEF YES)
set(DOXYGEN_EXTRACT_ALL YES)
set(DOXYGEN_HIDE_UNDOC_RELATIONS NO)
set(DOXYGEN_DISTRIBUTE_GROUP_DOC YES)
set(DOXYGEN_SORT_MEMBER_DOCS NO)    # in the order of the header
set(DOXYGEN_HAVE_DOT NO)            # with Graphviz or without, the same pages
set(DOXYGEN_QUIET YES)
set(DOXYGEN_WARN_IF_UNDOCUMENTED NO)
set(DOXYGEN_USE_MDFILE_AS_MAINPAGE ${PROJECT_SOURCE_DIR}/jobs/README.md)
doxygen_add_docs(docs src/sibyl jobs/README.md COMMENT "Pages of the public headers: ${DOXYGEN_OUTPUT_DIRECTORY}/html/index.html")
