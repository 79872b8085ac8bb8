#include "start_model.h"

#include "common/torch/trusted_models.h"
#include "flowrun/sdk/error.h"
#include "model_file.h"
#include "voxel_sizes.h"

namespace flowrun::train {

Start start_of(const Params& params) {
  const std::string& path = params.text("start");
  return path.empty() ? Start{} : Start{path, tensor::sha256_of(path)};
}

void load_start(Context& context, Weights& weights, const Examples& examples) {
  const std::string& path = context.params().text("start");
  if (path.empty()) return;
  const network::ModelDescription start = description_in(path);
  const std::string axes = examples.axes();
  if (!start.axes.empty() && start.axes != axes)
    throw Error("the model to start with, '" + path + "', was trained on images whose axes run " + start.axes + ", but these run " +
                axes +
                "; turn them by geometry.reorient_volume and reorient_mask (the training graphs have a parameter 'axes' for it)");
  if (const std::string sentence = other_spacing_words(examples, start, path); !sentence.empty()) context.warn(sentence);
  load_weights(weights, path);
}

}  // namespace flowrun::train
