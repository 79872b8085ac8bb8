#include "registry/plugin_abi.h"

#include <doctest/doctest.h>
#include <elf.h>

#include <cstring>
#include <random>

#include "bad_plugins/plugin_folder.h"
#include "flowrun/sdk/error.h"
#include "registry/elf_symbol.h"

namespace {

using namespace flowrun;
using namespace flowrun::registry;
using namespace flowrun::testing;

LibraryFile good_library() {
  const PluginFolder folder;
  return read_library_file(folder.add("good"));
}

/// Reads what may be damaged: it is read, or refused with an Error; nothing else may happen.
bool is_read(const LibraryFile& library) {
  try {
    read_plugin_abi(library);
    return true;
  } catch (const Error& error) {
    CHECK(std::string(error.what()).size() > library.path.string().size());
    return false;
  }
}

}  // namespace

TEST_CASE("plugin_abi: name, version and licence are read without loading") {
  const PluginFolder folder;
  const std::filesystem::path file = folder.add("good");
  const PluginAbi abi = read_plugin_abi(read_library_file(file));
  CHECK(abi.name == "good");
  CHECK(abi.version == "1.2.3");
  CHECK(abi.licence == "Apache-2.0 OR MIT");
  CHECK(std::string(abi.raw.build_tag) == FLOWRUN_BUILD_TAG);
  CHECK_FALSE(is_mapped(file));
}

TEST_CASE("plugin_abi: the mark elsewhere in the file is not taken for the struct") {
  LibraryFile library = good_library();
  library.bytes += std::string(FLOWRUN_ABI_MAGIC, FLOWRUN_ABI_MAGIC_SIZE) + std::string(sizeof(flowrun_plugin_abi), 'x');
  CHECK(read_plugin_abi(library).name == "good");
}

TEST_CASE("plugin_abi: a file cut anywhere is refused") {
  const LibraryFile whole = good_library();
  LibraryFile cut = whole;
  for (std::size_t size = 1; size < whole.bytes.size(); size += size < 4096 ? 1 : 211) {
    cut.bytes = whole.bytes.substr(0, size);
    CHECK_FALSE_MESSAGE(is_read(cut), size);
  }
}

TEST_CASE("plugin_abi: no damage to a file's tables makes the reader leave the file") {
  const LibraryFile whole = good_library();
  const std::size_t tables = whole.bytes.size() - 64 * 30;  // the section headers stand last
  std::mt19937 random(1);
  LibraryFile damaged = whole;
  int refused = 0;
  for (int round = 0; round < 4000; ++round) {
    damaged.bytes = whole.bytes;
    for (int i = 0; i < 3; ++i) {
      const std::size_t at = round % 2 ? random() % 1024 : tables + random() % (whole.bytes.size() - tables);
      damaged.bytes[at] = static_cast<char>(random() % 3 ? random() : 0xff);
    }
    refused += !is_read(damaged);
  }
  CHECK(refused > 100);
}

TEST_CASE("plugin_abi: a symbol that is used but not defined is not exported") {
  const LibraryFile library = good_library();
  CHECK(exported_symbol_offset(library.bytes, "flowrun_plugin").has_value());
  CHECK(library.bytes.find("getenv") != std::string::npos);
  CHECK_FALSE(exported_symbol_offset(library.bytes, "getenv").has_value());
}

TEST_CASE("plugin_abi: a file with several tables of dynamic symbols is refused, however many name the same bytes") {
  const LibraryFile whole = good_library();
  LibraryFile many = whole;
  Elf64_Ehdr header;
  std::memcpy(&header, whole.bytes.data(), sizeof header);
  const std::string_view sections(whole.bytes.data() + header.e_shoff, std::size_t{header.e_shnum} * sizeof(Elf64_Shdr));
  for (std::size_t i = 0; i < header.e_shnum; ++i) {
    Elf64_Shdr section;
    std::memcpy(&section, sections.data() + i * sizeof section, sizeof section);
    if (section.sh_type != SHT_DYNSYM) continue;
    many.bytes.append(reinterpret_cast<const char*>(&section), sizeof section);  // the table of sections stands last
    ++header.e_shnum;
    break;
  }
  REQUIRE(many.bytes.size() == whole.bytes.size() + sizeof(Elf64_Shdr));
  std::memcpy(many.bytes.data(), &header, sizeof header);
  CHECK(is_read(whole));
  CHECK_THROWS_WITH(exported_symbol_offset(many.bytes, "setenv"),
                    "is damaged: its tables point outside the file; build or copy the plugin again");
}
