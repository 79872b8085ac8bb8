# `cpack --config build/release/CPackConfig.cmake` makes a Debian package of what `cmake --install` installs, below /usr.
set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_NAME flowrun)
set(CPACK_PACKAGE_VERSION ${PROJECT_VERSION})
set(CPACK_PACKAGE_CONTACT "flowrun authors <flowrun@localhost>" CACHE STRING "Maintainer of the Debian package: Name <address>")
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "Graphs of image-processing nodes over medical volumes")
set(CPACK_DEBIAN_PACKAGE_DESCRIPTION
  "The program flowrun, its plugins and graphs, and what is needed to build and test plugins (headers, libraries, CMake package).")
set(CPACK_STRIP_FILES ON)
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_SECTION science)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_PACKAGE_SUGGESTS "graphviz, g++, cmake, doctest-dev, libtbb-dev, libssl-dev, libzstd-dev")
if(FLOWRUN_WITH_TORCH)
  set(CPACK_DEBIAN_PACKAGE_RECOMMENDS libopenblas0-pthread)  # a plain BLAS is far slower
endif()
include(CPack)
