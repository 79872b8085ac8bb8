// The four neighbouring methods (docs/methods.md), each trained and used through its graphs on small heads, with small networks.
#include <doctest/doctest.h>

#include <cstdlib>
#include <fstream>

#include "flowrun/testing/node_runner.h"
#include "made_up_heads.h"

namespace flowrun::testing {
namespace {

const std::string kNetworks = FLOWRUN_SOURCE_DIR "/graphs/models/networks/";

/// Heads a, b and c with all that phantom_cases.json writes of them; c is the one that no network sees in training.
void write_heads(const Folder& folder) {
  std::ofstream(folder.file("seeds.csv")) << "case,seed\na,11\nb,12\nc,13\n";
  flowrun("run " FLOWRUN_SOURCE_DIR "/graphs/phantom_cases.json --no-report --cases " + folder.file("seeds.csv") + " --out " +
          folder.file("") + " --set size=48,56,48 --set spacing=3,3,3 --set lesions=30");
  for (const std::string name : {"a", "b", "c"})
    fs::copy_file(folder.file(name + "_fa.nii.gz"), folder.file(name + "_third.nii.gz"));
}

struct Method {
  std::string name;
  std::vector<std::string> images;
  std::string truth, settings, network;
};

/// Trains on a and b, and runs what was trained on c, into <folder>/<method>_of_c.
void train_and_segment(const Folder& folder, const Method& method, const std::string& more = "") {
  std::vector<std::string> columns = method.images;
  columns.push_back(method.truth);
  run_graph(method.name + "/train.json", write_table(folder, {"a", "b"}, columns), folder, method.name,
            " --set least_cases=2 --set axes=LPS --set network=" + kNetworks + method.network + method.settings);
  CHECK(fs::exists(folder.file(method.name + "/" + method.name + "_curve.csv")));
  run_graph(method.name + "/segment.json", write_table(folder, {"c"}, method.images), folder, method.name + "_of_c",
            " --set axes=LPS --set model=" + folder.file(method.name + "/" + method.name + ".pt") + more);
  CHECK(fs::file_size(folder.file(method.name + "_of_c/c_montage.png")) > 10000);
}

Labels read_labels(const std::string& file) {
  NodeRunner reader("io.read_labels");
  reader.set("path", file).run();
  return reader.output<Labels>("labels");
}

double mean_dice(const Labels& found, const Labels& reference, std::int64_t classes) {
  std::vector<std::int64_t> labels;
  for (std::int64_t label = 1; label <= classes; ++label) labels.push_back(label);
  NodeRunner runner("evaluate.labels", {{"labels", labels}});
  runner.input("found", found).input("reference", reference).run();
  return runner.reports().at("mean_dice");
}

TEST_CASE("methods: the networks of Zhang and Moeskops tell tissues and structures of a head that they never saw") {
  const Folder folder;
  write_heads(folder);
  train_and_segment(folder, {"zhang2015",
                             {"t1", "t2", "third"},
                             "tissues",
                             " --set voxels=400 --set batch=32 --set epochs=4 --set learning_rate=0.002",
                             "zhang2015_small.json"});
  const double tissues =
      mean_dice(read_labels(folder.file("zhang2015_of_c/c_tissues.nii.gz")), read_labels(folder.file("c_tissues.nii.gz")), 3);
  MESSAGE("Zhang, small: mean Dice of three tissues " << tissues);
  CHECK(tissues > 0.7);

  train_and_segment(folder, {"moeskops2016",
                             {"t1", "flair"},
                             "structures",
                             " --set views=13,13,1,25,25,1,37,37,1 --set voxels=150 --set batch=32 --set epochs=5"
                             " --set learning_rate=0.002",
                             "moeskops2016_small.json"});
  const Labels whole = read_labels(folder.file("moeskops2016_of_c/c_structures.nii.gz"));
  const double structures = mean_dice(whole, read_labels(folder.file("c_structures.nii.gz")), 8);
  MESSAGE("Moeskops, small: mean Dice of eight structures " << structures);
  CHECK(structures > 0.45);
  CHECK(reported(folder, "moeskops2016_of_c", "c", "labels.patches") == 0);

  run_graph("moeskops2016/patches.json", write_table(folder, {"c"}, {"t1", "flair"}), folder, "patches",
            " --set axes=LPS --set fine=13,13,1 --set middle=25,25,1 --set coarse=37,37,1 --set model=" +
                folder.file("moeskops2016/moeskops2016.pt"));
  const Labels alone = read_labels(folder.file("patches/c_structures.nii.gz"));
  std::int64_t differ = 0;
  for (std::size_t i = 0; i < alone.voxels.size(); ++i) differ += alone.voxels[i] != whole.voxels[i];
  CHECK(differ <= 3);  // two scores that are equal but for rounding
}

TEST_CASE("methods: Brosch's encoder and a U-Net find lesions of a head that they never saw") {
  const Folder folder;
  write_heads(folder);
  const Mask truth = read_mask(folder.file("c_lesions.nii.gz"));
  const std::string crops = " --set crop=24,24,24 --set crops=8 --set epochs=30", all_sizes = " --set smallest_lesion=0";
  train_and_segment(folder,
                    {"brosch2016",
                     {"flair", "t1"},
                     "lesions",
                     crops + " --set loss_ratio=0.3 --set learning_rate=0.0005",
                     "brosch2016_small.json"},
                    all_sizes);
  const double encoder = dice(read_mask(folder.file("brosch2016_of_c/c_lesions.nii.gz")), truth);
  MESSAGE("Brosch, small: Dice of lesions " << encoder);
  CHECK(encoder > 0.2);
  train_and_segment(folder, {"unet3d", {"flair", "t1"}, "lesions", crops + " --set learning_rate=0.01", "unet3d_small.json"},
                    all_sizes);
  const double unet = dice(read_mask(folder.file("unet3d_of_c/c_lesions.nii.gz")), truth);
  MESSAGE("U-Net, small: Dice of lesions " << unet);
  CHECK(unet > 0.3);
}

TEST_CASE("methods: a network that does not fit the crops is refused before a case is read") {
  const Folder folder;
  for (const char* image : {"flair", "t1", "lesions"})
    std::ofstream(folder.file(std::string("a_") + image + ".nii.gz")) << "none";
  const std::string table = write_table(folder, {"a"}, {"flair", "t1", "lesions"});
  const std::string said = flowrun("run " FLOWRUN_SOURCE_DIR "/graphs/unet3d/train.json --quiet --cases " + table + " --out " +
                                       folder.file("o") + " --set crop=18,18,18",
                                   2);
  CHECK(said.find("parameter 'crop' is 18 x 18 x 18 voxels: each pool must divide it without a remainder") != std::string::npos);
  CHECK_FALSE(fs::exists(folder.file("o/unet3d.pt")));
}

}  // namespace
}  // namespace flowrun::testing
