# The plugin without its nodes, as a library of its own: tests/fuzz hands bytes to the readers. The first one who includes this adds
# the target.
if(TARGET flowrun_io_readers)
  return()
endif()
# Not ITK's use file: it registers factories for the whole process. The formats here are made directly.
find_package(ITK 5.2 REQUIRED COMPONENTS ITKIONIFTI ITKIONRRD ITKIOMeta ITKIOGDCM)
find_package(ZLIB REQUIRED)

set(sources content.cpp data_file.cpp data_stream.cpp dicom_bytes.cpp dicom_check.cpp dicom_codestream.cpp dicom_description.cpp
  dicom_elements.cpp dicom_kind.cpp dicom_planes.cpp dicom_scan.cpp dicom_series.cpp dicom_stack.cpp dicom_strays.cpp dicom_volumes.cpp dicom_voxels.cpp doubts.cpp
  file_grid.cpp file_image.cpp
  image_format.cpp image_header.cpp image_reader.cpp image_writer.cpp itk_session.cpp length_unit.cpp memory_room.cpp meta_file.cpp
  nifti_bytes.cpp nifti_file.cpp nifti_header.cpp nrrd_file.cpp nrrd_voxels.cpp text_header.cpp
  value_losses.cpp voxel_source.cpp)
list(TRANSFORM sources PREPEND ${CMAKE_CURRENT_LIST_DIR}/)
add_library(flowrun_io_readers STATIC ${sources})
target_include_directories(flowrun_io_readers PUBLIC ${PROJECT_SOURCE_DIR}/plugins)
target_include_directories(flowrun_io_readers SYSTEM PUBLIC ${ITK_INCLUDE_DIRS} ${GDCM_INCLUDE_DIRS})
target_link_libraries(flowrun_io_readers
  PUBLIC flowrun_sdk ${ITK_LIBRARIES} ZLIB::ZLIB gdcmMSFF PRIVATE flowrun_build_flags)
