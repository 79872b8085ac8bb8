#include "write_mask.h"

#include <memory>

#include "flowrun/sdk/context.h"
#include "flowrun/sdk/payloads.h"
#include "image_writer.h"

namespace flowrun::io {
namespace {

constexpr Input<Mask> kMask{"mask", "The mask; its values are kept", Scope::per_case};

class WriteMask : public Node {
 public:
  void process(Context& ctx) override {
    const Mask& mask = ctx.in(kMask);
    write_image(ctx.params().text("path"), mask.geometry, mask.voxels, ctx.params().flag("compress"),
                [&](std::string_view text) { ctx.warn(text); });
  }
};

}  // namespace

std::vector<ParamSpec> written_file_params() {
  return {{.name = "path", .type = ParamType::path, .help = "The file to write", .role = PathRole::output, .per_case = true},
          {.name = "compress",
           .type = ParamType::boolean,
           .default_value = true,
           .help = "Compress .nrrd and .mha; .nii.gz always is compressed, .nii never"}};
}

NodeType write_mask_type() {
  NodeType type;
  type.name = "io.write_mask";
  type.summary = "Writes a mask to .nii.gz, .nii, .nrrd or .mha, one byte a voxel";
  type.details = "Written as io.write_volume does it: whole or not at all.";
  type.inputs = {kMask};
  type.params = written_file_params();
  type.concurrent = true;
  type.create = create_node<WriteMask>;
  return type;
}

}  // namespace flowrun::io
