#include "registry/elf_segments.h"

#include <cstring>

namespace flowrun::registry {
namespace {

constexpr std::size_t kMostBytes = std::size_t{1} << 20, kLongestText = 4096, kMostSegments = 256;

template <class T>
std::vector<T> table_of(const std::string& bytes) {
  std::vector<T> table(bytes.size() / sizeof(T));
  if (!table.empty()) std::memcpy(table.data(), bytes.data(), table.size() * sizeof(T));
  return table;
}

std::size_t rounded_up(std::size_t size) { return (size + 3) / 4 * 4; }

}  // namespace

ElfSegments::ElfSegments(const std::filesystem::path& file) {
  std::error_code unknown;
  if (!std::filesystem::is_regular_file(file, unknown)) return;  // a pipe would be waited for
  stream_.open(file, std::ios::binary);
  Elf64_Ehdr header{};
  if (!read(0, &header, sizeof header) || std::memcmp(header.e_ident, ELFMAG, SELFMAG) != 0) return;
  if (header.e_ident[EI_CLASS] != ELFCLASS64 || header.e_phentsize != sizeof(Elf64_Phdr)) return;
  if (header.e_phnum > kMostSegments) return;
  std::vector<Elf64_Phdr> segments(header.e_phnum);
  if (read(header.e_phoff, segments.data(), segments.size() * sizeof(Elf64_Phdr))) segments_ = std::move(segments);
}

bool ElfSegments::read(std::uint64_t at, void* to, std::size_t length) {
  if (at > static_cast<std::uint64_t>(INT64_MAX)) return false;
  stream_.clear();
  stream_.seekg(static_cast<std::streamoff>(at));
  stream_.read(static_cast<char*>(to), static_cast<std::streamsize>(length));
  return static_cast<bool>(stream_);
}

/// Of the first segment of that type; nothing where it is larger.
std::string ElfSegments::content(std::uint32_t type, std::size_t most) {
  for (const Elf64_Phdr& segment : segments_) {
    if (segment.p_type != type || segment.p_filesz > most) continue;
    std::string bytes(segment.p_filesz, '\0');
    return read(segment.p_offset, bytes.data(), bytes.size()) ? bytes : "";
  }
  return "";
}

std::optional<std::uint64_t> ElfSegments::place_of(std::uint64_t address) const {
  for (const Elf64_Phdr& segment : segments_)
    if (segment.p_type == PT_LOAD && address >= segment.p_vaddr && address - segment.p_vaddr < segment.p_filesz)
      return segment.p_offset + (address - segment.p_vaddr);
  return std::nullopt;
}

std::string ElfSegments::text_at(std::uint64_t at) {
  std::string text(kLongestText, '\0');
  if (at > static_cast<std::uint64_t>(INT64_MAX)) return "";
  stream_.clear();
  stream_.seekg(static_cast<std::streamoff>(at));
  stream_.read(text.data(), static_cast<std::streamsize>(text.size()));
  return text.substr(0, text.find('\0'));
}

std::vector<std::string> ElfSegments::texts(std::int64_t tag) {
  std::vector<std::string> found;
  std::optional<std::uint64_t> names;
  const std::vector<Elf64_Dyn> entries = table_of<Elf64_Dyn>(content(PT_DYNAMIC, kMostBytes));
  for (const Elf64_Dyn& entry : entries)
    if (entry.d_tag == DT_STRTAB) names = place_of(entry.d_un.d_ptr);
  for (const Elf64_Dyn& entry : entries) {
    if (entry.d_tag == DT_NULL) break;
    if (entry.d_tag == tag && names && entry.d_un.d_val < (std::uint64_t{1} << 40))
      found.push_back(text_at(*names + entry.d_un.d_val));
  }
  return found;
}

/// A note is three numbers (lengths of name and content, kind), the name and the content, each filled up to four bytes.
std::string ElfSegments::gnu_note(std::uint32_t kind) {
  for (const Elf64_Phdr& segment : segments_) {
    if (segment.p_type != PT_NOTE || segment.p_filesz > kMostBytes) continue;
    std::string bytes(segment.p_filesz, '\0');
    if (!read(segment.p_offset, bytes.data(), bytes.size())) continue;
    for (std::size_t at = 0; at + sizeof(Elf64_Nhdr) <= bytes.size();) {
      Elf64_Nhdr note{};
      std::memcpy(&note, bytes.data() + at, sizeof note);
      const std::size_t name = at + sizeof note, text = name + rounded_up(note.n_namesz);
      if (text + note.n_descsz > bytes.size()) break;
      if (note.n_type == kind && bytes.compare(name, 4, std::string("GNU\0", 4)) == 0) return bytes.substr(text, note.n_descsz);
      at = text + rounded_up(note.n_descsz);
    }
  }
  return "";
}

}  // namespace flowrun::registry
