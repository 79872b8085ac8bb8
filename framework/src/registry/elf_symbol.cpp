#include "registry/elf_symbol.h"

#include <elf.h>

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <string>
#include <utility>

#include "flowrun/sdk/error.h"

namespace flowrun::registry {
namespace {

constexpr const char* kDamaged = "is damaged: its tables point outside the file; build or copy the plugin again";

[[noreturn]] void cut_short(std::uint64_t needed, std::size_t size) {
  throw Error("is cut short: it should have at least " + std::to_string(needed) + " bytes, it has " + std::to_string(size) +
              "; build or copy the plugin again");
}

/// A copy of the T at a place that the file itself names.
template <class T>
T read_at(std::string_view bytes, std::uint64_t offset) {
  if (bytes.size() < sizeof(T) || offset > bytes.size() - sizeof(T)) throw Error(kDamaged);
  T value;
  std::memcpy(&value, bytes.data() + offset, sizeof value);
  return value;
}

bool looks_like_text(std::string_view bytes) {
  return std::all_of(bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(std::min<std::size_t>(bytes.size(), 512)),
                     [](unsigned char c) { return c >= 0x80 || (c >= 0x20 && c != 0x7f) || (c >= '\t' && c <= '\r'); });
}

Elf64_Ehdr read_header(std::string_view bytes) {
  if (bytes.substr(0, SELFMAG) != std::string_view(ELFMAG, SELFMAG))
    throw Error(looks_like_text(bytes) ? "is not a shared library: it is a text file"
                                       : "is not a shared library: it does not begin as an ELF file does");
  if (bytes.size() < sizeof(Elf64_Ehdr)) cut_short(sizeof(Elf64_Ehdr), bytes.size());
  const auto header = read_at<Elf64_Ehdr>(bytes, 0);
  if (header.e_ident[EI_CLASS] != ELFCLASS64 || header.e_ident[EI_DATA] != ELFDATA2LSB)
    throw Error("is a library for another kind of machine: this one takes 64-bit little-endian libraries; rebuild it here");
  if (header.e_type != ET_DYN) throw Error("is not a shared library: it is an ELF file of another kind, such as an object file");
  const std::uint64_t tables = std::uint64_t{header.e_shnum} * header.e_shentsize;
  if (header.e_shoff > bytes.size() || tables > bytes.size() - header.e_shoff) cut_short(header.e_shoff + tables, bytes.size());
  if (header.e_shnum == 0 || header.e_shentsize != sizeof(Elf64_Shdr)) throw Error(kDamaged);
  return header;
}

Elf64_Shdr section(std::string_view bytes, const Elf64_Ehdr& header, std::uint64_t index) {
  if (index >= header.e_shnum) throw Error(kDamaged);
  return read_at<Elf64_Shdr>(bytes, header.e_shoff + index * sizeof(Elf64_Shdr));
}

std::string_view contents(std::string_view bytes, const Elf64_Shdr& section) {
  if (section.sh_offset > bytes.size() || section.sh_size > bytes.size() - section.sh_offset) throw Error(kDamaged);
  return bytes.substr(section.sh_offset, section.sh_size);
}

bool is_name_at(std::string_view names, std::uint64_t offset, std::string_view wanted) {
  if (offset >= names.size()) throw Error(kDamaged);
  const std::string_view rest = names.substr(offset);
  return rest.starts_with(wanted) && rest.size() > wanted.size() && rest[wanted.size()] == '\0';
}

/// A library has one table of dynamic symbols; a file in which thousands of sections name the same bytes as one is not read for
/// hours.
std::optional<Elf64_Sym> find_symbol(std::string_view bytes, const Elf64_Ehdr& header, std::string_view wanted) {
  bool had_table = false;
  for (std::uint64_t i = 0; i < header.e_shnum; ++i) {
    const Elf64_Shdr table = section(bytes, header, i);
    if (table.sh_type != SHT_DYNSYM) continue;
    if (std::exchange(had_table, true)) throw Error(kDamaged);
    const std::string_view symbols = contents(bytes, table);
    const std::string_view names = contents(bytes, section(bytes, header, table.sh_link));
    for (std::uint64_t at = 0; at + sizeof(Elf64_Sym) <= symbols.size(); at += sizeof(Elf64_Sym)) {
      const auto symbol = read_at<Elf64_Sym>(symbols, at);
      const bool exported = symbol.st_shndx != SHN_UNDEF && ELF64_ST_BIND(symbol.st_info) != STB_LOCAL;
      if (exported && is_name_at(names, symbol.st_name, wanted)) return symbol;
    }
  }
  return std::nullopt;
}

/// The part of the file that is mapped at an address.
std::size_t offset_of_address(std::string_view bytes, const Elf64_Ehdr& header, std::uint64_t address) {
  for (std::uint64_t i = 0; i < header.e_phnum; ++i) {
    const auto segment = read_at<Elf64_Phdr>(bytes, header.e_phoff + i * sizeof(Elf64_Phdr));
    if (segment.p_type != PT_LOAD || address < segment.p_vaddr || address - segment.p_vaddr >= segment.p_filesz) continue;
    return segment.p_offset + (address - segment.p_vaddr);
  }
  throw Error(kDamaged);
}

}  // namespace

std::optional<std::size_t> exported_symbol_offset(std::string_view bytes, std::string_view symbol) {
  const Elf64_Ehdr header = read_header(bytes);
  const std::optional<Elf64_Sym> found = find_symbol(bytes, header, symbol);
  if (!found) return std::nullopt;
  return offset_of_address(bytes, header, found->st_value);
}

}  // namespace flowrun::registry
