#include "testing/node_checks.h"

namespace flowrun::testing {

const std::vector<NodeCheck>& node_checks() {
  static const std::vector<NodeCheck> kChecks{
      {"description", check_description}, {"defaults", check_defaults},     {"create", check_create, true},
      {"open", check_open, true},         {"fires", check_fires, true},     {"inputs kept", check_inputs_kept},
      {"repeats", check_repeats},         {"concurrent", check_concurrent}, {"optional inputs", check_optional},
      {"odd inputs", check_odd_inputs},   {"cancel", check_cancel},         {"leaks", check_leaks},
      {"reopen", check_reopen},           {"codecs", check_codecs}};
  return kChecks;
}

CheckResult passed(std::string text) { return {"", CheckStatus::pass, std::move(text)}; }
CheckResult failed(std::string text) { return {"", CheckStatus::fail, std::move(text)}; }
CheckResult skipped(std::string text) { return {"", CheckStatus::skipped, std::move(text)}; }

std::string count_text(std::size_t count, const std::string& noun) {
  return std::to_string(count) + " " + noun + (count == 1 ? "" : "s");
}

std::string cannot_fire(Subject& subject) {
  const bool fires = subject.obstacle().empty() && subject.baseline().kind == Outcome::Kind::emitted;
  return fires ? "" : "not fired, see 'fires'";
}

}  // namespace flowrun::testing
