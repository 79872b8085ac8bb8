#include "flowrun/host/written_file.h"

#include <fmt/format.h>

#include "flowrun/host/file_content.h"
#include "flowrun/sdk/error.h"

namespace flowrun {

namespace fs = std::filesystem;

constexpr std::size_t kBeginning = 4096;

std::string overwrite_fault(const fs::path& file, const std::string& option, const std::string& what,
                            const std::function<bool(const std::string&)>& is_one) {
  std::error_code unknown;
  if (!fs::exists(fs::symlink_status(file, unknown))) return "";
  std::string why = "is no " + what;
  try {
    const std::string beginning = read_plain_file(file, kBeginning);
    if (beginning.empty() || is_one(beginning)) return "";
  } catch (const Error& fault) {
    why += std::string(" (") + fault.what() + ")";
  }
  return fmt::format("{} '{}': the file is there and {}; remove it, or name another file", option, file.string(), why);
}

}  // namespace flowrun
