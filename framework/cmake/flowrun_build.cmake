# What every target of this tree is built with.
add_library(flowrun_build_flags INTERFACE)
target_compile_options(flowrun_build_flags INTERFACE -Wall -Wextra -Wpedantic -Wshadow -Wnon-virtual-dtor -Woverloaded-virtual
  -Wno-missing-field-initializers  # descriptions name only the fields that they set
  $<$<CXX_COMPILER_ID:GNU>:-Wno-restrict>)  # GCC 12 warns of "text" + std::string in its own header (GCC bug 105651)
if(FLOWRUN_SANITIZE)
  target_compile_options(flowrun_build_flags INTERFACE -fsanitize=${FLOWRUN_SANITIZE} -fno-omit-frame-pointer -g)
  target_link_options(flowrun_build_flags INTERFACE -fsanitize=${FLOWRUN_SANITIZE})
endif()

if(FLOWRUN_BUILD_FUZZERS)
  if(NOT CMAKE_CXX_COMPILER_ID STREQUAL "Clang")
    message(FATAL_ERROR "FLOWRUN_BUILD_FUZZERS needs clang, which has libFuzzer: cmake --preset fuzz")
  endif()
  target_compile_options(flowrun_build_flags INTERFACE -fsanitize=fuzzer-no-link,address,undefined -fno-sanitize-recover=all
    -fno-omit-frame-pointer -g)
  target_compile_definitions(flowrun_build_flags INTERFACE _GLIBCXX_ASSERTIONS)
  target_link_options(flowrun_build_flags INTERFACE -fsanitize=address,undefined)
endif()

# A room of the framework: framework/src/<room>, with folders in it, the third parties named and nothing else.
#   flowrun_add_room(validate LINKS Boost::graph)
function(flowrun_add_room room)
  cmake_parse_arguments(ARG "" "" "LINKS;FOLDERS" ${ARGN})
  list(TRANSFORM ARG_FOLDERS REPLACE "(.+)" "${PROJECT_SOURCE_DIR}/framework/src/${room}/\\1/*.cpp")
  file(GLOB sources CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/framework/src/${room}/*.cpp ${ARG_FOLDERS})
  add_library(flowrun_${room} STATIC ${sources})
  add_library(flowrun::${room} ALIAS flowrun_${room})
  target_include_directories(flowrun_${room} PRIVATE ${PROJECT_SOURCE_DIR}/framework/src)
  target_link_libraries(flowrun_${room} PUBLIC flowrun_sdk PRIVATE $<BUILD_INTERFACE:flowrun_build_flags> ${ARG_LINKS})
endfunction()
