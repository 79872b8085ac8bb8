#include <doctest/doctest.h>

#include <algorithm>
#include <string>

#include "flowrun/testing/node_runner.h"
#include "made_head.h"

namespace flowrun::testing {
namespace {

const std::string kType = "check.contrasts";

/// The tissues given for each contrast; null: the image is missing.
struct Images {
  const Tissue* flair = &kFlair;
  const Tissue* t1 = &kT1;
  const Tissue* t2 = nullptr;
  const Tissue* pd = nullptr;
};

void give(NodeRunner& runner, const Images& images) {
  runner.input("brain", head(kFlair).brain);
  for (const auto& [port, tissue] : {std::pair{"flair", images.flair}, {"t1", images.t1}, {"t2", images.t2}, {"pd", images.pd}}) {
    if (!tissue) continue;
    Volume image = head(*tissue).image;
    image.source = std::string(port) + ".nii";
    runner.input(port, std::move(image));
  }
}

std::vector<std::string> warnings_of(const Images& images) {
  NodeRunner runner(kType);
  give(runner, images);
  runner.run();
  return runner.warnings();
}

bool mentions(const std::vector<std::string>& sentences, const std::string& words) {
  return std::ranges::any_of(sentences, [&](const std::string& sentence) { return sentence.find(words) != std::string::npos; });
}

TEST_CASE("check.contrasts: right images pass, whichever are given") {
  CHECK(warnings_of({}).empty());
  CHECK(warnings_of({.t2 = &kT2}).empty());
  CHECK(warnings_of({.t2 = &kT2, .pd = &kPd}).empty());
  CHECK(warnings_of({.t1 = nullptr, .t2 = &kT2}).empty());
  CHECK(warnings_of({.t1 = nullptr}).empty());
}

TEST_CASE("check.contrasts: two exchanged images are a doubt that names both files") {
  CHECK(mentions(warnings_of({.flair = &kT1, .t1 = &kFlair}), "'t1.nii', given as T1, and 'flair.nii', given as FLAIR, seem exchanged"));
  CHECK(mentions(warnings_of({.flair = &kT2, .t2 = &kFlair}), "'t2.nii', given as T2, and 'flair.nii'"));
  CHECK(mentions(warnings_of({.t1 = &kT2, .t2 = &kT1}), "'t2.nii', given as T2, and 't1.nii'"));
  CHECK(mentions(warnings_of({.t1 = &kPd, .pd = &kT1}), "'t1.nii', given as T1, and 'pd.nii'"));
  CHECK(mentions(warnings_of({.t2 = &kPd, .pd = &kT2}), "'t2.nii', given as T2, and 'pd.nii'"));
}

TEST_CASE("check.contrasts: one image given twice is a doubt") {
  for (const auto& warnings : {warnings_of({.flair = &kT1}), warnings_of({.t1 = &kFlair})}) {
    CHECK(mentions(warnings, "'flair.nii', given as FLAIR, and 't1.nii', given as T1, are the same image; give each input"));
    CHECK_FALSE(mentions(warnings, "given as T1, and 'flair.nii', given as FLAIR, seem exchanged"));
  }
  CHECK(mentions(warnings_of({.pd = &kFlair}), "given as FLAIR, and 'pd.nii', given as PD, are the same image"));
}

TEST_CASE("check.contrasts: on_doubt fail ends the case") {
  NodeRunner runner(kType, {{"on_doubt", "fail"}});
  give(runner, {.flair = &kT1, .t1 = &kFlair});
  CHECK(runner.error_of_run().find("seem exchanged") != std::string::npos);
}

TEST_CASE("check.contrasts: a standardised image cannot be compared, which is said; one on another grid is left out") {
  NodeRunner runner(kType);
  give(runner, {.t1 = nullptr});
  Volume standardised = head(kT1).image;
  for (float& value : standardised.voxels) value = (value - 80) / 30;  // the median stays above 0
  runner.input("t1", standardised).run();
  CHECK(mentions(runner.warnings(), "could not be compared"));
  NodeRunner moved(kType);
  give(moved, {.t1 = nullptr});
  Volume elsewhere = head(kT1).image;
  elsewhere.geometry.origin[0] += 5;
  moved.input("t1", elsewhere).run();
  CHECK(moved.warnings().empty());
}

TEST_CASE("check.contrasts: nothing is compared in a mask that is no brain") {
  for (const std::uint8_t value : {std::uint8_t{0}, std::uint8_t{1}}) {
    NodeRunner runner(kType);
    Mask mask = head(kFlair).brain;
    mask.voxels.assign(mask.voxels.size(), value);
    runner.input("brain", mask).input("flair", head(kT1).image).input("t1", head(kFlair).image).run();
    CHECK(runner.warnings().empty());
  }
}

}  // namespace
}  // namespace flowrun::testing
