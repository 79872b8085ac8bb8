#include <doctest/doctest.h>

#include <limits>
#include <string>

#include "flowrun/testing/node_runner.h"
#include "made_head.h"

namespace flowrun::testing {
namespace {

const std::string kType = "check.contrast";

std::vector<std::string> warnings_of(const Head& head, const std::string& contrast) {
  NodeRunner runner(kType, {{"contrast", contrast}});
  runner.input("volume", head.image).input("brain", head.brain).run();
  CHECK(runner.output<Volume>("volume").geometry == head.image.geometry);
  return runner.warnings();
}

bool mentions(const std::vector<std::string>& sentences, const std::string& words) {
  return sentences.size() == 1 && sentences[0].find(words) != std::string::npos;
}

TEST_CASE("check.contrast: each contrast passes as itself") {
  CHECK(warnings_of(head(kT1), "T1w").empty());
  CHECK(warnings_of(head(kFlair), "FLAIR").empty());
  CHECK(warnings_of(head(kFlair), "PDw").empty());
  CHECK(warnings_of(head(kT2), "T2w").empty());
}

TEST_CASE("check.contrast: a FLAIR given as T1 and the reverse, and a T2 given as either") {
  CHECK(mentions(warnings_of(head(kFlair), "T1w"), "white matter is not brighter"));
  CHECK(mentions(warnings_of(head(kT1), "FLAIR"), "as in a T1"));
  CHECK(mentions(warnings_of(head(kT2), "T1w"), "as in a T2"));
  CHECK(mentions(warnings_of(head(kT2), "FLAIR"), "as in a T2"));
  CHECK(mentions(warnings_of(head(kT1), "T2w"), "fluid is not brighter"));
  CHECK(mentions(warnings_of(head(kFlair), "T2w"), "'head.nii' does not look like a T2w image"));
}

TEST_CASE("check.contrast: the unit and NaN do not matter") {
  Head scaled = head(kT1);
  for (float& value : scaled.image.voxels) value *= 1e-3f;
  for (std::size_t i = 0; i < scaled.image.voxels.size(); i += 5) scaled.image.voxels[i] = std::numeric_limits<float>::quiet_NaN();
  CHECK(warnings_of(scaled, "T1w").empty());
}

TEST_CASE("check.contrast: on_doubt fail ends the case") {
  const Head wrong = head(kFlair);
  NodeRunner runner(kType, {{"contrast", "T1w"}, {"on_doubt", "fail"}});
  runner.input("volume", wrong.image).input("brain", wrong.brain);
  CHECK(runner.error_of_run().find("does not look like a T1w image") != std::string::npos);
}

TEST_CASE("check.contrast: what cannot be judged is a warning, another grid an error") {
  Head even = head(kT1);
  even.image.voxels.assign(even.image.voxels.size(), 5);
  CHECK(mentions(warnings_of(even, "T1w"), "could not be checked"));
  Head empty = head(kT1);
  empty.brain.voxels.assign(empty.brain.voxels.size(), 0);
  CHECK(mentions(warnings_of(empty, "T1w"), "could not be checked"));
  Head moved = head(kT1);
  moved.brain.geometry.origin[0] += 5;
  NodeRunner runner(kType);
  runner.input("volume", moved.image).input("brain", moved.brain);
  CHECK(runner.error_of_run().find("grid") != std::string::npos);
}

}  // namespace
}  // namespace flowrun::testing
