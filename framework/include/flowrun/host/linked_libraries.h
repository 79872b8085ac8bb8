// The shared libraries below a plugin's library.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace flowrun {

/// The libraries that a shared library links and that are not the system's, with those that they link in turn: what the loader
/// finds by the run paths of the files, in LD_LIBRARY_PATH and in the folders that /etc/ld.so.conf.d adds to those of the system.
/// A file that is no library of this machine links none. Libraries that code opens by itself (dlopen) are not among them.
std::vector<std::filesystem::path> linked_libraries(const std::filesystem::path& library);

/// What the linker has noted of a library's content (its build ID), as hexadecimal digits. Empty: it has noted nothing.
std::string build_id(const std::filesystem::path& library);

}  // namespace flowrun
