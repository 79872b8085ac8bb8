#include <doctest/doctest.h>

#include <cmath>
#include <limits>

#include "flowrun/testing/node_runner.h"
#include "keras_file.h"
#include "pickle_writer.h"
#include "plugins/small_images.h"
#include "test_folder.h"
#include "tiny_models.h"

namespace flowrun::testing {
namespace {

/// What the import threw, "" when it passed.
std::string import_file(const std::string& weights, const std::string& model, const NodeRunner::Values& more = {}) {
  NodeRunner runner("cnn.import_weights", more);
  runner.set("weights", weights).set("model", model);
  return runner.error_of_run();
}

std::string import_error(const KerasArrays& arrays, Oddity oddity = Oddity::none, const std::string& backend = "theano") {
  const TestFolder folder;
  write_keras_file(folder.file("w.hdf5"), arrays, backend, oddity);
  const std::string text = import_file(folder.file("w.hdf5"), folder.file("m.pt"));
  CHECK(!std::filesystem::exists(folder.file("m.pt")));
  CHECK(contains(text, folder.file("w.hdf5")));
  return text;
}

Scores both_classes(const std::string& model, const PatchBatch& patches) {
  NodeRunner runner("cnn.stage", {{"model", model}, {"output_class", std::int64_t{-1}}}, "cpu");
  runner.input("patches", patches);
  runner.run();
  return runner.output<Scores>("scores");
}

/// A patch of a PatchBatch (z, y, x) with its axes turned to x, y, z.
std::vector<float> turned(const PatchBatch& patches, std::int64_t patch) {
  std::vector<float> values;
  const float* first = patches.values.data() + patch * patches.values_per_patch();
  for (std::int64_t c = 0; c < patches.channels; ++c)
    for (int x = 0; x < 11; ++x)
      for (int y = 0; y < 11; ++y)
        for (int z = 0; z < 11; ++z) values.push_back(first[((c * 11 + z) * 11 + y) * 11 + x]);
  return values;
}

void check_against_loops(const std::string& backend) {
  CAPTURE(backend);
  const TestFolder folder;
  const KerasArrays weights = made_up_keras_weights();
  write_keras_file(folder.file("w.hdf5"), weights, backend);
  REQUIRE(import_file(folder.file("w.hdf5"), folder.file("m.pt")) == "");
  const PatchBatch patches = made_up_patches(2, 2, 11);
  const Scores scores = both_classes(folder.file("m.pt"), patches);
  for (std::int64_t i = 0; i < 2; ++i) {
    const auto expected = direct_keras_network(weights, turned(patches, i), backend == "theano");
    CHECK(std::abs(scores.values[static_cast<std::size_t>(2 * i + 1)] - expected[1]) < 1e-5);
    CHECK(std::abs(scores.values[static_cast<std::size_t>(2 * i)] - expected[0]) < 1e-5);
    CHECK(expected[1] > 0.01);  // a network that always says 0 or 1 would show nothing about axes
    CHECK(expected[1] < 0.99);
  }
}

}  // namespace

TEST_CASE("keras import: the model computes what plain loops over the file's axes compute, of either backend") {
  check_against_loops("theano");
  check_against_loops("tensorflow");
}

TEST_CASE("keras import: the model describes itself, importing again gives the same bytes, another order of images is refused") {
  const TestFolder folder;
  write_keras_file(folder.file("w.hdf5"), made_up_keras_weights(), "theano");
  REQUIRE(import_file(folder.file("w.hdf5"), folder.file("a.pt")) == "");
  REQUIRE(import_file(folder.file("w.hdf5"), folder.file("b.pt")) == "");
  CHECK(bytes_of(folder.file("a.pt")) == bytes_of(folder.file("b.pt")));
  CHECK(folder.entries() == 3);
  const auto error_for = [&](const PatchBatch& patches) {
    NodeRunner stage("cnn.stage", {{"model", folder.file("a.pt")}}, "cpu");
    stage.input("patches", patches);
    return stage.error_of_run();
  };
  CHECK(contains(error_for(made_up_patches(1, 3, 11)), "wants patches of 2 channels (T1, FLAIR) and 11 x 11 x 11 voxels"));
  const auto error_with = [&](const std::string& first, const std::string& second) {
    NodeRunner dense("cnn.dense_inference", {{"model", folder.file("a.pt")}, {"strategy", std::string("patch")}}, "cpu");
    VoxelList voxels;
    voxels.voxels = {62};
    for (const std::string& contrast : {first, second}) {
      Volume volume = volume_of(std::vector<float>(125, 1.0f), small_grid(5, 5, 5));
      volume.facts.contrast = contrast;
      voxels.geometry = volume.geometry;
      dense.input("volumes", volume);
    }
    dense.input("voxels", voxels);
    return dense.error_of_run();
  };
  CHECK(error_with("T1w", "FLAIR") == "");
  CHECK(contains(error_with("FLAIR", "T1w"), "takes T1 as channel 1, but the image there is FLAIR"));
}

TEST_CASE("keras import: a network of other images comes in when these are named") {
  const TestFolder folder;
  write_keras_file(folder.file("w.hdf5"), made_up_keras_weights(1), "tensorflow");
  REQUIRE(import_file(folder.file("w.hdf5"), folder.file("m.pt"), {{"channels", std::vector<std::string>{"FLAIR"}}}) == "");
  CHECK(both_classes(folder.file("m.pt"), made_up_patches(3, 1, 11)).values.size() == 6);
}

TEST_CASE("keras import: a file for four images and another network are refused by what does not fit") {
  const std::string four = import_error(made_up_keras_weights(4));
  CHECK(contains(four,
                 "does not contain the network of nicMSlesions for 2 images (T1, FLAIR): layer 'conv1_1' has kernel of shape "
                 "3 x 3 x 3 x 4 x 32 where 3 x 3 x 3 x 2 x 32 is expected"));
  CHECK(contains(four, "'channels'"));
  KerasArrays other;
  other["dense_1/kernel"] = {{4, 2}, std::vector<float>(8)};
  other["dense_1/bias"] = {{2}, std::vector<float>(2)};
  const std::string text = import_error(other);
  CHECK(contains(text, "layer 'conv1_1' has no kernel"));
  CHECK(contains(text, "and 34 more"));
  KerasArrays more = made_up_keras_weights();
  more["d4/bias"] = {{2}, std::vector<float>(2)};
  CHECK(contains(import_error(more), "1 of its 40 arrays are of layers that this network does not have"));
}

TEST_CASE("keras import: values that are NaN and variances below 0 are refused") {
  KerasArrays weights = made_up_keras_weights();
  weights["d1/kernel"].values[7] = std::numeric_limits<float>::quiet_NaN();
  weights["bn_2_1/moving_variance"].values[3] = -0.5f;
  const std::string text = import_error(weights);
  CHECK(contains(text, "layer 'd1' has values of kernel that are NaN or infinite"));
  CHECK(contains(text, "layer 'bn_2_1' has values of moving_variance below 0"));
}

TEST_CASE("keras import: what a file of weights does not need is refused with a sentence") {
  const KerasArrays weights = made_up_keras_weights();
  CHECK(contains(import_error(weights, Oddity::compressed), "'d2/d2/kernel' is compressed or filtered"));
  CHECK(contains(import_error(weights, Oddity::doubles), "'d2/d2/kernel' is not of float32"));
  CHECK(contains(import_error(weights, Oddity::external_values), "'d2/d2/kernel' has its values in another file"));
  CHECK(contains(import_error(weights, Oddity::soft_link), "'again' is a link to elsewhere; links are not followed"));
  CHECK(contains(import_error(weights, Oddity::external_link), "newer form"));
  CHECK(contains(import_error(weights, Oddity::newest_form), "save it by h5py with libver='earliest'"));
  CHECK(contains(import_error(weights, Oddity::no_backend),
                 "it has no attribute 'backend' where theano or tensorflow is expected"));
  CHECK(contains(import_error(weights, Oddity::none, "cntk"), "its attribute 'backend' is 'cntk'"));
}

TEST_CASE("keras import: a file that is cut short, and one that is neither HDF5 nor a pickle, are refused") {
  const TestFolder folder;
  write_keras_file(folder.file("w.hdf5"), made_up_keras_weights(), "theano");
  const std::string whole = bytes_of(folder.file("w.hdf5"));
  for (const std::size_t bytes : {std::size_t{9}, std::size_t{60}, std::size_t{800}, whole.size() / 2, whole.size() - 1}) {
    const std::string text = import_file(folder.write("cut.hdf5", whole.substr(0, bytes)), folder.file("m.pt"));
    CHECK(contains(text, "cut.hdf5' cannot be used as a file of weights: it is "));
    CHECK(contains(text, "cut short"));
  }
  const std::string text = import_file(folder.write("text.hdf5", "these are no weights"), folder.file("m.pt"));
  CHECK(contains(text, "text.hdf5' cannot be used as a file of weights"));
  CHECK(contains(import_file(folder.write("image.nii.gz", "\x1f\x8b\x08 and so on"), folder.file("m.pt")),
                 "it is neither a Python pickle nor an HDF5 file, but a gzip file"));
  CHECK(contains(import_file(folder.write("model.pt", "PK\x03\x04"), folder.file("m.pt")), "but a zip archive"));
  CHECK_FALSE(std::filesystem::exists(folder.file("m.pt")));
}

}  // namespace flowrun::testing
