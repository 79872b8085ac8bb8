// Which frame of reference is which: names of spaces that are known are compared, those that are not known are never refused.
#pragma once

#include <string>
#include <vector>

#include "flowrun/sdk/transform.h"

namespace flowrun::registration {

/// The transforms as one, from first to last; an empty list is the identity. Throws Error when two that meet name different
/// spaces.
Transform chained(const std::vector<const Transform*>& transforms);

/// Throws Error when the transform's known spaces contradict those of the images: it has to lead from `from` to `to`. For no
/// transform at all (`given` false) both images have to be in one space. `from_name` and `to_name`: of the images, for messages.
void require_spaces(const Transform& whole, bool given, const std::string& from, const std::string& from_name,
                    const std::string& to, const std::string& to_name);

}  // namespace flowrun::registration
