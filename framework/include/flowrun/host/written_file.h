// Files that the command line names to be written: nothing of somebody else's is replaced.
#pragma once

#include <filesystem>
#include <functional>
#include <string>

namespace flowrun {

/// Why `option` may not write the file: there is one already, which is neither empty nor a `what` ("timeline of flowrun").
/// Empty: it may. `is_one`: whether a file that begins so is a `what`.
std::string overwrite_fault(const std::filesystem::path& file, const std::string& option, const std::string& what,
                            const std::function<bool(const std::string&)>& is_one);

}  // namespace flowrun
