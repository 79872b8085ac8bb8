# What `cmake --install` puts where. All places are relative to the prefix and no library holds an absolute path, so the prefix may
# be moved.
include(CMakePackageConfigHelpers)
set(package_folder ${CMAKE_INSTALL_LIBDIR}/cmake/flowrun)

# Each set of targets is one file of the package, so that a component asks for no library that it does not need.
#   sdk: what plugins link    core: rooms that testing and host share    testing: the one-node runner    host: what applications link
set_target_properties(flowrun_manifest PROPERTIES EXPORT_NAME manifest)
install(TARGETS flowrun_manifest EXPORT flowrun_sdk RUNTIME DESTINATION ${CMAKE_INSTALL_LIBEXECDIR}/flowrun)
function(flowrun_export set)
  foreach(room ${ARGN})
    set_target_properties(flowrun_${room} PROPERTIES EXPORT_NAME ${room})
    install(TARGETS flowrun_${room} EXPORT flowrun_${set} ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR})
  endforeach()
  install(EXPORT flowrun_${set} NAMESPACE flowrun:: FILE flowrun-${set}.cmake DESTINATION ${package_folder})
endfunction()
flowrun_export(sdk sdk)
flowrun_export(core diagnostics json process scripts spec registry validate)
flowrun_export(testing testing)
flowrun_export(host timeline packets schedule records text results cohort session host)
if(TARGET flowrun)
  set_target_properties(flowrun PROPERTIES EXPORT_NAME program)
  install(TARGETS flowrun EXPORT flowrun_program RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
  flowrun_export(program)
endif()

install(DIRECTORY ${PROJECT_SOURCE_DIR}/framework/include/flowrun DESTINATION ${CMAKE_INSTALL_INCLUDEDIR} FILES_MATCHING PATTERN "*.h")
include(${CMAKE_CURRENT_LIST_DIR}/flowrun_graphs.cmake)
install(FILES ${PROJECT_SOURCE_DIR}/LICENSE DESTINATION ${CMAKE_INSTALL_DOCDIR} RENAME copyright)

configure_package_config_file(${CMAKE_CURRENT_LIST_DIR}/flowrunConfig.cmake.in ${PROJECT_BINARY_DIR}/package/flowrunConfig.cmake
  INSTALL_DESTINATION ${package_folder} NO_SET_AND_CHECK_MACRO NO_CHECK_REQUIRED_COMPONENTS_MACRO)
write_basic_package_version_file(${PROJECT_BINARY_DIR}/package/flowrunConfigVersion.cmake COMPATIBILITY SameMinorVersion)
install(FILES
  ${PROJECT_BINARY_DIR}/package/flowrunConfig.cmake ${PROJECT_BINARY_DIR}/package/flowrunConfigVersion.cmake
  ${CMAKE_CURRENT_LIST_DIR}/flowrun_plugin.cmake ${CMAKE_CURRENT_LIST_DIR}/flowrun_plugin.map
  DESTINATION ${package_folder})

# For builds without CMake: flowrun.pc and flowrun-testing.pc.
file(RELATIVE_PATH prefix_from_pc /${CMAKE_INSTALL_LIBDIR}/pkgconfig /)
string(REGEX REPLACE "/$" "" prefix_from_pc "${prefix_from_pc}")
foreach(file flowrun.pc flowrun-testing.pc)
  configure_file(${CMAKE_CURRENT_LIST_DIR}/${file}.in ${PROJECT_BINARY_DIR}/package/${file} @ONLY)
  install(FILES ${PROJECT_BINARY_DIR}/package/${file} DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig)
endforeach()
