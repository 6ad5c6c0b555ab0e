# `cmake --install build --prefix DIR`: libraries, headers and a CMake package, for jobs that live outside this tree.
include(CMakePackageConfigHelpers)
include(GNUInstallDirs)

set(package_dir ${CMAKE_INSTALL_LIBDIR}/cmake/sibyl)
set(rooms sibyl_flags sibyl_base sibyl_core sibyl_process sibyl_external sibyl_store sibyl_sweep sibyl_mpi sibyl_launch sibyl_cli)
if(TARGET sibyl_train)
  list(APPEND rooms sibyl_train)
endif()
install(TARGETS ${rooms} EXPORT sibyl ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR})
install(EXPORT sibyl NAMESPACE sibyl:: FILE sibylTargets.cmake DESTINATION ${package_dir})
install(DIRECTORY ${CMAKE_CURRENT_SOURCE_DIR}/src/sibyl DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}
        FILES_MATCHING PATTERN "*.hpp")
configure_package_config_file(${CMAKE_CURRENT_SOURCE_DIR}/src/sibylConfig.cmake.in ${CMAKE_CURRENT_BINARY_DIR}/sibylConfig.cmake
                              INSTALL_DESTINATION ${package_dir})
write_basic_package_version_file(${CMAKE_CURRENT_BINARY_DIR}/sibylConfigVersion.cmake COMPATIBILITY SameMinorVersion)
install(FILES ${CMAKE_CURRENT_BINARY_DIR}/sibylConfig.cmake ${CMAKE_CURRENT_BINARY_DIR}/sibylConfigVersion.cmake
              ${CMAKE_CURRENT_SOURCE_DIR}/src/job_source.cmake ${CMAKE_CURRENT_SOURCE_DIR}/src/source_version.cmake
        DESTINATION ${package_dir})

# What looks at sweeps, and what starts them on a cluster. share/sibyl is laid out as this tree, so the links between its pages
# hold. `--component share` installs this alone; nothing of it has to be built.
set(share_dir ${CMAKE_INSTALL_DATADIR}/sibyl)
install(FILES README.md CHANGELOG.md CONTRIBUTING.md CITATION.cff LICENSE DESTINATION ${share_dir} COMPONENT share)
install(DIRECTORY slurm DESTINATION ${share_dir} USE_SOURCE_PERMISSIONS COMPONENT share PATTERN .shellcheckrc EXCLUDE)
install(DIRECTORY jobs DESTINATION ${share_dir} USE_SOURCE_PERMISSIONS COMPONENT share
        FILES_MATCHING PATTERN "*.cpp" PATTERN "*.md" PATTERN "*.py" PATTERN "*.sh" PATTERN "*.R" PATTERN "*.json" PATTERN CMakeLists.txt
        PATTERN __pycache__ EXCLUDE)
if(TARGET program)  # bin/sibyl-program finds sibyl_trial.py in share/
  install(PROGRAMS $<TARGET_FILE:program> DESTINATION ${CMAKE_INSTALL_BINDIR} RENAME sibyl-program OPTIONAL)
endif()
install(DIRECTORY analysis DESTINATION ${share_dir} COMPONENT share
        FILES_MATCHING PATTERN "*.py" PATTERN "*.md" PATTERN pyproject.toml
        PATTERN __pycache__ EXCLUDE PATTERN build EXCLUDE PATTERN "*.egg-info" EXCLUDE)  # what pip leaves
file(RELATIVE_PATH from_bin ${CMAKE_INSTALL_FULL_BINDIR} ${CMAKE_INSTALL_FULL_DATADIR}/sibyl/analysis)
file(CONFIGURE OUTPUT sibyl-analysis @ONLY CONTENT [[
#!/usr/bin/env python3
"""`python3 -m sibyl_analysis`, of the package that is installed with this script."""

import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.realpath(__file__)), "@from_bin@"))

from sibyl_analysis.command_line import main

if __name__ == "__main__":
    sys.exit(main())
]])
install(PROGRAMS ${CMAKE_CURRENT_BINARY_DIR}/sibyl-analysis DESTINATION ${CMAKE_INSTALL_BINDIR} COMPONENT share)
