#include "flowrun/host/linked_libraries.h"

#include <doctest/doctest.h>

#include <random>
#include <string>

#include "bad_plugins/plugin_folder.h"

namespace {

using namespace flowrun;
using namespace flowrun::testing;

}  // namespace

TEST_CASE("linked_libraries: the system's own are none, and what is no library links none") {
  const PluginFolder folder;
  CHECK(linked_libraries(folder.add("good")).empty());
  for (const char* odd : {"/", "/dev/null", "/no/such/file", "/etc/passwd"}) {
    CHECK(linked_libraries(odd).empty());
    CHECK(build_id(odd).empty());
  }
}

TEST_CASE("linked_libraries: a damaged library is read to its end and no further") {
  const PluginFolder folder;
  const std::filesystem::path file = folder.add("good");
  const std::string whole = read_text(file);
  std::mt19937 random(5);
  for (int i = 0; i < 400; ++i) {
    std::string bytes = i % 4 == 0 ? whole.substr(0, random() % whole.size()) : whole;
    for (int k = 0; k < 8 && i % 4 != 0; ++k) bytes[random() % (i % 2 ? 1024 : bytes.size())] = static_cast<char>(random());
    std::filesystem::remove(file);
    write_text(file, bytes);
    linked_libraries(file);
    build_id(file);
  }
}
