#pragma once

#include <functional>
#include <string>
#include <vector>

#include "testing/check_subject.h"

namespace flowrun::testing {

/// What a check gets: the node type, and where to report what it is about to do, in case it is the last thing done.
struct CheckRun {
  Subject& subject;
  std::function<void(const std::string& step)> at;
};

struct NodeCheck {
  const char* name;
  CheckResult (*run)(CheckRun& check);
  bool essential = false;  ///< when a process ends in it, the checks after it are not tried
};

/// The checks of one node type, in order; docs/check-plugin.md says what each looks at.
const std::vector<NodeCheck>& node_checks();

// In description_checks.cpp.
CheckResult check_description(CheckRun& check);
CheckResult check_defaults(CheckRun& check);

// In firing_checks.cpp.
CheckResult check_create(CheckRun& check);
CheckResult check_open(CheckRun& check);
CheckResult check_fires(CheckRun& check);
CheckResult check_inputs_kept(CheckRun& check);
CheckResult check_repeats(CheckRun& check);
CheckResult check_concurrent(CheckRun& check);

// In stress_checks.cpp.
CheckResult check_optional(CheckRun& check);
CheckResult check_odd_inputs(CheckRun& check);
CheckResult check_cancel(CheckRun& check);
CheckResult check_leaks(CheckRun& check);
CheckResult check_reopen(CheckRun& check);

// In codec_checks.cpp.
CheckResult check_codecs(CheckRun& check);

// What they say; the name of the check is filled in by who runs it.
CheckResult passed(std::string text);
CheckResult failed(std::string text);
CheckResult skipped(std::string text);
std::string count_text(std::size_t count, const std::string& noun);  ///< "2 payloads"
/// Why checks that need a firing that emits are skipped; empty: it emits.
std::string cannot_fire(Subject& subject);

}  // namespace flowrun::testing
