#pragma once

#include <elf.h>

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <optional>
#include <string>
#include <vector>

namespace flowrun::registry {

/// A library as the loader sees it, read in places: a library may be larger than what one likes to read. Of a file that is no ELF
/// file of 64 bits, or that is damaged, there is nothing.
class ElfSegments {
 public:
  explicit ElfSegments(const std::filesystem::path& file);

  /// What the library says to the loader: the numbers of one tag, and the first of them as text.
  std::vector<std::string> texts(std::int64_t tag);
  /// The content of its note of that kind, which "GNU" has made.
  std::string gnu_note(std::uint32_t kind);

 private:
  bool read(std::uint64_t at, void* to, std::size_t length);
  std::string content(std::uint32_t type, std::size_t most);
  std::optional<std::uint64_t> place_of(std::uint64_t address) const;
  std::string text_at(std::uint64_t at);

  std::ifstream stream_;
  std::vector<Elf64_Phdr> segments_;
};

}  // namespace flowrun::registry
