// Plugins that are refused by what their file says: none of their code may run.
#include <doctest/doctest.h>
#include <sys/stat.h>
#include <unistd.h>

#include "bad_plugins/plugin_folder.h"
#include "flowrun/sdk/node_type.h"

#include "flowrun/sdk/abi.h"
#include "support/needs.h"

namespace {

namespace fs = std::filesystem;
using namespace flowrun;
using namespace flowrun::testing;

/// The sentence after the quoted path, and that nothing of the library ran, here or in a separate process, or stayed.
std::string refusal(const fs::path& file) {
  const FixtureMark mark;
  const std::string text = failure_of(file);
  CHECK(mark.count() == 0);
  CHECK_FALSE(is_mapped(file));
  CHECK_FALSE(fs::exists(file.string() + ".json"));
  const std::string start = "'" + file.string() + "' ";
  REQUIRE_MESSAGE(text.rfind(start, 0) == 0, text);
  return text.substr(start.size());
}

std::string refusal_of_fixture(const std::string& name) {
  const PluginFolder folder;
  return refusal(folder.add(name));
}

const std::string kHostAbi = std::to_string(FLOWRUN_ABI_MAJOR) + "." + std::to_string(FLOWRUN_ABI_MINOR);
const std::string kDamaged = "is damaged: in its flowrun_plugin, ";

}  // namespace

TEST_CASE(
    "bad_plugins: the code of a plugin that is accepted runs, in a separate process, so that the others can be seen not to") {
  const PluginFolder folder;
  const FixtureMark mark;
  const fs::path file = folder.add("good");
  CHECK(failure_of(file) == "");
  CHECK(mark.count() == 1);
  CHECK_FALSE(is_mapped(file));
}

TEST_CASE("bad_plugins: what is no file is refused") {
  const PluginFolder folder;
  CHECK(refusal(folder.path() / "nowhere.so") == "does not exist");
  fs::create_directory(folder.path() / "folder.so");
  CHECK(refusal(folder.path() / "folder.so") == "is a folder, not a plugin's library");
  REQUIRE(::mkfifo((folder.path() / "pipe.so").c_str(), 0600) == 0);
  CHECK(refusal(folder.path() / "pipe.so") == "is a device or a pipe, not a plugin's library");
}

TEST_CASE("bad_plugins: a file that may not be read is refused with the system's reason") {
  const PluginFolder folder;
  const fs::path file = folder.add("good");
  fs::permissions(file, fs::perms::none);
  const AsOrdinaryUser user(folder.path());
  CHECK(refusal(file) == "cannot be read: Permission denied");
}

TEST_CASE("bad_plugins: what is no shared library is refused, and the sentence says what it is") {
  const PluginFolder folder;
  CHECK(refusal(folder.write("empty.so", "")) == "is empty; build or copy the plugin again");
  CHECK(refusal(folder.write("text.so", "INPUT(libm.so.6)\n")) == "is not a shared library: it is a text file");
  CHECK(refusal(folder.write("noise.so", std::string("\0\x01\x02\x03", 4))) ==
        "is not a shared library: it does not begin as an ELF file does");
  std::string object = read_text(folder.add("good"));
  object[16] = 1;  // e_type: an object file
  CHECK(refusal(folder.write("object.so", object)) ==
        "is not a shared library: it is an ELF file of another kind, such as an object file");
  object[4] = 1;  // EI_CLASS: 32 bit
  CHECK(refusal(folder.write("small.so", object)) ==
        "is a library for another kind of machine: this one takes 64-bit little-endian libraries; rebuild it here");
}

TEST_CASE("bad_plugins: a library that is cut short is refused") {
  const PluginFolder folder;
  const std::string whole = read_text(folder.add("good"));
  CHECK(refusal(folder.write("head.so", whole.substr(0, 40))) ==
        "is cut short: it should have at least 64 bytes, it has 40; build or copy the plugin again");
  CHECK(refusal(folder.write("half.so", whole.substr(0, whole.size() / 2))) ==
        "is cut short: it should have at least " + std::to_string(whole.size()) + " bytes, it has " +
            std::to_string(whole.size() / 2) + "; build or copy the plugin again");
}

TEST_CASE("bad_plugins: a library that is no plugin is refused") {
  CHECK(refusal_of_fixture("no_entry") == "is a shared library but not a flowrun plugin: it does not export 'flowrun_plugin'");
  CHECK(refusal_of_fixture("wrong_mark") ==
        "is not a flowrun plugin: what it exports as 'flowrun_plugin' does not begin with flowrun's mark");
}

TEST_CASE("bad_plugins: a plugin for another ABI is refused, naming both sides") {
  CHECK(refusal_of_fixture("wrong_major") == "was built for plugin ABI 7." + std::to_string(FLOWRUN_ABI_MINOR) +
                                                 ", this flowrun has " + kHostAbi +
                                                 "; rebuild it with this flowrun's SDK, or use a newer flowrun");
  CHECK(refusal_of_fixture("abi_one") ==
        "was built for plugin ABI 1.2, this flowrun has " + kHostAbi + "; rebuild it with this flowrun's SDK");
}

TEST_CASE("bad_plugins: a plugin built with another standard library, or an unknown compiler, is refused, naming both sides") {
  const std::string other =
      ", this flowrun with '" FLOWRUN_BUILD_TAG "', and their C++ objects are laid out otherwise; rebuild it with ";
  const std::string library = FLOWRUN_BUILD_LIBRARY;
  CHECK(refusal_of_fixture("wrong_build_tag") == "was built with 'clang-99 libc++-1'" + other + "GCC or Clang and " + library);
  CHECK(refusal_of_fixture("unknown_compiler") ==
        "was built with 'unknown " + library + "'" + other + "the compiler of this flowrun");
  CHECK(refusal_of_fixture("debug_containers") ==
        "was built with '" FLOWRUN_BUILD_COMPILER " libstdc++-debug-cxx11abi-1'" + other + "GCC or Clang and " + library);
}

TEST_CASE("bad_plugins: damaged plain data is refused") {
  CHECK(refusal_of_fixture("wrong_size") == kDamaged + "the size is 48 bytes, but ABI " + kHostAbi + " has at least " +
                                                std::to_string(sizeof(flowrun_plugin_abi)) + "; rebuild the plugin");
  CHECK(refusal_of_fixture("unterminated_build_tag") ==
        kDamaged + "the build tag has no closing zero within its 96 bytes; rebuild the plugin");
  CHECK(refusal_of_fixture("unterminated_name") ==
        kDamaged + "the plugin name has no closing zero within its 64 bytes; rebuild the plugin");
  CHECK(refusal_of_fixture("unterminated_version") ==
        kDamaged + "the version has no closing zero within its 32 bytes; rebuild the plugin");
  CHECK(refusal_of_fixture("unterminated_licence") ==
        kDamaged + "the licence has no closing zero within its 64 bytes; rebuild the plugin");
  CHECK(refusal_of_fixture("empty_licence") == kDamaged + "the licence is empty; rebuild the plugin");
  CHECK(refusal_of_fixture("name_not_text") == kDamaged + "the plugin name has bytes that are no text; rebuild the plugin");
  CHECK(refusal_of_fixture("name_in_capitals") ==
        kDamaged + "the plugin name 'Edited' is not in snake_case (a letter, then letters, digits and '_'); rebuild the plugin");
  CHECK(refusal_of_fixture("version_in_words") == kDamaged + "the version 'newest' is not of the form 1.2.3; rebuild the plugin");
}
