// An image file through the readers of plugin io. One source for all formats: FLOWRUN_FUZZ_IMAGE is the ending of the name. GDCM
// itself is not instrumented.
#include <cmath>
#include <cstdlib>

#include "io/image_reader.h"
#include "support/target.h"

using namespace flowrun;

namespace {

void require_sound(const Volume& volume) {
  const Geometry& grid = volume.geometry;
  fuzz::require(grid.voxel_count() > 0 && volume.voxels.size() == static_cast<std::size_t>(grid.voxel_count()),
                "an image has the voxels of its grid");
  for (const double spacing : grid.spacing) fuzz::require(std::isfinite(spacing) && spacing > 0, "voxels have a size");
  for (const double place : grid.origin) fuzz::require(std::isfinite(place), "an image has a place");
  for (const double entry : grid.direction) fuzz::require(std::isfinite(entry), "an image has axes");
}

}  // namespace

void flowrun::fuzz::look_at(std::string_view bytes) {
  static const ScratchFile kFile("image" FLOWRUN_FUZZ_IMAGE);
  static const bool kFolder = std::string_view(FLOWRUN_FUZZ_IMAGE) == ".dcm";
  kFile.write(bytes);
  const auto warn = [](std::string_view text) { require_sentence(text); };
  io::ReadOptions other;
  other.sheared = io::Sheared::resample;
  other.nifti_form = io::NiftiForm::qform;
  accepts([&] { require_sound(io::read_image(kFile.path(), {}, warn)); });
  accepts([&] { require_sound(io::read_image(kFile.path(), other, warn)); });
  if (kFolder) accepts([&] { require_sound(io::read_image(kFile.path().parent_path(), {}, warn)); });
}
