# `cmake --install build --prefix DIR`: libraries, headers and a CMake package, for jobs that live outside this tree.
include(CMakePackageConfigHelpers)
include(GNUInstallDirs)

set(package_dir ${CMAKE_INSTALL_LIBDIR}/cmake/sibyl)
set(rooms sibyl_flags sibyl_core sibyl_process sibyl_store sibyl_mpi sibyl_cli)
if(TARGET sibyl_train)
  list(APPEND rooms sibyl_train)
endif()
install(TARGETS ${rooms} EXPORT sibyl ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR})
install(EXPORT sibyl NAMESPACE sibyl:: FILE sibylTargets.cmake DESTINATION ${package_dir})
install(DIRECTORY ${CMAKE_CURRENT_SOURCE_DIR}/src/ DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/sibyl
        FILES_MATCHING PATTERN "*.hpp")
configure_package_config_file(${CMAKE_CURRENT_SOURCE_DIR}/src/sibylConfig.cmake.in ${CMAKE_CURRENT_BINARY_DIR}/sibylConfig.cmake
                              INSTALL_DESTINATION ${package_dir})
write_basic_package_version_file(${CMAKE_CURRENT_BINARY_DIR}/sibylConfigVersion.cmake COMPATIBILITY SameMinorVersion)
install(FILES ${CMAKE_CURRENT_BINARY_DIR}/sibylConfig.cmake ${CMAKE_CURRENT_BINARY_DIR}/sibylConfigVersion.cmake
        DESTINATION ${package_dir})
