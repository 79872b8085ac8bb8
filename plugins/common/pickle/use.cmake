# Several plugins include this; the first one adds the target.
if(NOT TARGET flowrun_common_pickle)
  add_subdirectory(${CMAKE_CURRENT_LIST_DIR} ${PROJECT_BINARY_DIR}/plugins/common/pickle)
endif()
