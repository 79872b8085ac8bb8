#pragma once

#include "examples.h"
#include "flowrun/sdk/context.h"
#include "flowrun/sdk/parameters.h"
#include "layers.h"
#include "training_text.h"

namespace flowrun::train {

/// The model that parameter 'start' names, with its SHA-256.
Start start_of(const Params& params);

/// Takes the weights of the model that parameter 'start' names, where it names one. Throws Error where it was trained on images
/// with other axes, or does not fit the network; other voxel sizes are a warning.
void load_start(Context& context, Weights& weights, const Examples& examples);

}  // namespace flowrun::train
