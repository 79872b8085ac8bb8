# The plugin without its nodes, as a library of its own, so that tests can measure the metric and the search themselves.
if(TARGET flowrun_registration_core)
  return()
endif()
# ITK's HDF5 form of transforms, by the C library that Debian's ITK is built with.
find_package(HDF5 REQUIRED COMPONENTS C)
set(sources bias.cpp check.cpp head.cpp interpolate.cpp joint_bias.cpp mutual_information.cpp pose.cpp powell.cpp pyramid.cpp
  resample.cpp sampling.cpp search.cpp spaces.cpp transform_hdf5.cpp transform_records.cpp transform_text.cpp voxel_map.cpp)
list(TRANSFORM sources PREPEND ${CMAKE_CURRENT_LIST_DIR}/)
add_library(flowrun_registration_core STATIC ${sources})
target_include_directories(flowrun_registration_core PUBLIC ${PROJECT_SOURCE_DIR}/plugins)
target_include_directories(flowrun_registration_core SYSTEM PRIVATE ${HDF5_C_INCLUDE_DIRS})
target_link_libraries(flowrun_registration_core PUBLIC flowrun_sdk PRIVATE flowrun_build_flags ${HDF5_C_LIBRARIES})
