# Several plugins include this; the first one adds the target.
if(NOT TARGET flowrun_common_torch)
  add_subdirectory(${CMAKE_CURRENT_LIST_DIR} ${PROJECT_BINARY_DIR}/plugins/common/torch)
endif()

# Compiles a plugin's sources with the precompiled LibTorch headers of the common room, except those that do without LibTorch.
#   flowrun_use_torch_headers(cnn WITHOUT plugin.cpp)
function(flowrun_use_torch_headers plugin)
  cmake_parse_arguments(ARG "" "" "WITHOUT" ${ARGN})
  set_target_properties(flowrun_plugin_${plugin} PROPERTIES DEFINE_SYMBOL "")  # the export macro would make the two differ
  target_precompile_headers(flowrun_plugin_${plugin} REUSE_FROM flowrun_common_torch)
  set_source_files_properties(${ARG_WITHOUT} PROPERTIES SKIP_PRECOMPILE_HEADERS ON)
endfunction()
