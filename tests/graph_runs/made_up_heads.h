// Artificial heads as files, and flowrun as a person starts it.
#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "flowrun/sdk/payloads.h"
#include "plugins/geometry/stored_orders.h"

namespace flowrun::testing {

namespace fs = std::filesystem;

/// A folder of its own for one test, gone with it.
class Folder {
 public:
  Folder();
  ~Folder();
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  std::string file(const std::string& name) const { return (path / name).string(); }
  fs::path path;
};

/// The four images of an artificial patient in LPS axes, and its true lesions.
struct Head {
  std::map<std::string, Volume> images;  ///< flair, pd, t2, t1
  Mask lesions;
};

/// Small enough for a run of a second, with so many lesions that each graph finds some.
Head made_up_head(const std::vector<std::int64_t>& size, double spacing, std::int64_t lesions, std::int64_t seed = 7);

/// The shipped networks of open_ms were trained on voxels of 1 mm, and say so.
inline const std::string kTakesCoarseHeads = " --set networks/initial.spacing=any --set networks/final.spacing=any";

void write_volume(const Volume& volume, const std::string& file);
void write_mask(const Mask& mask, const std::string& file);
Volume read_volume(const std::string& file);
Mask read_mask(const std::string& file);

/// Writes each image as <folder>/<name>_<channel>.nii.gz, stored in this order, and the mask as <name>_lesions.nii.gz.
void write_head(const Head& head, const Folder& folder, const std::string& name, const StoredOrder& order = {});

/// A table of cases, <case>_<channel>.nii.gz for each channel, in the folder; its path.
std::string write_table(const Folder& folder, const std::vector<std::string>& cases, const std::vector<std::string>& channels);

/// Runs flowrun with the plugins of the tests; requires exit status 0 and gives what it printed.
std::string flowrun(const std::string& arguments, int expected_status = 0);
/// A shipped graph, "msseg2016/segment.json", over the cases of a table into <folder>/<out>.
std::string run_graph(const std::string& graph, const std::string& table, const Folder& folder, const std::string& out,
                      const std::string& more = "");

/// What a node reported for a case in the record of a run.
double reported(const Folder& folder, const std::string& out, const std::string& name, const std::string& figure);
/// All warnings of a run's cases.
std::vector<std::string> warnings_of(const Folder& folder, const std::string& out);

std::string text_of(const fs::path& file);
std::int64_t voxels_in(const Mask& mask);
double dice(const Mask& a, const Mask& b);

/// The options with which the phantom models are used: they were trained on heads as phantom.head makes them.
inline const std::string kPhantomModels = " --set models=" FLOWRUN_SOURCE_DIR "/graphs/models/phantom --set axes=LPS";

}  // namespace flowrun::testing
