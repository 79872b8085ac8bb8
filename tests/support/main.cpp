// The main program of all test programs: doctest's, and an exit status of its own for what could not run (docs/testing.md).
#define DOCTEST_CONFIG_IMPLEMENT
#include <doctest/doctest.h>

#include <cstdlib>
#include <iostream>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include "support/needs.h"

namespace {

constexpr int kSkipped = 77;  // SKIP_RETURN_CODE in tests/CMakeLists.txt
constexpr std::string_view kNeeds = "needs ";
constexpr std::string_view kEntries = "--entries=";

/// What the program's end has to say, and what it is told of.
struct Notes {
  std::string suite, test_case;   // that runs
  std::set<std::string> entries;  // suites that ctest's list has
  bool has_entries = false;       // it was started by ctest, for the test cases that need nothing
  std::vector<std::string> skipped, faults;
};

Notes& notes() {
  static Notes all;
  return all;
}

bool needs_something(const std::string& suite) { return suite.starts_with(kNeeds); }

struct Watcher : doctest::IReporter {
  explicit Watcher(const doctest::ContextOptions&) {}
  void test_case_start(const doctest::TestCaseData& one) override {
    notes().suite = one.m_test_suite;
    notes().test_case = one.m_name;
  }
  void test_case_skipped(const doctest::TestCaseData& one) override {
    const std::string suite = one.m_test_suite;
    if (notes().has_entries && needs_something(suite) && notes().entries.count(suite.substr(kNeeds.size())) == 0)
      notes().faults.push_back("the suite '" + suite + "' has no entry in ctest's list; run cmake again");
  }
  void report_query(const doctest::QueryData&) override {}
  void test_run_start() override {}
  void test_run_end(const doctest::TestRunStats&) override {}
  void test_case_reenter(const doctest::TestCaseData&) override {}
  void test_case_end(const doctest::CurrentTestCaseStats&) override {}
  void test_case_exception(const doctest::TestCaseException&) override {}
  void subcase_start(const doctest::SubcaseSignature&) override {}
  void subcase_end() override {}
  void log_assert(const doctest::AssertData&) override {}
  void log_message(const doctest::MessageData&) override {}
};

/// --entries=root,terminal: the suites "needs root" and "needs terminal" have entries of their own.
void read_entries(int argc, char** argv) {
  for (int i = 1; i < argc; ++i) {
    const std::string_view word = argv[i];
    if (!word.starts_with(kEntries)) continue;
    notes().has_entries = true;
    std::istringstream names(std::string(word.substr(kEntries.size())));
    for (std::string name; std::getline(names, name, ',');) notes().entries.insert(name);
  }
}

}  // namespace

REGISTER_LISTENER("what could not run", 1, Watcher);

void flowrun::testing::could_not_run(const std::string& reason) {
  notes().skipped.push_back("'" + notes().test_case + "': " + reason);
  if (!needs_something(notes().suite))
    notes().faults.push_back("'" + notes().test_case + "' could not run (" + reason +
                             ") and stands in no suite 'needs ...', so nobody would see it");
}

int main(int argc, char** argv) {
  ::setenv("FLOWRUN_CACHE", "off", 0);  // results of one test are no business of another
  read_entries(argc, argv);
  doctest::Context context(argc, argv);
  const int failed = context.run();
  if (context.shouldExit()) return failed;
  for (const std::string& one : notes().skipped) std::cout << "SKIPPED: " << one << "\n";
  for (const std::string& one : notes().faults) std::cout << "FAULT: " << one << "\n";
  if (failed || !notes().faults.empty()) return 1;
  return notes().skipped.empty() ? 0 : kSkipped;
}
