#include "registry/memory_need.h"

#include <doctest/doctest.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "flowrun/sdk/error.h"

namespace flowrun::registry {
namespace {

namespace fs = std::filesystem;

/// A library of this build with others behind it, and the largest of them.
fs::path some_library() {
  fs::path found;
  for (const auto& entry : fs::directory_iterator(FLOWRUN_TEST_PLUGINS))
    if (entry.path().extension() == ".so" && memory_need(entry.path()).address_space > memory_need(found).address_space) found = entry.path();
  return found;
}

TEST_CASE("memory need: counts a library with those that it names, from their headers alone") {
  const fs::path library = some_library();
  REQUIRE(!library.empty());
  const MemoryNeed need = memory_need(library);
  CHECK(need.address_space >= fs::file_size(library) / 2);
  CHECK(need.data < need.address_space);
  CHECK(need.libraries >= 1);
}

TEST_CASE("memory need: a file that is no library, or a damaged one, counts as nothing") {
  const fs::path file = fs::temp_directory_path() / ("flowrun_memory_need_" + std::to_string(::getpid()) + ".so");
  for (const std::string& text : {std::string(), std::string("text"), std::string("\x7f" "ELF", 4) + std::string(60, '\xff')}) {
    std::ofstream(file, std::ios::binary) << text;
    CHECK(memory_need(file).address_space == 0);
  }
  CHECK(memory_need("/nonexistent/library.so").address_space == 0);
  fs::remove(file);
}

TEST_CASE("memory need: without a limit nothing is asked; under one that is too low a sentence says what is needed") {
  const fs::path library = some_library();
  require_memory_for(library);
  if (memory_need(library).address_space < (128u << 20)) return;  // no plugin with large libraries is built
  const pid_t child = ::fork();
  if (child == 0) {
    const rlimit low{300u << 20, 300u << 20};
    ::setrlimit(RLIMIT_AS, &low);
    try {
      require_memory_for(library);
    } catch (const Error& error) {
      const std::string text = error.what();
      ::_exit(text.find("of address space, but this process may have 300 MiB in all") != std::string::npos && text.find("ulimit -v") != std::string::npos ? 0 : 2);
    }
    ::_exit(1);
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  CHECK(WIFEXITED(status));
  CHECK(WEXITSTATUS(status) == 0);
}

}  // namespace
}  // namespace flowrun::registry
