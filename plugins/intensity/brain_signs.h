#pragma once

#include <string>

#include "flowrun/sdk/payloads.h"

namespace flowrun::intensity {

/// What shows that the voxels of an image that are not 0 are no brain, as a sentence with what to do about it; empty when nothing
/// does. NaN counts as 0.
///
/// - Not 0 in more than a quarter of the corners of the box around them (a tenth of its length along each axis): brains are
///   round, and leave these free. Asked only when the box has at least 10 voxels along each axis.
/// - More than 2500 ml. Intracranial volumes of adults are about 1.1 to 2.0 l (Buckner et al., NeuroImage 2004); heads with
///   skull and scalp have about 3 l and more.
std::string not_stripped(const Volume& volume, const std::string& name);

/// Likewise for less than 100 ml in an image that is large enough for a head (120 mm along each axis): a newborn's brain has
/// about 400 ml (Knickmeyer et al., Journal of Neuroscience 2008). Smaller images may show anything.
std::string too_little(const Volume& volume, const std::string& name);

}  // namespace flowrun::intensity
