// The JSON files that describe the images of a BIDS derivative.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "flowrun/host/validated_graph.h"

namespace flowrun {

/// Writes a JSON file beside each image (.nii, .nii.gz) that a case of a BIDS data set has left under a name of BIDS:
/// Description, Sources (the files of the data set that the image was made of, as links "bids:source:..."), and what the graph
/// says of it. One that says so already is left alone, as is a file that the graph itself writes under that name. An image that
/// is not there gets none. Throws Error.
void write_bids_sidecars(const ValidatedGraph& graph, const Case& one, const std::filesystem::path& out,
                         const std::filesystem::path& source);

/// Where that file lies: "x_mask.json" of "x_mask.nii.gz"; empty: the path is not an image's.
std::string bids_sidecar_of(const std::string& image);

}  // namespace flowrun
