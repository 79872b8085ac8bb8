#include "flowrun/sdk/plugin.h"
#include "fit.h"
#include "fit_volumes.h"
#include "images.h"
#include "sample.h"
#include "sample_labels.h"
#include "samples.h"
#include "version.h"

namespace flowrun::train {

static Plugin plugin() {
  Plugin offered({sample_type(), sample_labels_type(), fit_type(), images_type(), fit_volumes_type()});
  offered.codecs = {samples_codec()};
  return offered;
}

}  // namespace flowrun::train

FLOWRUN_PLUGIN("train", FLOWRUN_TRAIN_VERSION, "Apache-2.0", flowrun::train::plugin);
