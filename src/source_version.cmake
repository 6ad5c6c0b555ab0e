# cmake -DFOLDER=... -DFILE=... -P source_version.cmake: see job_source.cmake.
execute_process(COMMAND git --no-optional-locks describe --always --dirty --tags --abbrev=12 WORKING_DIRECTORY ${FOLDER}
                OUTPUT_VARIABLE version ERROR_QUIET OUTPUT_STRIP_TRAILING_WHITESPACE)
string(REGEX REPLACE "[^-A-Za-z0-9._/+]" "_" version "${version}")
set(text "extern \"C\" const char* sibyl_source_version() {\n  return \"${version}\";\n}\n")
if(EXISTS ${FILE})
  file(READ ${FILE} before)
endif()
if(NOT "${before}" STREQUAL "${text}")
  file(WRITE ${FILE} "${text}")
endif()
