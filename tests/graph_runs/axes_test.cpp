// The same head stored in another order of its axes gives the same lesions, bit by bit, through the shipped graphs.
#include <doctest/doctest.h>

#include <cmath>
#include <sstream>

#include "made_up_heads.h"

namespace flowrun::testing {
namespace {

const std::vector<std::string> kFour{"flair", "pd", "t2", "t1"}, kThree{"flair", "t2", "t1"};

/// Some of the 48: the image's own, one flip, all flips, and others with axes exchanged.
std::vector<StoredOrder> some_orders() {
  const auto all = all_orders();
  return {all[0], all[1], all[7], all[10], all[21], all[36], all[47]};
}

/// Cases o0, o1, ... of one head in these orders.
std::vector<std::string> write_orders(const Head& head, const Folder& folder, const std::vector<StoredOrder>& orders) {
  std::vector<std::string> cases;
  for (std::size_t i = 0; i < orders.size(); ++i) {
    cases.push_back("o" + std::to_string(i));
    write_head(head, folder, cases.back(), orders[i]);
  }
  return cases;
}

template <class Image>
void check_stored(const Image& wanted, const Image& found, const StoredOrder& order, const Geometry& file) {
  const Image stored = stored_as(wanted, order);
  CHECK(found.voxels == stored.voxels);
  CHECK(found.geometry == file);
}

/// Results <case>_<what>.nii.gz of all cases are the first one's in the order of their files; true when there is something in it.
void check_masks(const Folder& folder, const std::string& out, const std::string& what, const std::vector<StoredOrder>& orders) {
  const Mask wanted = read_mask(folder.file(out + "/o0_" + what + ".nii.gz"));
  CHECK(voxels_in(wanted) > 0);
  for (std::size_t i = 0; i < orders.size(); ++i) {
    CAPTURE(i);
    const std::string name = "o" + std::to_string(i);
    check_stored(wanted, read_mask(folder.file(out + "/" + name + "_" + what + ".nii.gz")), orders[i],
                 read_volume(folder.file(name + "_flair.nii.gz")).geometry);
  }
}

void check_volumes(const Folder& folder, const std::string& out, const std::string& what,
                   const std::vector<StoredOrder>& orders) {
  const Volume wanted = read_volume(folder.file(out + "/o0_" + what + ".nii.gz"));
  for (std::size_t i = 0; i < orders.size(); ++i) {
    CAPTURE(i);
    const std::string name = "o" + std::to_string(i);
    check_stored(wanted, read_volume(folder.file(out + "/" + name + "_" + what + ".nii.gz")), orders[i],
                 read_volume(folder.file(name + "_flair.nii.gz")).geometry);
  }
}

/// The numbers of a CSV table without its first column.
std::vector<double> numbers_of(const std::string& text) {
  std::vector<double> numbers;
  std::istringstream lines(text);
  std::string line, cell;
  std::getline(lines, line);
  while (std::getline(lines, line)) {
    std::istringstream cells(line);
    std::getline(cells, cell, ',');
    while (std::getline(cells, cell, ',')) numbers.push_back(cell.empty() ? -1 : std::stod(cell));
  }
  return numbers;
}

void check_nearly(const std::vector<double>& found, const std::vector<double>& wanted) {
  REQUIRE(found.size() == wanted.size());
  CHECK_FALSE(wanted.empty());
  for (std::size_t i = 0; i < wanted.size(); ++i) CHECK(std::abs(found[i] - wanted[i]) <= 1e-4);  // files keep places in float32
}

/// Turned by some degrees, as a scanner's tilted slices.
void tilt(Head& head) {
  const double c = std::cos(0.15), s = std::sin(0.15);
  for (auto& [channel, image] : head.images) image.geometry.direction = {c, -s, 0, s, c, 0, 0, 0, 1};
  head.lesions.geometry = head.images.at("flair").geometry;
}

TEST_CASE("axes: segment.json gives one result for a head stored in any of the 48 orders, bit by bit, in the file's own axes") {
  const Folder folder;
  const Head head = made_up_head({28, 34, 30}, 5, 100);
  const auto orders = all_orders();
  const auto cases = write_orders(head, folder, orders);
  run_graph("msseg2016/segment.json", write_table(folder, cases, kFour), folder, "out",
            kPhantomModels + " --set candidate_threshold=2.2");  // fewer voxels to look at: 48 cases in half a minute
  check_masks(folder, "out", "lesions", orders);
  check_volumes(folder, "out", "probability", orders);
}

TEST_CASE("axes: open_ms/segment.json likewise, with labels and the table of lesions, on an oblique grid") {
  const Folder folder;
  Head head = made_up_head({28, 34, 30}, 5, 100);
  tilt(head);
  const auto orders = some_orders();
  const auto cases = write_orders(head, folder, orders);
  run_graph("open_ms/segment.json", write_table(folder, cases, kThree), folder, "out",
            " --set smallest_lesion=3" + kTakesCoarseHeads);
  check_masks(folder, "out", "lesions", orders);
  check_volumes(folder, "out", "probability", orders);
  check_volumes(folder, "out", "labels", orders);
  const auto wanted = numbers_of(text_of(folder.path / "out/o0_lesions.csv"));
  for (const std::string& name : cases) check_nearly(numbers_of(text_of(folder.path / ("out/" + name + "_lesions.csv"))), wanted);
}

TEST_CASE("axes: reference.json and maps.json likewise") {
  const Folder folder;
  const auto orders = some_orders();
  const auto cases = write_orders(made_up_head({40, 46, 40}, 4, 150), folder, {orders[0], orders[2], orders[4]});
  const std::string table = write_table(folder, cases, kFour),
                    above = kPhantomModels + " --set candidate_threshold=1.5 --set candidate_select=above";
  run_graph("msseg2016/reference.json", table, folder, "reference", above);
  check_masks(folder, "reference", "lesions", {orders[0], orders[2], orders[4]});
  run_graph("msseg2016/maps.json", table, folder, "maps", above);
  for (const char* map : {"initial", "final", "product"}) check_volumes(folder, "maps", map, {orders[0], orders[2], orders[4]});
}

TEST_CASE("axes: the images of one case may be stored in different orders; the result has the FLAIR's") {
  const Folder folder;
  const Head head = made_up_head({28, 34, 30}, 5, 100);
  const auto orders = all_orders();
  write_head(head, folder, "o0");
  const std::map<std::string, StoredOrder> stored{
      {"flair", orders[3]}, {"pd", orders[0]}, {"t2", orders[29]}, {"t1", orders[14]}};
  for (const auto& [channel, order] : stored)
    write_volume(stored_as(head.images.at(channel), order), folder.file("o1_" + channel + ".nii.gz"));
  run_graph("msseg2016/segment.json", write_table(folder, {"o0", "o1"}, kFour), folder, "out",
            kPhantomModels + " --set candidate_threshold=1.5");
  check_masks(folder, "out", "lesions", {orders[0], orders[3]});
  check_volumes(folder, "out", "probability", {orders[0], orders[3]});
}

TEST_CASE("axes: evaluate.json compares a mask with a reference that is stored in another order") {
  const Folder folder;
  const Head truth = made_up_head({28, 34, 30}, 5, 100);
  Mask found = truth.lesions;
  for (std::size_t i = 0; i + 1 < found.voxels.size(); ++i)
    found.voxels[i] = truth.lesions.voxels[i] || truth.lesions.voxels[i + 1];
  const auto orders = some_orders();
  for (std::size_t i = 0; i < orders.size(); ++i) {
    write_mask(stored_as(found, orders[i]), folder.file("o" + std::to_string(i) + "_found.nii.gz"));
    write_mask(stored_as(truth.lesions, orders[(3 * i) % orders.size()]),
               folder.file("o" + std::to_string(i) + "_reference.nii.gz"));
  }
  std::vector<std::string> cases;
  for (std::size_t i = 0; i < orders.size(); ++i) cases.push_back("o" + std::to_string(i));
  run_graph("msseg2016/evaluate.json", write_table(folder, cases, {"found", "reference"}), folder, "out");
  std::istringstream lines(text_of(folder.path / "out/measures.csv"));
  std::string names, first, line;
  std::getline(lines, names);
  REQUIRE(names.starts_with("row,case,dice,"));
  std::getline(lines, first);
  const auto measures = [](const std::string& row) { return numbers_of("names\n" + row.substr(row.find(',') + 1)); };
  CHECK(measures(first)[0] > 0.5);
  for (std::size_t i = 1; i < orders.size(); ++i) {
    REQUIRE(std::getline(lines, line));
    check_nearly(measures(line), measures(first));
  }
}

TEST_CASE("axes: both steps of the training learn the same from a head in another order") {
  const Folder folder;
  const auto all = all_orders();
  const Head head = made_up_head({28, 34, 30}, 5, 100);
  const std::string training = " --set most_positives=24 --set batch=16 --set epochs=1 --set candidate_threshold=1.0";
  std::string curves[2][2];
  for (int i = 0; i < 2; ++i) {
    const std::string out = "out" + std::to_string(i);
    write_head(head, folder, "p", i == 0 ? all[0] : all[29]);
    auto channels = kFour;
    channels.push_back("lesions");
    const std::string table = write_table(folder, {"p"}, channels);
    run_graph("msseg2016/train_initial.json", table, folder, out, training);
    run_graph("msseg2016/train_final.json", table, folder, out,
              training + " --set mistake_threshold=0 --set models=" + folder.file(out));
    curves[i][0] = text_of(folder.path / out / "initial_curve.csv");
    curves[i][1] = text_of(folder.path / out / "final_curve.csv");
  }
  const auto losses = [](const std::string& text) {  // without the column of seconds, should there be one
    std::vector<double> numbers = numbers_of(text);
    numbers.resize(std::min<std::size_t>(numbers.size(), 2));
    return numbers;
  };
  for (int step = 0; step < 2; ++step) {
    CHECK_FALSE(losses(curves[0][step]).empty());
    CHECK(losses(curves[0][step]) == losses(curves[1][step]));
  }
}

}  // namespace
}  // namespace flowrun::testing
