#include "flowrun/sdk/plugin.h"

#include "labels.h"
#include "read_mask.h"
#include "read_volume.h"
#include "write_mask.h"
#include "write_volume.h"

namespace {

std::vector<flowrun::NodeType> node_types() {
  using namespace flowrun::io;
  return {read_volume_type(), read_mask_type(), write_volume_type(), write_mask_type(), read_labels_type(), write_labels_type()};
}

}  // namespace

FLOWRUN_PLUGIN("io", "1.0.0", "Apache-2.0", node_types);
