#pragma once

#include <vector>

#include "places.h"

namespace flowrun::phantom {

/// Lesions as in multiple sclerosis: periventricular (half of them, drawn out away from the ventricle), juxtacortical and deep in
/// the white matter; diameters log-normal, 3 to 15 mm. Fewer than asked for when the head has no room for more.
std::vector<Blob> make_lesions(const Head& head, const Contrast& contrast, std::uint64_t seed, std::int64_t count);

/// Things that are bright in FLAIR as lesions are, but no lesions: bright only in FLAIR (coil hot spots), vessels, spots in the
/// cortex, flow artefacts in the fluid.
std::vector<Blob> make_fakes(const Head& head, std::uint64_t seed, std::int64_t count);

}  // namespace flowrun::phantom
