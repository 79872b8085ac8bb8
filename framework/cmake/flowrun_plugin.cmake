# One plugin in one call: a module that exports only `flowrun_plugin`, and its manifest beside it.
#   flowrun_add_plugin(intensity SOURCES plugin.cpp normalise.cpp LINKS ITK::...)
# The target is flowrun_plugin_<name>, the file <name>.so in FLOWRUN_PLUGIN_OUTPUT_DIRECTORY (default: lib/flowrun/plugins of the
# build folder).
set(FLOWRUN_PLUGIN_EXPORTS ${CMAKE_CURRENT_LIST_DIR}/flowrun_plugin.map)

function(flowrun_add_plugin name)
  cmake_parse_arguments(ARG "" "" "SOURCES;LINKS" ${ARGN})
  if(NOT name MATCHES "^[a-z][a-z0-9_]*$")
    message(FATAL_ERROR "flowrun_add_plugin: '${name}' is not in snake_case; a plugin's name begins the names of its node types")
  endif()
  if(ARG_UNPARSED_ARGUMENTS OR NOT ARG_SOURCES)
    message(FATAL_ERROR "flowrun_add_plugin(${name}): give SOURCES <files> and, where needed, LINKS <libraries>, nothing else")
  endif()
  if(NOT FLOWRUN_PLUGIN_OUTPUT_DIRECTORY)
    set(FLOWRUN_PLUGIN_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/lib/flowrun/plugins)
  endif()
  set(target flowrun_plugin_${name})
  add_library(${target} MODULE ${ARG_SOURCES})
  target_link_libraries(${target} PRIVATE flowrun::sdk ${ARG_LINKS})
  if(TARGET flowrun_build_flags)
    target_link_libraries(${target} PRIVATE flowrun_build_flags)
  endif()
  target_link_options(${target} PRIVATE -Wl,--version-script=${FLOWRUN_PLUGIN_EXPORTS} -Wl,--no-undefined)
  set_target_properties(${target} PROPERTIES
    PREFIX "" SUFFIX .so OUTPUT_NAME ${name} POSITION_INDEPENDENT_CODE ON
    CXX_VISIBILITY_PRESET hidden VISIBILITY_INLINES_HIDDEN ON
    LINK_DEPENDS "${FLOWRUN_PLUGIN_EXPORTS}"
    LIBRARY_OUTPUT_DIRECTORY ${FLOWRUN_PLUGIN_OUTPUT_DIRECTORY})
  add_custom_command(TARGET ${target} POST_BUILD
    COMMAND flowrun::manifest $<TARGET_FILE:${target}>
    COMMENT "Manifest of plugin ${name}" VERBATIM)
endfunction()

# Installs a plugin where the program of the same prefix looks for it. Its manifest is made anew there: stripping and the removal of
# the build's run path change the library.
#   flowrun_install_plugin(intensity)
function(flowrun_install_plugin name)
  install(TARGETS flowrun_plugin_${name} LIBRARY DESTINATION lib/flowrun/plugins)
  install(CODE "execute_process(COMMAND_ERROR_IS_FATAL ANY
    COMMAND $<TARGET_FILE:flowrun::manifest> \"\$ENV{DESTDIR}\${CMAKE_INSTALL_PREFIX}/lib/flowrun/plugins/${name}.so\")")
endfunction()
