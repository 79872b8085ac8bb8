#include "support/target.h"

#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iterator>

namespace flowrun::fuzz {

void broken(std::string_view promise) {
  std::fprintf(stderr, "broken promise: %.*s\n", static_cast<int>(promise.size()), promise.data());
  std::abort();
}

void require(bool holds, std::string_view promise) {
  if (!holds) broken(promise);
}

void require_sentence(std::string_view text) {
  constexpr std::size_t kLongest = std::size_t{64} << 10;
  require(!text.empty(), "a refusal has a text");
  require(text.size() <= kLongest, "a refusal is no longer than a person can read");
}

void require_sound_faults(const Diagnostics& faults, std::string_view text) {
  const auto lines = 1 + std::count(text.begin(), text.end(), '\n') + std::count(text.begin(), text.end(), '\r');
  for (const Diagnostic& fault : faults.all()) {
    require_sentence(fault.message);
    require(fault.place.line >= 0 && fault.place.line <= lines, "a fault's line is one of the text's");
    require(fault.place.column >= 0 && static_cast<std::size_t>(fault.place.column) <= text.size() + 1,
            "a fault's column is one of the text's");
    require(!to_string(fault).empty(), "a fault can be shown");
  }
}

ScratchFile::ScratchFile(const std::string& name) {
  // Memory is a hundred times faster than a disk here.
  const bool in_memory = !std::getenv("TMPDIR") && std::filesystem::is_directory("/dev/shm");
  const std::filesystem::path parent = in_memory ? "/dev/shm" : std::filesystem::temp_directory_path();
  const auto folder = parent / ("flowrun-fuzz-" + std::to_string(::getpid()));
  std::filesystem::create_directories(folder);
  path_ = folder / name;
}

ScratchFile::~ScratchFile() {
  std::error_code unused;
  std::filesystem::remove_all(path_.parent_path(), unused);
}

void ScratchFile::write(std::string_view bytes) const {
  std::ofstream stream(path_, std::ios::binary | std::ios::trunc);
  stream.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  stream.close();
  if (!stream) broken("the scratch file can be written");
}

std::string ScratchFile::text() const {
  std::ifstream stream(path_, std::ios::binary);
  return {std::istreambuf_iterator<char>(stream), {}};
}

}  // namespace flowrun::fuzz
