#include "flowrun/sdk/plugin.h"
#include "cascade.h"
#include "dense_inference.h"
#include "dense_labels.h"
#include "import_weights.h"
#include "stage.h"
#include "volume.h"

namespace flowrun::cnn {

static std::vector<NodeType> node_types() {
  return {stage_type(),           cascade_type(),      volume_type(),        volume_labels_type(),
          dense_inference_type(), dense_labels_type(), import_weights_type()};
}

}  // namespace flowrun::cnn

FLOWRUN_PLUGIN("cnn", "1.0.0", "Apache-2.0", flowrun::cnn::node_types);
