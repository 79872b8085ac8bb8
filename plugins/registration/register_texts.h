// Ports, parameters and texts of registration.rigid and registration.affine.
#pragma once

#include <string>
#include <vector>

#include "flowrun/sdk/payloads.h"
#include "flowrun/sdk/ports.h"
#include "flowrun/sdk/transform.h"

namespace flowrun::registration {

inline constexpr Input<Volume> kFixed{"fixed", "The image that stays, such as the FLAIR"};
inline constexpr Input<Volume> kMoving{"moving", "The image that is brought to it, such as the T1"};
inline constexpr OptionalInput<Transform> kInitial{"initial", "From the fixed to the moving image: one more place to start from"};
inline constexpr OptionalInput<Mask> kFixedMask{"fixed_mask", "The brain in the fixed image, on its grid: for the check"};
inline constexpr OptionalInput<Mask> kMovingMask{"moving_mask", "The brain in the moving image, on its grid: for the check"};
inline constexpr Output<Transform> kTransform{"transform", "From places of the fixed to places of the moving image"};
inline constexpr Output<Volume> kMoved{"moved", "The moving image on the fixed image's grid"};

std::vector<ParamSpec> register_params();
std::string short_number(double value);  ///< with 3 digits, for messages

extern const char* const kRigidDetails;
extern const char* const kAffineDetails;
extern const char* const kRegisterDetails;

}  // namespace flowrun::registration
