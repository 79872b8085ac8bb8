#include <doctest/doctest.h>
#include <hdf5.h>
#include <unistd.h>

#include <cmath>
#include <filesystem>
#include <fstream>

#include "flowrun/sdk/transform.h"
#include "flowrun/testing/node_runner.h"

namespace flowrun::testing {
namespace {

namespace fs = std::filesystem;

/// A folder of the test, removed at its end.
struct Folder {
  fs::path path = fs::temp_directory_path() / ("flowrun_registration_" + std::to_string(::getpid()));
  Folder() { fs::create_directories(path); }
  ~Folder() { fs::remove_all(path); }
  std::string operator/(const std::string& name) const { return (path / name).string(); }
};

const std::array<double, 12> kTurn{0.98, -0.1, 0.05, 3.2, 0.11, 1.02, -0.04, -2.1, -0.03, 0.06, 0.97, 1.0 / 3};

Transform displacing() {
  Transform transform;
  transform.steps.push_back({.grid = {.size = {3, 2, 2}, .spacing = {10, 20, 30}, .origin = {-5, -6, -7}}});
  for (int i = 0; i < 36; ++i) transform.steps.back().displacement.push_back(static_cast<float>(std::sin(i)));
  return transform;
}

void write(const std::string& path, const Transform& transform, const std::string& form = "by_name") {
  NodeRunner runner("registration.write", {{"path", path}, {"form", form}});
  runner.input("transform", transform).run();
}

std::string error_of_write(const std::string& path, const Transform& transform, const std::string& form = "by_name") {
  NodeRunner runner("registration.write", {{"path", path}, {"form", form}});
  return runner.input("transform", transform).error_of_run();
}

Transform read(const std::string& path) {
  NodeRunner runner("registration.read", {{"path", path}, {"trust_hdf5", true}});
  runner.run();
  return runner.output<Transform>("transform");
}

std::string error_of_read(const std::string& path) {
  NodeRunner runner("registration.read", {{"path", path}, {"trust_hdf5", true}});
  return runner.error_of_run();
}

std::string error_of_text(const Folder& folder, const std::string& text) {
  std::ofstream(folder / "text.tfm", std::ios::binary) << text;
  return error_of_read(folder / "text.tfm");
}

bool has(const std::string& text, const char* part) { return text.find(part) != std::string::npos; }

const std::string kFirst = "#Insight Transform File V1.0\n";

}  // namespace

TEST_CASE("registration.write and read: an affine transform and its spaces come back, to the last bit") {
  const Folder folder;
  for (const char* name : {"a.tfm", "a.txt", "a.h5", "a.hdf5"}) {
    write(folder / name, affine_transform(kTurn, "flair", "my t1"));
    const Transform back = read(folder / name);
    CHECK(back.matrix() == kTurn);
    CHECK(back.from == "flair");
    CHECK(back.to == "my t1");
    CHECK(back.source == folder / name);
  }
  write(folder / "m.txt", affine_transform(kTurn), "ras_matrix");
  CHECK(read(folder / "m.txt").matrix() == kTurn);
}

TEST_CASE("registration.read: 'from' and 'to' name the spaces") {
  const Folder folder;
  write(folder / "a.tfm", affine_transform(kTurn, "flair", "t1"));
  NodeRunner runner("registration.read", {{"path", folder / "a.tfm"}, {"from", std::string("mine")}});
  runner.run();
  CHECK(runner.output<Transform>("transform").from == "mine");
  CHECK(runner.output<Transform>("transform").to == "t1");
}

TEST_CASE("registration.write and read: steps keep their order, displacement fields their values") {
  const Folder folder;
  const Transform whole = composed(composed(displacing(), affine_transform(kTurn)), displacing());
  for (const char* name : {"c.tfm", "c.h5"}) {
    write(folder / name, whole);
    const Transform back = read(folder / name);
    REQUIRE(back.steps.size() == 3);
    for (const Point& p : {Point{0, 0, 0}, Point{3, 7, 11}, Point{-4, 10, 20}}) CHECK(back.apply(p) == whole.apply(p));
  }
}

TEST_CASE("registration.write and read: no step is the identity") {
  const Folder folder;
  write(folder / "i.tfm", Transform());
  CHECK(read(folder / "i.tfm").matrix() == TransformStep().matrix);
}

TEST_CASE("registration.write: the RAS matrix turns the signs of x and y") {
  const Folder folder;
  write(folder / "m.txt", affine_transform({1, 0, 0, 10, 0, 1, 0, 20, 0, 0, 1, 30}), "ras_matrix");
  std::string text;
  std::getline(std::ifstream(folder / "m.txt"), text, '\0');
  CHECK(text == "1 0 0 -10\n0 1 0 -20\n0 0 1 30\n0 0 0 1\n");
}

TEST_CASE("registration.read: the data set's form, a matrix about a centre") {
  const Folder folder;
  std::ofstream(folder / "d.txt") << kFirst << "#Transform 0\nTransform: MatrixOffsetTransformBase_double_3_3\n"
                                  << "Parameters: 0 -1 0 1 0 0 0 0 1 5 6 7\nFixedParameters: 10 20 30\n";
  const Point at = read(folder / "d.txt").apply({11, 20, 30});
  CHECK(at == Point{15, 27, 37});
}

TEST_CASE("registration.write: what a form cannot say is refused with a sentence") {
  const Folder folder;
  CHECK(has(error_of_write(folder / "x.mat", affine_transform(kTurn)), "says no known form; choose .tfm, .txt, .h5 or .hdf5"));
  CHECK(has(error_of_write(folder / "x.txt", affine_transform(kTurn), "hdf5"), "has to end in .h5 or .hdf5"));
  CHECK(has(error_of_write(folder / "x.h5", affine_transform(kTurn), "itk_text"), "has to end in .h5 or .hdf5"));
  CHECK(has(error_of_write(folder / "x.txt", displacing(), "ras_matrix"), "is not affine"));
  CHECK(has(error_of_write(folder / "x.h5", inverted(displacing())), "goes back through a displacement field"));
  Transform large = displacing();
  large.steps[0].grid.size = {100, 100, 40};
  large.steps[0].displacement.resize(1200000);
  CHECK(has(error_of_write(folder / "x.tfm", large), "too many for text; name it .h5"));
  CHECK(fs::is_empty(folder.path));
}

TEST_CASE("registration.read: hostile text is refused with a sentence") {
  const Folder folder;
  CHECK(has(error_of_read(folder / "none.tfm"), "there is no such file"));
  CHECK(has(error_of_read(folder.path.string()), "it is no plain file"));
  CHECK(has(error_of_text(folder, ""), "it is empty"));
  CHECK(has(error_of_text(folder, std::string("a\0b", 3)), "neither text nor HDF5"));
  CHECK(has(error_of_text(folder, kFirst), "it contains no transform"));
  CHECK(has(error_of_text(folder, kFirst + "Parameters: 1\n"), "line 2 has parameters before the first"));
  CHECK(has(error_of_text(folder, kFirst + "Hello: 1\n"), "line 2 is none of"));
  CHECK(has(error_of_text(folder, kFirst + "Transform: AffineTransform_double_3_3\nParameters: 1 x\n"),
            "line 3 has 'x' where a number"));
  CHECK(has(error_of_text(folder, kFirst + "Transform: AffineTransform_double_3_3\nParameters: 1 2\n"), "has 2 numbers, but 12"));
  CHECK(has(error_of_text(folder, kFirst + "Transform: AffineTransform_double_2_2\n"), "no transform of three dimensions"));
  CHECK(has(error_of_text(folder, kFirst + "Transform: BSplineTransform_double_3_3\n"), "BSplineTransform, which is not read"));
  const std::string identity = "Transform: IdentityTransform_double_3_3\nParameters:\nFixedParameters:\n";
  CHECK(has(error_of_text(folder, kFirst + identity + identity), "2 transforms that no composite joins"));
  CHECK(has(error_of_text(folder, kFirst + "Transform: TranslationTransform_double_3_3\nParameters: 1 nan 3\n"), "not finite"));
  CHECK(has(error_of_text(folder, kFirst + "Transform: VersorTransform_double_3_3\nParameters: 1 1 1\nFixedParameters: 0 0 0\n"), "longer than 1"));
  const std::string field = kFirst + "Transform: DisplacementFieldTransform_double_3_3\nParameters: 1 2 3\nFixedParameters: ";
  CHECK(has(error_of_text(folder, field + "1 1 1\n"), "has 3 numbers, but 18"));
  CHECK(has(error_of_text(folder, field + "1e9 1e9 1e9 0 0 0 1 1 1 1 0 0 0 1 0 0 0 1\n"), "a size of"));
  CHECK(has(error_of_text(folder, field + "9999 9999 9999 0 0 0 1 1 1 1 0 0 0 1 0 0 0 1\n"), "are expected"));
  CHECK(has(error_of_text(folder, field + "1 1 1 0 0 0 1 0 1 1 0 0 0 1 0 0 0 1\n"), "a spacing of 0"));
  CHECK(has(error_of_text(folder, field + "1 1 1 0 0 0 1 1 1 1 0 0 1 1 0 0 0 1\n"), "not unit vectors at right angles"));
}

TEST_CASE("registration.read: text that is no 4 x 4 matrix is refused with a sentence") {
  const Folder folder;
  CHECK(has(error_of_text(folder, "1 0 0 0\n0 1 0 0\n0 0 1 0\n"), "it has 3 lines of numbers"));
  CHECK(has(error_of_text(folder, "1 0 0\n"), "line 1 has 3 numbers"));
  CHECK(has(error_of_text(folder, "1 0 0 0\n0 1 0 0\n0 0 1 0\n0 0 1 1\n"), "is not 0 0 0 1"));
  CHECK(has(error_of_text(folder, "1 0 0 inf\n0 1 0 0\n0 0 1 0\n0 0 0 1\n"), "not finite"));
  CHECK(has(error_of_text(folder, "<html>\n"), "line 1 has '<html>' where a number is expected"));
}

TEST_CASE("registration.read: what is no transform of space is refused: flat matrices, composites without parts, parameters given twice") {
  const Folder folder;
  const std::string affine = kFirst + "Transform: AffineTransform_double_3_3\n";
  CHECK(has(error_of_text(folder, affine + "Parameters: 1 0 0 0 1 0 0 0 0 1 2 3\nFixedParameters: 0 0 0\n"), "cannot be"));
  CHECK(has(error_of_text(folder, kFirst + "Transform: ScaleTransform_double_3_3\nParameters: 0 1 1\nFixedParameters: 0 0 0\n"), "cannot be"));
  CHECK(has(error_of_text(folder, "1 0 0 0\n0 1 0 0\n1 1 0 0\n0 0 0 1\n"), "cannot be"));
  CHECK(has(error_of_text(folder, kFirst + "Transform: CompositeTransform_double_3_3\n"), "no parts"));
  const std::string parameters = "Parameters: 1 0 0 0 1 0 0 0 1 1 2 3\n";
  CHECK(has(error_of_text(folder, affine + parameters + parameters + "FixedParameters: 0 0 0\n"), "line 4 is the second 'Parameters:'"));
  CHECK(error_of_text(folder, affine + parameters + "FixedParameters: 0 0 0\n") == "");
}

TEST_CASE("registration.read: files that are cut short are refused, wherever they end") {
  const Folder folder;
  const std::string affine = kFirst + "Transform: AffineTransform_double_3_3\nParameters: 1 0 0 0 1 0 0 0 1 1 2 12.5\n";
  const std::string whole = affine + "FixedParameters: 10 20 30\n";
  REQUIRE(error_of_text(folder, whole) == "");
  for (std::size_t bytes = kFirst.size() + 1; bytes < whole.size(); ++bytes)
    CHECK_MESSAGE(error_of_text(folder, whole.substr(0, bytes)) != "", bytes);
  CHECK(has(error_of_text(folder, whole.substr(0, whole.size() - 1)), "ends within its last line"));
  CHECK(has(error_of_text(folder, affine), "the centre (FixedParameters) of a AffineTransform_double_3_3 has 0 numbers, but 3"));
  CHECK(has(error_of_text(folder, affine + "FixedParameters: 10 20 30 40\n"), "has 4 numbers, but 3"));
  const std::string shift = kFirst + "Transform: TranslationTransform_double_3_3\nParameters: 1 2 3\n";
  CHECK(error_of_text(folder, shift) == "");
  CHECK(error_of_text(folder, shift + "FixedParameters:\n") == "");
  CHECK(has(error_of_text(folder, shift + "FixedParameters: 1\n"), "has 1 numbers, but 3"));
}

TEST_CASE("registration.read and write: a matrix named .mat is taken for FLIRT's and refused") {
  const Folder folder;
  std::ofstream(folder / "fsl.mat") << "1 0 0 0\n0 1 0 0\n0 0 1 0\n0 0 0 1\n";
  CHECK(has(error_of_read(folder / "fsl.mat"), "FLIRT"));
  CHECK(has(error_of_write(folder / "own.mat", affine_transform(kTurn), "ras_matrix"), "FLIRT"));
}

TEST_CASE("registration.read: HDF5 is read only where it is trusted, and links to other places never") {
  const Folder folder;
  NodeRunner write("registration.write", {{"path", folder / "own.h5"}});
  write.input("transform", affine_transform(kTurn)).run();
  NodeRunner untrusted("registration.read", {{"path", folder / "own.h5"}});
  CHECK(has(untrusted.error_of_run(), "'trust_hdf5'"));
  CHECK(error_of_read(folder / "own.h5") == "");
  const hid_t file = H5Fcreate((folder / "links.h5").c_str(), H5F_ACC_TRUNC, H5P_DEFAULT, H5P_DEFAULT);
  H5Lcreate_external("own.h5", "/TransformGroup", file, "TransformGroup", H5P_DEFAULT, H5P_DEFAULT);
  H5Fclose(file);
  CHECK(has(error_of_read(folder / "links.h5"), "is a link to another place"));
}

TEST_CASE("registration.read: hostile HDF5 is refused with a sentence") {
  const Folder folder;
  std::ofstream(folder / "cut.h5", std::ios::binary) << "\x89HDF\r\n\x1a\n and then nothing";
  CHECK(has(error_of_read(folder / "cut.h5"), "no HDF5 file, or a damaged one"));
  const auto made = [&](const char* name) { return H5Fcreate((folder / name).c_str(), H5F_ACC_TRUNC, H5P_DEFAULT, H5P_DEFAULT); };
  H5Fclose(made("empty.h5"));
  CHECK(has(error_of_read(folder / "empty.h5"), "without a 'TransformGroup'"));
  const hid_t file = made("large.h5");
  const hid_t group = H5Gcreate2(file, "TransformGroup", H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT);
  const hid_t one = H5Gcreate2(group, "0", H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT);
  H5Fflush(file, H5F_SCOPE_GLOBAL);
  CHECK(has(error_of_read(folder / "large.h5"), "cannot read the transform"));
  const hid_t text = H5Tcopy(H5T_C_S1), scalar = H5Screate(H5S_SCALAR);
  H5Tset_size(text, 26);
  const hid_t type = H5Dcreate2(one, "TransformType", text, scalar, H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT);
  H5Dwrite(type, text, H5S_ALL, H5S_ALL, H5P_DEFAULT, "AffineTransform_double_3_3");
  const hsize_t count = hsize_t{1} << 40;  // declared, without any bytes
  const hid_t space = H5Screate_simple(1, &count, nullptr), settings = H5Pcreate(H5P_DATASET_CREATE);
  H5Pset_alloc_time(settings, H5D_ALLOC_TIME_LATE);
  const hid_t numbers = H5Dcreate2(one, "TransformParameters", H5T_NATIVE_DOUBLE, space, H5P_DEFAULT, settings, H5P_DEFAULT);
  H5Dclose(numbers), H5Dclose(type), H5Gclose(one), H5Gclose(group), H5Fclose(file);
  CHECK(has(error_of_read(folder / "large.h5"), "1099511627776 numbers, more than the file's"));
}

TEST_CASE("registration.compose: transforms follow each other from first to last; spaces that do not meet are an error") {
  NodeRunner runner("registration.compose");
  runner.input("transforms", affine_transform({2, 0, 0, 0, 0, 2, 0, 0, 0, 0, 2, 0}, "a", "b"));
  runner.input("transforms", affine_transform({1, 0, 0, 5, 0, 1, 0, 0, 0, 0, 1, 0}, "b", "c")).run();
  const Transform& whole = runner.output<Transform>("transform");
  CHECK(whole.apply({1, 1, 1}) == Point{7, 2, 2});
  CHECK(whole.from == "a");
  CHECK(whole.to == "c");
  NodeRunner wrong("registration.compose");
  wrong.input("transforms", affine_transform(kTurn, "a", "b")).input("transforms", affine_transform(kTurn, "a", "b"));
  CHECK(has(wrong.error_of_run(), "do not follow each other"));
}

TEST_CASE("registration.invert: there and back is where it was; a flat transform is an error") {
  NodeRunner runner("registration.invert");
  runner.input("transform", composed(affine_transform(kTurn, "a", "b"), displacing())).run();
  const Transform& back = runner.output<Transform>("transform");
  CHECK(back.to == "a");
  const Transform forward = composed(affine_transform(kTurn), displacing());
  const Point there = forward.apply({1, 2, 3}), here = back.apply(there);
  for (std::size_t k = 0; k < 3; ++k) CHECK(here[k] == doctest::Approx(k + 1.0).epsilon(1e-5));
  NodeRunner flat("registration.invert");
  CHECK(
      has(flat.input("transform", affine_transform({1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0})).error_of_run(), "cannot be inverted"));
}

}  // namespace flowrun::testing
