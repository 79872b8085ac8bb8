// A page for looking at the images of one case: planes, layers, lesions, rating.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "viewer/case_images.h"
#include "viewer/packed_images.h"

namespace flowrun {

inline constexpr std::string_view kViewerBeginning = "<!DOCTYPE html>\n<!-- The images of a case, made by flowrun. -->\n";

/// Bytes of the voxels in a page, as text; where they would be more, the largest layers are made coarser.
inline constexpr std::size_t kViewerRoom = std::size_t{32} << 20;
/// Bytes of a table in a page, at most.
inline constexpr std::size_t kMostOfTable = std::size_t{1} << 20;

struct ViewerRequest {
  std::filesystem::path out;      ///< of the run
  std::string name;               ///< of the case
  std::filesystem::path beside;   ///< of another run that is shown next to it; empty: none
  std::vector<LayerSource> more;  ///< layers for this case that no record names
  std::size_t room = kViewerRoom;
};

/// "<out>/flowrun/viewer/<case>.html".
std::filesystem::path viewer_file(const std::filesystem::path& out, const std::string& name);
/// Ratings belong to an output folder: the browser keeps those of all pages in one place.
std::string viewer_id(const std::filesystem::path& out);

/// What a page shows: a description as JSON, and the voxels of its layers, which it names by DataName.
struct ViewerContent {
  std::string json;
  std::vector<LayerPtr> layers;
  std::vector<std::string> missing;  ///< "lesions.nii.gz: it does not exist any more": they are notes on the page too
};
using DataName = std::function<std::string(const PackedLayer&, std::size_t index)>;
/// `images`: of the case in `request.out`.
ViewerContent viewer_content(const ViewerRequest& request, const CaseImages& images, PackedImages& packed, const DataName& name);

/// What a written page contains.
struct ViewerPage {
  std::filesystem::path file;
  std::size_t layers = 0;
  std::uintmax_t bytes = 0;
  std::vector<std::string> missing;  ///< as above
  bool has_image = false;            ///< else there are masks and maps alone, with nothing below them
};

/// Writes the page of a case; it appears whole or not at all, and needs no other file. An image that cannot be read is a sentence
/// on the page. Throws Error for a case without a record, and where the page cannot be written.
ViewerPage write_viewer(const ViewerRequest& request, PackedImages& packed);

}  // namespace flowrun
