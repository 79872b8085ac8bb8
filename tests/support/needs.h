// Test cases that need something of the machine: data beside the checkout, a program, a right. docs/testing.md.
#pragma once

#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <string>

namespace flowrun::testing {

/// Says that the running test case could not run, or not whole, and why: its entry in ctest's list is then Skipped, never Passed.
/// The test case must stand in a suite "needs ...", which has an entry of its own: TEST_CASE("..." * doctest::test_suite("needs
/// strace")); anywhere else this is a failure. The caller returns after it, or goes on with what can run.
void could_not_run(const std::string& reason);

/// Whether the Debian packages' Python has these modules ("numpy, scipy"). Tests ask no other python3.
inline bool python_has(const std::string& modules) {
  return std::system(("/usr/bin/python3 -c 'import " + modules + "' > /dev/null 2>&1").c_str()) == 0;
}

/// As long as this lives, the system's rules of reading and writing hold for root as well: the process takes another user's
/// rights. `folder` and what lies in it become that user's. Nothing is done for those who are not root.
class AsOrdinaryUser {
 public:
  explicit AsOrdinaryUser(const std::filesystem::path& folder) : was_root_(::geteuid() == 0) {
    if (!was_root_) return;
    give(folder);
    for (const auto& entry : std::filesystem::recursive_directory_iterator(folder)) give(entry.path());
    if (::seteuid(kNobody) != 0) std::abort();
  }
  ~AsOrdinaryUser() {
    if (was_root_ && ::seteuid(0) != 0) std::abort();
  }
  AsOrdinaryUser(const AsOrdinaryUser&) = delete;
  AsOrdinaryUser& operator=(const AsOrdinaryUser&) = delete;

 private:
  static constexpr uid_t kNobody = 65534;

  static void give(const std::filesystem::path& path) {
    if (::lchown(path.c_str(), kNobody, static_cast<gid_t>(-1)) != 0) std::abort();
  }

  bool was_root_;
};

}  // namespace flowrun::testing
