// Where NRRD and MetaImage files put their voxels, and where their voxels are.
#include <doctest/doctest.h>

#include <cmath>
#include <random>
#include <sstream>

#include "flowrun/testing/node_runner.h"
#include "image_files.h"

using namespace flowrun;
using namespace flowrun::testing;

namespace {

using Matrix = std::array<double, 12>;

bool says(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

std::string nrrd(const std::string& fields, const std::string& sizes = "2 1 1", const std::string& dimension = "3") {
  return "NRRD0005\ntype: uchar\nencoding: raw\ndimension: " + dimension + "\nsizes: " + sizes + "\n" + fields + "\nab";
}

std::string meta(const std::string& fields, const std::string& sizes = "2 1 1", const std::string& dimensions = "3") {
  return "ObjectType = Image\nNDims = " + dimensions + "\nDimSize = " + sizes + "\n" + fields +
         "ElementType = MET_UCHAR\nElementDataFile = LOCAL\nab";
}

const std::string kPlaced = "space directions: (2,0,0) (0,3,0) (0,0,4)\nspace origin: (10,20,30)\n";

Geometry geometry_of(const TempFolder& folder, const std::string& name, const std::string& text) {
  save(folder / name, text);
  return read_back(folder / name).geometry;
}

std::string number(double value) {
  std::ostringstream text;
  text.precision(17);
  text << value;
  return text.str();
}

/// A random rotation times voxel sizes, and an origin.
Matrix random_matrix(std::mt19937& random, bool left_handed) {
  std::normal_distribution<double> normal;
  std::uniform_real_distribution<double> spacing(0.2, 6), origin(-300, 300);
  double a = normal(random), b = normal(random), c = normal(random), d = normal(random);
  const double n = std::sqrt(a * a + b * b + c * c + d * d);
  a /= n, b /= n, c /= n, d /= n;
  const double x = spacing(random), y = spacing(random), z = spacing(random) * (left_handed ? -1 : 1);
  return {(a * a + b * b - c * c - d * d) * x,
          2 * (b * c - a * d) * y,
          2 * (b * d + a * c) * z,
          origin(random),
          2 * (b * c + a * d) * x,
          (a * a + c * c - b * b - d * d) * y,
          2 * (c * d - a * b) * z,
          origin(random),
          2 * (b * d - a * c) * x,
          2 * (c * d + a * b) * y,
          (a * a + d * d - c * c - b * b) * z,
          origin(random)};
}

}  // namespace

TEST_CASE("nrrd: each anatomical space is brought to LPS, by any of its names") {
  const TempFolder folder;
  struct Row {
    std::string space;
    double x, y;
  };
  for (const Row& row : {Row{"left-posterior-superior", 1, 1},
                         {"LPS", 1, 1},
                         {"right-anterior-superior", -1, -1},
                         {"RAS", -1, -1},
                         {"Right Anterior Superior", -1, -1},
                         {"left-anterior-superior", 1, -1},
                         {"LAS", 1, -1}}) {
    CAPTURE(row.space);
    save(folder / "a.nrrd", nrrd("space: " + row.space + "\n" + kPlaced));
    const ReadImage read = read_with(folder / "a.nrrd");
    CHECK(corner_distance(read.volume.geometry, {row.x * 2, 0, 0, row.x * 10, 0, row.y * 3, 0, row.y * 20, 0, 0, 4, 30}) < 1e-12);
    CHECK(read.warnings.empty());
    CHECK(read.volume.voxels == std::vector<float>{'a', 'b'});
  }
}

TEST_CASE("nrrd: a space with time is one of three dimensions, when time has one sample") {
  const TempFolder folder;
  const std::string directions = "space directions: (2,0,0,0) (0,3,0,0) (0,0,4,0) (0,0,0,1)\nspace origin: (10,20,30,0)\n";
  const Geometry geometry = geometry_of(folder, "a.nrrd", nrrd("space: RAST\n" + directions, "2 1 1 1", "4"));
  CHECK(corner_distance(geometry, {-2, 0, 0, -10, 0, -3, 0, -20, 0, 0, 4, 30}) < 1e-12);
  save(folder / "b.nrrd", nrrd("space: right-anterior-superior-time\n" + directions, "1 1 1 2", "4"));
  CHECK(says(read_error(folder / "b.nrrd"), "it is 4D (1 x 1 x 1 x 2), so it contains several volumes"));
}

TEST_CASE("nrrd: a space that is not the patient's is taken as LPS with a warning, an unknown one is refused") {
  const TempFolder folder;
  for (const std::string space : {"space: scanner-xyz\n", "space: 3D-right-handed\n", "space dimension: 3\n"}) {
    save(folder / "a.nrrd", nrrd(space + kPlaced));
    const ReadImage read = read_with(folder / "a.nrrd");
    CHECK(corner_distance(read.volume.geometry, {2, 0, 0, 10, 0, 3, 0, 20, 0, 0, 4, 30}) < 1e-12);
    REQUIRE(read.warnings.size() == 1);
    CHECK(says(read.warnings[0], "left and right may be swapped"));
  }
  save(folder / "a.nrrd", nrrd("space: left-posterior-inferior\n" + kPlaced));
  CHECK(says(read_error(folder / "a.nrrd"), "its NRRD header says space = left-posterior-inferior; left-posterior-superior, "));
}

TEST_CASE("nrrd: units of the space or of the axes make mm of the whole place") {
  const TempFolder folder;
  for (const auto& [unit, factor] : {std::pair{"mm", 1.0}, {"um", 1e-3}, {"cm", 10.0}, {"m", 1000.0}, {"microns", 1e-3}}) {
    CAPTURE(unit);
    const std::string name = "\"" + std::string(unit) + "\"", all = name + " " + name + " " + name + "\n";
    const Geometry space = geometry_of(folder, "a.nrrd", nrrd("space: LPS\nspace units: " + all + kPlaced));
    CHECK(corner_distance(space, {2 * factor, 0, 0, 10 * factor, 0, 3 * factor, 0, 20 * factor, 0, 0, 4 * factor, 30 * factor}) <
          1e-9);
    const Geometry axes = geometry_of(folder, "b.nrrd", nrrd("spacings: 2 3 4\nunits: " + all));
    CHECK(corner_distance(axes, {2 * factor, 0, 0, 0, 0, 3 * factor, 0, 0, 0, 0, 4 * factor, 0}) < 1e-9);
  }
  save(folder / "a.nrrd", nrrd("space: LPS\nspace units: \"s\" \"s\" \"s\"\n" + kPlaced));
  CHECK(says(read_error(folder / "a.nrrd"), "a unit of length is expected"));
}

TEST_CASE("nrrd: without directions spacings count, else the ends of the axes, else 1 mm with a warning") {
  const TempFolder folder;
  CHECK(corner_distance(geometry_of(folder, "a.nrrd", nrrd("spacings: 2 3 4\naxis mins: 0 6 8\n")),
                        {2, 0, 0, 1, 0, 3, 0, 7.5, 0, 0, 4, 10}) < 1e-12);
  CHECK(corner_distance(geometry_of(folder, "a.nrrd", nrrd("spacings: 2 3 4\naxis mins: 0 6 8\ncenterings: node cell node\n")),
                        {2, 0, 0, 0, 0, 3, 0, 7.5, 0, 0, 4, 8}) < 1e-12);
  CHECK(corner_distance(geometry_of(folder, "a.nrrd", nrrd("axis mins: 0 0 0\naxis maxs: 4 3 5\n")),
                        {2, 0, 0, 1, 0, 3, 0, 1.5, 0, 0, 5, 2.5}) < 1e-12);
  save(folder / "a.nrrd", nrrd("spacings: 2 inf 4\n"));
  CHECK(says(read_error(folder / "a.nrrd"), "its voxel size along axis 1 is inf; it must be above 0"));
  save(folder / "a.nrrd", nrrd(""));
  const ReadImage read = read_with(folder / "a.nrrd");
  REQUIRE(read.warnings.size() == 1);
  CHECK(says(read.warnings[0],
             "its NRRD header does not say the voxel size along each axis (1 mm is taken where it is missing) and how "
             "the image lies in the patient (no 'space directions', so left and right may be swapped); sizes in mm and "
             "the place"));
}

TEST_CASE("nrrd: further axes of one sample are left out wherever they stand, of more they are refused by name") {
  const TempFolder folder;
  const std::string space = "space: LPS\nspace origin: (10,20,30)\n";
  for (const auto& [directions, sizes] : {std::pair{"(2,0,0) (0,3,0) (0,0,4) none", "2 1 1 1"},
                                          {"none (2,0,0) (0,3,0) (0,0,4)", "1 2 1 1"},
                                          {"(2,0,0) none (0,3,0) (0,0,4)", "2 1 1 1"},
                                          {"(nan,nan,nan) ( 2, 0, 0 ) (0,3,0) (0,0,4)", "1 2 1 1"}}) {
    CAPTURE(directions);
    save(folder / "a.nrrd", nrrd(space + "space directions: " + directions + "\n", sizes, "4"));
    CHECK(corner_distance(read_back(folder / "a.nrrd").geometry, {2, 0, 0, 10, 0, 3, 0, 20, 0, 0, 4, 30}) < 1e-12);
  }
  save(folder / "a.nrrd", nrrd("kinds: domain domain domain list\nspacings: 1 1 1 1\n", "2 1 1 1", "4"));
  CHECK(read_back(folder / "a.nrrd").geometry.size == std::array<std::int64_t, 3>{2, 1, 1});
  save(folder / "a.nrrd", nrrd("kinds: vector domain domain domain\n", "2 1 1 1", "4"));
  CHECK(says(read_error(folder / "a.nrrd"), "it has 2 numbers a voxel (vector)"));
  save(folder / "a.nrrd", nrrd("", "2 2 2 2", "4"));
  CHECK(says(read_error(folder / "a.nrrd"), "it is 4D (2 x 2 x 2 x 2), so it contains several volumes"));
  save(folder / "a.nrrd", nrrd("", "2 1", "2"));
  CHECK(says(read_error(folder / "a.nrrd"), "it is 2D (2 x 1); a 3D image is expected"));
}

TEST_CASE("nrrd: voxels in any encoding and order of bytes are the same") {
  const TempFolder folder;
  const std::string head = "NRRD0005\ntype: short\ndimension: 3\nsizes: 3 1 1\n" + std::string("space: LPS\n") + kPlaced;
  const std::vector<float> expected{1, -2, 770};
  const std::string little{"\1\0\xfe\xff\2\3", 6}, big{"\0\1\xff\xfe\3\2", 6};
  save(folder / "a.nrrd", head + "encoding: raw\nendian: little\n\n" + little);
  save(folder / "b.nrrd", head + "encoding: raw\nendian: big\n\n" + big);
  save(folder / "c.nrrd", head + "encoding: text\n\n1 -2\n 770\n");
  save(folder / "d.nrrd", head + "encoding: hex\nendian: little\n\n0100FEff\n0203");
  const Bytes packed = gzipped({'x', 'y', 1, 0, 0xfe, 0xff, 2, 3});
  save(folder / "e.nrrd", head + "encoding: gzip\nendian: little\nbyte skip: 2\n\n" + std::string(packed.begin(), packed.end()));
  save(folder / "f.nrrd", head + "encoding: raw\nendian: little\nline skip: 2\nbyte skip: 1\n\none\ntwo\nx" + little);
  save(folder / "g.nrrd", head + "encoding: raw\nendian: little\nbyte skip: -1\n\nanything" + little);
  save(folder / "sub.raw", little);
  save(folder / "h.nhdr", head + "encoding: raw\nendian: little\ndata file: ./sub.raw\n");
  for (const std::string name : {"a.nrrd", "b.nrrd", "c.nrrd", "d.nrrd", "e.nrrd", "f.nrrd", "g.nrrd", "h.nhdr"}) {
    CAPTURE(name);
    CHECK(read_error(folder / name) == "");
    CHECK(read_back(folder / name).voxels == expected);
  }
  save(folder / "i.nrrd", head + "encoding: raw\n\n" + little);
  CHECK(says(read_error(folder / "i.nrrd"), "does not say the order of bytes"));
  save(folder / "j.nrrd", head + "encoding: bzip2\nendian: little\n\n" + little);
  CHECK(says(read_error(folder / "j.nrrd"),
             "its NRRD header says encoding = bzip2; its voxels are written in a way that is not read here"));
}

TEST_CASE("nrrd and meta: random places are read and written to the last digits, left-handed ones too") {
  const TempFolder folder;
  std::mt19937 random(21);
  for (int i = 0; i < 200; ++i) {
    const Matrix m = random_matrix(random, i % 2 == 1);
    const double x = i % 3 == 1 ? -1 : 1, y = i % 3 == 0 ? 1 : -1;  // LPS, RAS, LAS
    std::string directions, rows, spacing, origin, offset;
    for (std::size_t axis = 0; axis < 3; ++axis) {
      const double length = std::sqrt(m[axis] * m[axis] + m[4 + axis] * m[4 + axis] + m[8 + axis] * m[8 + axis]);
      directions += " (" + number(x * m[axis]) + "," + number(y * m[4 + axis]) + "," + number(m[8 + axis]) + ")";
      rows += " " + number(m[axis] / length) + " " + number(m[4 + axis] / length) + " " + number(m[8 + axis] / length);
      spacing += " " + number(length);
      offset += " " + number(m[4 * axis + 3]);
    }
    origin = "(" + number(x * m[3]) + "," + number(y * m[7]) + "," + number(m[11]) + ")";
    const std::string space = i % 3 == 0 ? "LPS" : i % 3 == 1 ? "RAS" : "LAS";
    const Geometry by_nrrd = geometry_of(
        folder, "a.nrrd", nrrd("space: " + space + "\nspace directions:" + directions + "\nspace origin: " + origin + "\n"));
    CHECK(corner_distance(by_nrrd, m) < 1e-9);
    save(folder / "a.mha", meta("TransformMatrix =" + rows + "\nOffset =" + offset + "\nElementSpacing =" + spacing + "\n"));
    const Volume volume = read_back(folder / "a.mha");
    CHECK(corner_distance(volume.geometry, m) < 1e-9);
    for (const std::string name : {"b.nrrd", "b.mha"}) {
      NodeRunner writer("io.write_volume", {{"path", folder / name}});
      writer.input("volume", volume);
      writer.run();
      CHECK(corner_distance(read_back(folder / name).geometry, m) < 1e-4);
    }
  }
}

TEST_CASE("nrrd and meta: sheared axes are refused with the angle, or resampled") {
  const TempFolder folder;
  save(folder / "a.nrrd", nrrd("space: LPS\nspace directions: (2,0,0) (1,2,0) (0,0,4)\nspace origin: (10,20,30)\n"));
  save(folder / "a.mha", meta("TransformMatrix = 1 0 0 0.5 1 0 0 0 1\nOffset = 10 20 30\nElementSpacing = 2 2 4\n"));
  for (const std::string name : {"a.nrrd", "a.mha"}) {
    CHECK(says(read_error(folder / name), "its axes are not at right angles to each other (they are sheared by 26.5651 degrees"));
    const Geometry geometry = read_with(folder / name, "sheared", "resample").volume.geometry;
    CHECK(geometry_distance(geometry, {{}, {2, 2, 4}, {10, 20, 30}, {1, 0, 0, 0, 1, 0, 0, 0, 1}}) < 1e-12);
  }
}

TEST_CASE("meta: each name of a field is known, and two that differ are refused") {
  const TempFolder folder;
  const Matrix expected{0, -2, 0, 10, 3, 0, 0, 20, 0, 0, 4, 30};
  for (const std::string turn : {"TransformMatrix", "Rotation", "Orientation"})
    for (const std::string place : {"Offset", "Position", "Origin"}) {
      CAPTURE(turn);
      const std::string fields = turn + " = 0 1 0 -1 0 0 0 0 1\n" + place + " = 10 20 30\nElementSpacing = 3 2 4\n";
      save(folder / "a.mha", meta(fields + "AnatomicalOrientation = RAI\nCenterOfRotation = 0 0 0\n"));
      const ReadImage read = read_with(folder / "a.mha");
      CHECK(corner_distance(read.volume.geometry, expected) < 1e-12);
      CHECK(read.warnings.empty());
    }
  save(folder / "a.mha", meta("Offset = 1 2 3\nPosition = 1 2 4\n"));
  CHECK(says(read_error(folder / "a.mha"), "another field of the same meaning (Offset) says something else"));
}

TEST_CASE("meta: what the header leaves open is a warning, a voxel size by ElementSize counts where there is no spacing") {
  const TempFolder folder;
  const std::string placed = "TransformMatrix = 1 0 0 0 1 0 0 0 1\nOffset = 0 0 0\n";
  save(folder / "a.mha", meta(placed + "ElementSize = 2 3 4\n"));
  CHECK(read_with(folder / "a.mha").volume.geometry.spacing == std::array<double, 3>{2, 3, 4});
  CHECK(read_with(folder / "a.mha").warnings.empty());
  save(folder / "a.mha", meta(placed));
  CHECK(says(read_with(folder / "a.mha").warnings.at(0), "does not say the voxel size (no ElementSpacing; 1 mm is taken)"));
  save(folder / "a.mha", meta("ElementSpacing = 1 1 1\n"));
  REQUIRE(read_with(folder / "a.mha").warnings.size() == 1);
  CHECK(says(read_with(folder / "a.mha").warnings[0],
             "does not say how the image lies in the patient (no TransformMatrix, so left and right may be swapped) and "
             "where the image lies (no Offset; 0 0 0 is taken); sizes in mm"));
  save(folder / "a.mha", meta(placed + "ElementSpacing = 1 1 1\nCenterOfRotation = 5 0 0\n"));
  CHECK(says(read_with(folder / "a.mha").warnings.at(0), "CenterOfRotation that is not 0"));
  save(folder / "a.mha", meta(placed + "ElementSpacing = 1 1 1\nDistanceUnits = um\n"));
  CHECK(read_with(folder / "a.mha").volume.geometry.spacing[0] == doctest::Approx(1e-3));
  save(folder / "a.mha", meta(placed + "ElementSpacing = inf 1 1\n"));
  CHECK(says(read_error(folder / "a.mha"), "its voxel size is inf x 1 x 1 mm; each must be above 0"));
  save(folder / "a.mha", meta(placed + "ElementSpacing = -1 1 1\n"));
  CHECK(says(read_error(folder / "a.mha"), "its voxel size is -1 x 1 x 1 mm; each must be above 0"));
  save(folder / "a.mha", meta(placed + "ElementSpacing = 1 1 1\nElementToIntensityFunctionSlope = 2\n"));
  CHECK(says(read_error(folder / "a.mha"), "values are to be scaled"));
}

TEST_CASE("meta: a fourth axis of one sample is left out") {
  const TempFolder folder;
  save(folder / "a.mha",
       meta("TransformMatrix = 0 1 0 0 -1 0 0 0 0 0 1 0 0 0 0 1\nOffset = 10 20 30 0\nElementSpacing = 3 2 4 1\n", "2 1 1 1",
            "4"));
  CHECK(corner_distance(read_back(folder / "a.mha").geometry, {0, -2, 0, 10, 3, 0, 0, 20, 0, 0, 4, 30}) < 1e-12);
  save(folder / "a.mha", meta("", "1 1 1 2", "4"));
  CHECK(says(read_error(folder / "a.mha"), "so it contains several volumes"));
}

TEST_CASE("meta: voxels in any coding, order of bytes and place are the same") {
  const TempFolder folder;
  const auto head = [](const std::string& fields, const std::string& data = "LOCAL") {
    return "NDims = 3\nDimSize = 3 1 1\nElementSpacing = 1 1 1\n" + fields +
           "ElementType = MET_SHORT\nElementDataFile = " + data + "\n";
  };
  const std::string little{"\1\0\xfe\xff\2\3", 6}, big{"\0\1\xff\xfe\3\2", 6};
  save(folder / "a.mha", head("") + little);
  save(folder / "b.mha", head("BinaryDataByteOrderMSB = True\n") + big);
  save(folder / "c.mha", head("BinaryData = False\n") + "1 -2 770\n");
  const Bytes packed = gzipped({1, 0, 0xfe, 0xff, 2, 3});
  save(folder / "d.mha", head("CompressedData = True\n") + std::string(packed.begin(), packed.end()));
  save(folder / "h.mha", head("BinaryDataByteOrderMSB = True\nElementByteOrderMSB = False\n") + big);
  CHECK(says(read_error(folder / "h.mha"), "another field of the same meaning (BinaryDataByteOrderMSB) says something else"));
  save(folder / "data.raw", "head" + little);
  save(folder / "e.mhd", head("HeaderSize = 4\n", "data.raw"));
  save(folder / "f.mhd", head("HeaderSize = -1\n", "data.raw"));
  save(folder / "g.mhd", head("ElementByteOrderMSB = False\nHeaderSize = 4\n", "./data.raw"));
  for (const std::string name : {"a.mha", "b.mha", "c.mha", "d.mha", "e.mhd", "f.mhd", "g.mhd"}) {
    CAPTURE(name);
    CHECK(read_error(folder / name) == "");
    CHECK(read_back(folder / name).voxels == std::vector<float>{1, -2, 770});
  }
}
