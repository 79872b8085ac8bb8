// The slow changes of brightness that coils make. Mutual information counts them as disagreement and pays for it with the pose:
// 0.4 mm on phantoms with fields of 25 %, against 0.1 mm without (docs/registration.md).
#pragma once

#include "affine.h"
#include "flowrun/sdk/payloads.h"
#include "head.h"
#include "work.h"

namespace flowrun::registration {

inline constexpr double kBiasWidth = 30;  // mm, standard deviation of the Gaussian that makes a field

/// The logarithm of a field on a coarse grid, from one image alone (homomorphic filtering): the mean brightness around each
/// place, from the logarithms of the values from `threshold` on. Far from all of these it is their overall mean. The anatomy's
/// own slow changes are in it too.
Volume log_field(const Volume& image, float threshold, const Work& work);

/// The image divided by a field, its logarithm given on a grid with the same first voxel.
Volume without_field(const Volume& image, const Volume& log_field, const Work& work);

/// Two images and the logarithms of their fields.
struct Fields {
  Volume fixed, moving;
};

/// The fields of two images that are nearly aligned: what remains of an image when, at each place, the value that the other image
/// lets expect there is taken out, as a polynomial of the third degree. Anatomy that both show is not in it. Begins from the
/// fields of each image alone and repeats; the expectation is the mean over all places where the other image has the same value.
Fields joint_fields(const Volume& fixed, const Head& fixed_head, const Volume& moving, const Head& moving_head,
                    const Affine& fixed_to_moving, const Fields& alone, const Work& work);

}  // namespace flowrun::registration
