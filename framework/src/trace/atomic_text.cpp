#include "trace/atomic_text.h"

#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <fstream>
#include <string>

#include "flowrun/sdk/error.h"

namespace flowrun::trace {

void write_text_atomically(const std::filesystem::path& file, std::string_view text) {
  const std::filesystem::path temporary = file.string() + ".tmp-" + std::to_string(getpid());
  {
    std::ofstream stream(temporary, std::ios::binary | std::ios::trunc);
    stream.write(text.data(), static_cast<std::streamsize>(text.size()));
    stream.flush();
    if (!stream) {
      const std::string reason = std::strerror(errno);
      std::error_code ignored;
      std::filesystem::remove(temporary, ignored);
      throw Error("'" + file.string() + "' could not be written: " + reason + "; check the folder, its permissions and the room on the disk");
    }
  }
  std::error_code error;
  std::filesystem::rename(temporary, file, error);
  if (!error) return;
  std::error_code ignored;
  std::filesystem::remove(temporary, ignored);
  throw Error("'" + file.string() + "' could not be written: " + error.message());
}

}  // namespace flowrun::trace
