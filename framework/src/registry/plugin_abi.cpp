#include "registry/plugin_abi.h"

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <optional>
#include <string_view>

#include "flowrun/sdk/error.h"
#include "registry/elf_symbol.h"
#include "registry/words.h"

namespace flowrun::registry {
namespace {

constexpr const char* kRebuild = "; rebuild it with this flowrun's SDK";

std::string abi_version(std::uint32_t major, std::uint32_t minor) { return std::to_string(major) + "." + std::to_string(minor); }

std::string host_version() { return abi_version(FLOWRUN_ABI_MAJOR, FLOWRUN_ABI_MINOR); }

[[noreturn]] void damaged(const std::string& what) {
  throw Error("is damaged: in its flowrun_plugin, " + what + "; rebuild the plugin");
}

/// The text of a char array that must hold its closing zero and nothing but printable ASCII before it.
template <std::size_t Size>
std::string text_of(const char (&array)[Size], const char* what) {
  const char* end = std::find(array, array + Size, '\0');
  if (end == array + Size)
    damaged(std::string("the ") + what + " has no closing zero within its " + std::to_string(Size) + " bytes");
  if (end == array) damaged(std::string("the ") + what + " is empty");
  if (!std::all_of(array, end, [](char c) { return c >= 0x20 && c < 0x7f; }))
    damaged(std::string("the ") + what + " has bytes that are no text");
  return {array, end};
}

/// Size of the struct in ABI 2.0, which every later one begins with.
constexpr std::size_t kFirstSize = sizeof(flowrun_plugin_abi);

/// The members in front, which all ABIs have alike: mark, size and numbers.
constexpr std::size_t kHeadSize = offsetof(flowrun_plugin_abi, reserved);

void copy_at(std::string_view bytes, std::size_t offset, flowrun_plugin_abi& raw, std::size_t size) {
  if (bytes.size() < size || offset > bytes.size() - size) damaged("the data would end outside the file");
  std::memcpy(&raw, bytes.data() + offset, size);
}

void check_version(const flowrun_plugin_abi& raw) {
  const std::string sides =
      "was built for plugin ABI " + abi_version(raw.abi_major, raw.abi_minor) + ", this flowrun has " + host_version();
  if (raw.abi_major > FLOWRUN_ABI_MAJOR) throw Error(sides + kRebuild + ", or use a newer flowrun");
  if (raw.abi_major != FLOWRUN_ABI_MAJOR) throw Error(sides + kRebuild);
  if (raw.size < kFirstSize)
    damaged("the size is " + std::to_string(raw.size) + " bytes, but ABI " + abi_version(raw.abi_major, raw.abi_minor) +
            " has at least " + std::to_string(kFirstSize));
}

/// Of a newer ABI the members that are known here.
flowrun_plugin_abi read_struct(std::string_view bytes) {
  const std::optional<std::size_t> offset = exported_symbol_offset(bytes, "flowrun_plugin");
  if (!offset) throw Error("is a shared library but not a flowrun plugin: it does not export 'flowrun_plugin'");
  flowrun_plugin_abi raw{};
  copy_at(bytes, *offset, raw, kHeadSize);
  static_assert(sizeof FLOWRUN_ABI_MAGIC == FLOWRUN_ABI_MAGIC_SIZE);
  if (std::memcmp(raw.magic, FLOWRUN_ABI_MAGIC, sizeof raw.magic) != 0)
    throw Error("is not a flowrun plugin: what it exports as 'flowrun_plugin' does not begin with flowrun's mark");
  check_version(raw);
  copy_at(bytes, *offset, raw, sizeof raw);
  return raw;
}

/// "gcc-13 libstdc++-cxx11abi-1" in its parts.
struct BuildTag {
  std::string_view compiler, library;
  explicit BuildTag(std::string_view tag)
      : compiler(tag.substr(0, tag.find(' '))), library(tag.substr(std::min(tag.size(), compiler.size() + 1))) {}
  bool has_itanium_abi() const { return compiler.starts_with("gcc-") || compiler.starts_with("clang-"); }
};

void check_build(const std::string& tag) {
  if (tag == FLOWRUN_BUILD_TAG) return;
  const BuildTag plugin(tag), host(FLOWRUN_BUILD_TAG);
  const bool same_library = plugin.library == host.library;
  if (same_library && plugin.has_itanium_abi() && host.has_itanium_abi()) return;
  const std::string advice = same_library ? "the compiler of this flowrun" : "GCC or Clang and " + std::string(host.library);
  throw Error("was built with '" + tag +
              "', this flowrun with '" FLOWRUN_BUILD_TAG
              "', and their C++ objects are laid out otherwise; "
              "rebuild it with " +
              advice);
}

PluginAbi checked(const flowrun_plugin_abi& raw) {
  check_build(text_of(raw.build_tag, "build tag"));
  PluginAbi abi{text_of(raw.name, "plugin name"), text_of(raw.version, "version"), text_of(raw.licence, "licence"), raw};
  if (!is_snake_case(abi.name))
    damaged("the plugin name '" + abi.name + "' is not in snake_case (a letter, then letters, digits and '_')");
  if (!is_version(abi.version)) damaged("the version '" + abi.version + "' is not of the form 1.2.3");
  return abi;
}

}  // namespace

PluginAbi read_plugin_abi(const LibraryFile& library) {
  try {
    return checked(read_struct(library.bytes));
  } catch (const Error& error) {
    throw Error(quoted(library.path) + " " + error.what());
  }
}

bool same_plain_data(const flowrun_plugin_abi& a, const flowrun_plugin_abi& b) {
  return std::memcmp(&a, &b, offsetof(flowrun_plugin_abi, user)) == 0;
}

std::string host_abi_text() { return "ABI " + host_version() + ", built with " FLOWRUN_BUILD_TAG; }

}  // namespace flowrun::registry
