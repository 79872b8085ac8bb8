#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include "flowrun/testing/node_runner.h"

using namespace flowrun;
using flowrun::testing::NodeRunner;

namespace {

const std::vector<std::string> kImages{"t1", "t2", "pd", "flair"};

/// Parameters of a whole head in few voxels, with changes.
NodeRunner::Values small(const NodeRunner::Values& changes = {}) {
  NodeRunner::Values values{{"size", std::vector<std::int64_t>{56, 68, 56}}, {"spacing", std::vector<double>{2.5, 2.5, 2.5}}};
  values.insert(values.end(), changes.begin(), changes.end());
  return values;
}

struct Patient {
  NodeRunner runner;
  explicit Patient(const NodeRunner::Values& params) : runner("phantom.head", params) { runner.run(); }
  const std::vector<float>& image(const std::string& port) const { return runner.output<Volume>(port).voxels; }
  const std::vector<std::uint8_t>& lesions() const { return runner.output<Mask>("lesions").voxels; }
  const Geometry& geometry() const { return runner.output<Volume>("flair").geometry; }
};

struct MeanAndSd {
  double mean = 0, sd = 0;
};

template <class Keep>
MeanAndSd over(const std::vector<float>& values, const Keep& keep) {
  double count = 0, sum = 0, squares = 0;
  for (std::size_t i = 0; i < values.size(); ++i)
    if (keep(i)) count += 1, sum += values[i], squares += double(values[i]) * values[i];
  return {sum / count, std::sqrt(std::max(0.0, squares / count - sum / count * sum / count))};
}

MeanAndSd over_brain(const std::vector<float>& values) {
  return over(values, [&](std::size_t i) { return values[i] != 0; });
}

bool same_everywhere(const Patient& a, const Patient& b) {
  return std::all_of(kImages.begin(), kImages.end(), [&](const auto& name) { return a.image(name) == b.image(name); }) &&
         a.lesions() == b.lesions();
}

double millilitres(const Patient& patient, std::int64_t voxels) {
  return double(voxels) * patient.geometry().voxel_volume() / 1000;
}

std::int64_t lesion_voxels(const Patient& patient) {
  return std::count_if(patient.lesions().begin(), patient.lesions().end(), [](std::uint8_t value) { return value != 0; });
}

/// Share of the voxels above a FLAIR threshold (in sd over the brain) that are lesion.
double precision_of_threshold(const Patient& patient, double threshold) {
  const auto& flair = patient.image("flair");
  const MeanAndSd brain = over_brain(flair);
  double found = 0, right = 0;
  for (std::size_t i = 0; i < flair.size(); ++i)
    if (flair[i] > brain.mean + threshold * brain.sd) found += 1, right += patient.lesions()[i];
  return right / found;
}

std::string error_of(const NodeRunner::Values& params) {
  try {
    NodeRunner runner("phantom.head", params);
    return runner.error_of_run();
  } catch (const Error& error) {
    return error.what();
  }
}

TEST_CASE("phantom.head: tissues and structures say what the images show") {
  const Patient patient(small({{"noise", 0.0}, {"bias", 0.0}, {"fakes", std::int64_t{0}}, {"lesions", std::int64_t{6}}}));
  const auto& tissues = patient.runner.output<Labels>("tissues");
  const auto& structures = patient.runner.output<Labels>("structures");
  const auto& flair = patient.image("flair");
  std::array<std::int64_t, 4> of_tissue{};
  std::array<std::int64_t, 9> of_structure{};
  for (std::size_t i = 0; i < flair.size(); ++i) {
    const std::int32_t tissue = tissues.voxels[i], structure = structures.voxels[i];
    REQUIRE((tissue >= 0 && tissue <= 3));
    REQUIRE((structure >= 0 && structure <= 8));
    CHECK((tissue == 0) == (structure == 0));
    CHECK((tissue == 0) == (flair[i] == 0));
    CHECK((structure == 8) == (patient.lesions()[i] != 0));
    if (structure == 1 || structure == 2) CHECK(tissue == 1);
    if (structure == 3 || structure == 4) CHECK(tissue == 2);
    if (structure == 5) CHECK(tissue == 3);
    ++of_tissue[static_cast<std::size_t>(tissue)];
    ++of_structure[static_cast<std::size_t>(structure)];
  }
  for (const std::int64_t count : of_structure) CHECK(count > 20);
  const auto mean_of = [&](std::int32_t tissue) {
    return over(patient.image("t1"), [&](std::size_t i) { return tissues.voxels[i] == tissue && structures.voxels[i] != 8; }).mean;
  };
  CHECK(mean_of(1) < mean_of(2));  // as T1-weighted images show them
  CHECK(mean_of(2) < mean_of(3));
  CHECK(tissues.names.at(1) == "CSF");
  CHECK(structures.names.size() == 8);
}

TEST_CASE(
    "phantom.head: the anisotropy is high in white matter, low in grey matter, fluid and lesions, whatever the bias field") {
  const NodeRunner::Values calm{{"noise", 0.0}, {"lesions", std::int64_t{12}}};
  const Patient patient(small(calm));
  const auto& fa = patient.image("fa");
  const auto& structures = patient.runner.output<Labels>("structures").voxels;
  const auto mean_of = [&](std::int32_t structure) {
    return over(fa, [&](std::size_t i) { return structures[i] == structure; }).mean;
  };
  CHECK(mean_of(5) == doctest::Approx(0.45).epsilon(0.1));
  CHECK(over(fa, [&](std::size_t i) { return structures[i] == 5; }).sd > 0.05);  // tracts
  CHECK(mean_of(3) < 0.5 * mean_of(5));
  CHECK(mean_of(4) < 0.7 * mean_of(5));
  CHECK(mean_of(1) < mean_of(3));
  CHECK(mean_of(8) < 0.75 * mean_of(5));
  for (std::size_t i = 0; i < fa.size(); ++i) {
    REQUIRE((fa[i] >= 0 && fa[i] <= 1));
    CHECK((fa[i] == 0) == (structures[i] == 0));
  }
  CHECK(patient.runner.output<Volume>("fa").facts.contrast == "FA");
  auto uneven = calm, noisy = calm;
  uneven.emplace_back("bias", 0.5);
  noisy.front().second = 0.1;
  CHECK(Patient(small(uneven)).image("fa") == fa);
  CHECK(Patient(small(noisy)).image("fa") != fa);
}

}  // namespace

TEST_CASE("head: one seed gives the same bits, whatever ran before and whatever the threads") {
  const Patient first(small({{"seed", std::int64_t{5}}}));
  NodeRunner runner("phantom.head", small());
  runner.run();
  runner.threads(8).set("seed", std::int64_t{5}).run();
  CHECK(runner.output<Volume>("flair").voxels == first.image("flair"));
  CHECK(same_everywhere(first, Patient(small({{"seed", std::int64_t{5}}}))));
}

TEST_CASE("head: another seed is another patient") {
  const Patient first(small()), second(small({{"seed", std::int64_t{2}}}));
  for (const auto& name : kImages) CHECK(first.image(name) != second.image(name));
  CHECK(first.lesions() != second.lesions());
}

TEST_CASE("head: every seed is allowed, negative ones too") {
  CHECK(lesion_voxels(Patient(small({{"seed", std::int64_t{-7}}}))) > 0);
}

TEST_CASE("head: volumes say where they came from") {
  const Patient patient(small({{"seed", std::int64_t{42}}}));
  for (const auto& name : kImages) CHECK(patient.runner.output<Volume>(name).source == "phantom 42");
  CHECK(patient.runner.output<Mask>("lesions").source == "phantom 42");
}

TEST_CASE("head: all outputs share a grid of the size and spacing asked for, with the head's centre at 0") {
  const Patient patient({{"size", std::vector<std::int64_t>{40, 50, 30}}, {"spacing", std::vector<double>{3, 3, 5}}});
  const Geometry& geometry = patient.geometry();
  CHECK(geometry.size == std::array<std::int64_t, 3>{40, 50, 30});
  CHECK(geometry.spacing == std::array<double, 3>{3, 3, 5});
  CHECK(geometry.origin == std::array<double, 3>{-58.5, -73.5, -72.5});
  CHECK(geometry.direction == Geometry{}.direction);
  for (const auto& name : kImages) {
    CHECK(patient.runner.output<Volume>(name).geometry == geometry);
    CHECK(patient.image(name).size() == std::size_t{40 * 50 * 30});
  }
  CHECK(patient.runner.output<Mask>("lesions").geometry == geometry);
  CHECK(patient.lesions().size() == std::size_t{40 * 50 * 30});
}

TEST_CASE("head: the background is exactly 0, and the brain above 0 on the same voxels of every image") {
  const Patient patient(small({{"noise", 0.2}}));
  const auto& flair = patient.image("flair");
  for (const auto& name : kImages) {
    const auto& image = patient.image(name);
    CHECK(std::all_of(image.begin(), image.end(), [](float value) { return value >= 0 && std::isfinite(value); }));
    CHECK(std::equal(image.begin(), image.end(), flair.begin(), [](float a, float b) { return (a > 0) == (b > 0); }));
  }
  CHECK(flair.front() == 0);
  CHECK(flair.back() == 0);
}

TEST_CASE("head: the brain keeps away from the edges of the image") {
  const Patient patient(small());
  const auto& flair = patient.image("flair");
  const Geometry& geometry = patient.geometry();
  std::int64_t at_edge = 0;
  for (std::int64_t i = 0; i < geometry.voxel_count(); ++i) {
    const auto voxel = geometry.voxel_at(i);
    for (int axis = 0; axis < 3; ++axis)
      if (flair[i] > 0 && (voxel[axis] == 0 || voxel[axis] == geometry.size[axis] - 1)) ++at_edge;
  }
  CHECK(at_edge == 0);
}

TEST_CASE("head: a full-size head has a brain and lesions of plausible volume") {
  const Patient patient({{"size", std::vector<std::int64_t>{76, 92, 74}}, {"spacing", std::vector<double>{2, 2, 2}}});
  const auto& flair = patient.image("flair");
  const double brain = millilitres(patient, std::count_if(flair.begin(), flair.end(), [](float value) { return value > 0; }));
  CHECK(brain > 1000);
  CHECK(brain < 1800);
  const double lesions = millilitres(patient, lesion_voxels(patient));
  CHECK(lesions > 0.5);
  CHECK(lesions < 20);
  CHECK(patient.runner.reports().at("lesion_voxels") == lesion_voxels(patient));
}

TEST_CASE("head: no lesions asked for gives an empty mask") {
  CHECK(lesion_voxels(Patient(small({{"lesions", std::int64_t{0}}}))) == 0);
}

TEST_CASE("head: more lesions take more room") {
  const Patient few(small({{"lesions", std::int64_t{5}}})), many(small({{"lesions", std::int64_t{60}}}));
  CHECK(lesion_voxels(few) > 0);
  CHECK(lesion_voxels(many) > 2 * lesion_voxels(few));
}

TEST_CASE("head: lesions lie in what is white matter without them") {
  const NodeRunner::Values clean{{"noise", 0.0}, {"bias", 0.0}, {"fakes", std::int64_t{0}}};
  NodeRunner::Values healthy = clean;
  healthy.emplace_back("lesions", std::int64_t{0});
  const Patient patient(small(clean)), without(small(healthy));
  const auto& t1 = without.image("t1");  // white matter has 100, grey matter 70, fluid 30; voxels at its edge see some of those
  CHECK(over(t1, [&](std::size_t i) { return patient.lesions()[i] != 0; }).mean > 90);
  std::int64_t darker = 0;
  for (std::size_t i = 0; i < t1.size(); ++i) darker += patient.lesions()[i] && t1[i] < 80;
  CHECK(darker < lesion_voxels(patient) / 10);
}

TEST_CASE("head: lesions change their surroundings only") {
  const Patient with(small({{"lesions", std::int64_t{3}}})), without(small({{"lesions", std::int64_t{0}}}));
  std::int64_t changed = 0, brain = 0;
  for (std::size_t i = 0; i < with.image("t2").size(); ++i) {
    brain += without.image("t2")[i] > 0;
    changed += with.image("t2")[i] != without.image("t2")[i];
  }
  CHECK(changed > 0);
  CHECK(changed < brain / 20);
}

TEST_CASE("head: lesions are dark in T1 and bright in T2, PD and FLAIR against the white matter that they replace") {
  const Patient patient(small()), healthy(small({{"lesions", std::int64_t{0}}}));
  const auto change = [&](const std::string& name) {
    const auto inside = [&](std::size_t i) { return patient.lesions()[i] != 0; };
    return over(patient.image(name), inside).mean - over(healthy.image(name), inside).mean;
  };
  CHECK(change("t1") < -8);
  CHECK(change("t2") > 20);
  CHECK(change("pd") > 8);
  CHECK(change("flair") > 20);
}

TEST_CASE("head: lesions stand 1.5 to 3 standard deviations above the mean of FLAIR") {
  const Patient patient(small());
  const auto& flair = patient.image("flair");
  const MeanAndSd brain = over_brain(flair);
  const double lesion = over(flair, [&](std::size_t i) { return patient.lesions()[i] != 0; }).mean;
  CHECK((lesion - brain.mean) / brain.sd > 1.5);
  CHECK((lesion - brain.mean) / brain.sd < 3);
}

TEST_CASE("head: a FLAIR threshold finds more false than true lesion voxels, because of the fakes") {
  const Patient patient(small()), honest(small({{"fakes", std::int64_t{0}}}));
  CHECK(precision_of_threshold(patient, 1.75) < 0.5);
  CHECK(precision_of_threshold(honest, 1.75) > 0.6);
}

TEST_CASE("head: noise has the standard deviation asked for, in shares of the white matter's signal") {
  const Patient clean(small({{"noise", 0.0}})), noisy(small({{"noise", 0.05}}));
  const auto& before = clean.image("t1");
  std::vector<float> difference(before.size());
  for (std::size_t i = 0; i < before.size(); ++i) difference[i] = noisy.image("t1")[i] - before[i];
  const MeanAndSd bright = over(difference, [&](std::size_t i) { return before[i] > 80; });
  CHECK(bright.sd == doctest::Approx(5).epsilon(0.03));
  CHECK(std::abs(bright.mean) < 0.3);
}

TEST_CASE("head: the bias field multiplies smoothly and differs between the images") {
  const NodeRunner::Values none{{"noise", 0.0}, {"bias", 0.0}}, strong{{"noise", 0.0}, {"bias", 0.3}};
  const Patient even(small(none)), uneven(small(strong));
  std::vector<double> largest;
  for (const auto& name : kImages) {
    std::vector<float> field(even.image(name).size());
    for (std::size_t i = 0; i < field.size(); ++i)
      if (even.image(name)[i] > 0) field[i] = std::log(uneven.image(name)[i] / even.image(name)[i]);
    CHECK(*std::max_element(field.begin(), field.end()) <= 0.301);
    CHECK(*std::min_element(field.begin(), field.end()) >= -0.301);
    CHECK(over_brain(field).sd > 0.03);
    for (std::size_t i = 1; i < field.size(); ++i)
      if (field[i] != 0 && field[i - 1] != 0) REQUIRE(std::abs(field[i] - field[i - 1]) < 0.05);
    largest.push_back(over_brain(field).mean);
  }
  CHECK(largest[0] != largest[1]);
  CHECK(largest[2] != largest[3]);
}

TEST_CASE("head: the smallest image still holds a head with a lesion") {
  const Patient patient({{"size", std::vector<std::int64_t>{16, 16, 16}}});
  CHECK(lesion_voxels(patient) > 0);
  CHECK(over_brain(patient.image("flair")).sd > 0);
}

TEST_CASE("head: says which axis is too short for a head and what to do") {
  const std::string error =
      error_of({{"size", std::vector<std::int64_t>{64, 64, 16}}, {"spacing", std::vector<double>{1, 1, 12}}});
  CHECK(error.find("voxels on axis z") != std::string::npos);
  CHECK(error.find("choose size and spacing") != std::string::npos);
}

TEST_CASE("head: refuses sizes that are too small, too large or not three") {
  CHECK(error_of({{"size", std::vector<std::int64_t>{15, 16, 16}}}).find("16") != std::string::npos);
  CHECK(error_of({{"size", std::vector<std::int64_t>{64, 64}}}) != "");
  CHECK(error_of({{"size", std::vector<std::int64_t>{2048, 2048, 2048}}}).find("smaller size") != std::string::npos);
  CHECK(error_of({{"spacing", std::vector<double>{1, 0, 1}}}) != "");
}
