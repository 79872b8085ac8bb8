#include "read_volume.h"

#include <algorithm>
#include <filesystem>
#include <memory>
#include <utility>

#include "flowrun/sdk/context.h"
#include "flowrun/sdk/payloads.h"
#include "image_reader.h"

namespace flowrun::io {
namespace {

/// "T1w" of "sub-01_ses-2_T1w.nii.gz"; empty: the name says nothing.
std::string contrast_in_name(const std::string& path) {
  std::string stem = std::filesystem::path(path).filename().string();
  stem.erase(std::min(stem.find('.'), stem.size()));
  const std::size_t bar = stem.rfind('_');
  const std::string suffix = bar == std::string::npos ? "" : stem.substr(bar + 1);
  return stem.starts_with("sub-") && is_contrast(suffix) ? suffix : "";
}

constexpr Output<Volume> kVolume{"volume", "The image; its source is the file's name"};

class ReadVolume : public Node {
 public:
  void process(Context& ctx) override {
    const std::string& path = ctx.params().text("path");
    const bool replace = ctx.params().text("nan") == "zero";
    const ReadOptions options = read_options(ctx.params(), ctx.params().text("series"), Between::linear);
    Volume volume = read_image(path, options, [&](std::string_view text) { ctx.warn(text); });
    const NonFinite found = find_non_finite(volume, replace);
    if (found.count > 0) report(ctx, volume, found, replace);
    volume.facts.contrast = contrast_of(path, ctx.params().text("contrast"));
    if (is_contrast(volume.facts.contrast)) volume.facts.kind = kIntensity;
    ctx.emit(kVolume, std::move(volume));
  }

 private:
  /// What the person says, or the suffix of a file with a name of BIDS.
  static std::string contrast_of(const std::string& path, const std::string& said) {
    const std::string named = contrast_in_name(path);
    if (contrasts_differ(said, named))
      refuse(path, "its name says " + named + ", but it is read as " + said +
                       "; give the right file, or set the parameter 'contrast' of this node to \"" + named +
                       "\" or rename the file if " + "it is right");
    return said.empty() ? named : said;
  }

  static void report(Context& ctx, const Volume& volume, const NonFinite& found, bool replaced) {
    const std::string what = std::to_string(found.count) + " of its " + std::to_string(volume.voxels.size()) +
                             " voxels are not finite (NaN or infinite), the first at " + voxel_text(volume.geometry, found.first);
    if (!replaced) refuse(volume.source, what + "; correct the image, or set the parameter 'nan' to \"zero\" to take them as 0");
    ctx.warn("'" + volume.source + "': " + what + "; they are taken as 0");
  }
};

}  // namespace

NodeType read_volume_type() {
  NodeType type;
  type.name = "io.read_volume";
  type.summary = "Reads a 3D image file or a folder with a DICOM series";
  type.details =
      "Reads .nii, .nii.gz, .nrrd, .nhdr, .mha, .mhd, DICOM files and a folder with a DICOM series, as float32 with "
      "slope and intercept applied. A file is read by its content; a name that says something else is one warning, "
      "and what is no image is refused with what it is.\n\n"
      "Values beyond the range of float32 are an error. Whole numbers above 16777216 (2^24), such as labels, that "
      "float32 cannot keep are one warning. So are bytes behind the voxels that the header promises, with both "
      "numbers of bytes. Whether MET_LONG has 4 or 8 bytes is decided by the size of the data, or refused.\n\n"
      "The place in the world is the one that the format defines, in LPS and mm: written again it has the same "
      "affine. Of the two forms of NIfTI the sform counts when its code is above 0, else the qform; where they "
      "differ by more than a tenth of a voxel, a warning says which is used, and 'nifti_form' chooses the other. "
      "Units of the header apply. What a header does not say about sizes and places, or says in two ways, is one "
      "warning.\n\n"
      "Axes that are not at right angles (a corner of the image would move by more than a tenth of a voxel) are "
      "refused with the angle. With 'sheared' = \"resample\" the image is interpolated linearly onto a right-angled "
      "grid: x stays, y is turned within the plane of x and y, z becomes its normal, on its own side; spacing is "
      "what the axes measure along the new ones, so a tilted gantry's slices are only moved within their planes. "
      "The grid covers all voxel centres; places outside the image get its lowest value.\n\n"
      "A 4D file with one volume is taken as 3D; more volumes, vectors, colours and complex numbers are refused, as "
      "are cut and damaged files, FIFOs and devices, headers whose voxels are in a file outside their folder, and "
      "images larger than the memory that this process may take.\n\n"
      "The image knows its contrast, and hands it on, where 'contrast', the graph's input (its \"contrast\" or BIDS suffix) or a "
      "file's name of BIDS (sub-01_T1w.nii.gz) says it: networks that name their channels are checked by it. A name that says "
      "another one is an error.\n\n"
      "DICOM: slices, and the frames of a file with several, are put in order by their position along the normal, "
      "whatever their names and places in the file; their own slopes and intercepts are applied. The distance between "
      "slices is that of their positions, else Spacing Between Slices; what the header does not say about sizes and "
      "places is taken as thickness, 1 mm or 0 and named in one warning a series; a Spacing Between Slices that is not "
      "the distance of the positions is one too. A missing slice, several volumes at the same positions (the error "
      "counts them and says in what they differ), several orientations, sizes or voxel sizes, films, mosaics, "
      "segmentations, colours and compressions without a decoder are errors. A tilted gantry makes sheared axes. Low "
      "values that are shown bright (MONOCHROME1) are turned round, as ITK does, with a warning, unless they have a "
      "unit (CT, PET, dose, Hounsfield units). Slices of one series that differ in echo time, echo number, image type or "
      "other signs of their contrast are one warning. Files without the 128 bytes before DICOM's mark are read too. What is "
      "named like the slices, or is a broken link, and cannot be read as DICOM is an error, and so is a DICOM file of "
      "the series without voxels; other files in the folder are passed over.";
  type.outputs = {kVolume};
  type.params = {{.name = "path",
                  .type = ParamType::path,
                  .help = "The image file, or the folder with a DICOM series",
                  .role = PathRole::input,
                  .per_case = true},
                 {.name = "series",
                  .type = ParamType::string,
                  .default_value = std::string(),
                  .help = "Series Instance UID, or its beginning, where a folder contains several DICOM series"},
                 {.name = "nan",
                  .type = ParamType::choice,
                  .default_value = std::string("error"),
                  .help = "What to do about voxels that are NaN or infinite: fail, or take them as 0",
                  .choices = {"error", "zero"}},
                 {.name = "contrast",
                  .type = ParamType::string,
                  .default_value = std::string(),
                  .help = "What the image is: FLAIR, T1w, T2w, PDw; empty: as the graph's input or the file's BIDS name says"}};
  for (ParamSpec& param : geometry_params()) type.params.push_back(std::move(param));
  type.concurrent = true;
  type.create = create_node<ReadVolume>;
  return type;
}

}  // namespace flowrun::io
