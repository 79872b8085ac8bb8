#include "stage.h"

#include <memory>
#include <utility>

#include "flowrun/sdk/node.h"
#include "flowrun/sdk/payloads.h"
#include "patch_runner.h"

namespace flowrun::cnn {
namespace {

class Stage : public Node {
 public:
  void open(OpenContext& context) override { runner_ = std::make_unique<PatchRunner>(context.params(), context.device()); }

  void process(Context& context) override {
    Scores scores = runner_->run(context.in<PatchBatch>("patches"), context.threads(), [&] { return context.cancelled(); });
    if (!context.cancelled()) context.emit("scores", std::move(scores));
  }

 private:
  std::unique_ptr<const PatchRunner> runner_;
};

}  // namespace

NodeType stage_type() {
  NodeType type;
  type.name = "cnn.stage";
  type.summary = "Scores of patches by a convolutional network";
  type.details =
      "Runs a TorchScript network over the patches of a chunk, 'batch' at a time, in float32 and evaluation mode. The patches "
      "are "
      "N x C x D x H x W (D is the image's z axis, W its x axis), the scores N x K. The model is loaded once per process, "
      "however "
      "many nodes and cases use it. Use 'activation' where the network ends without one.\n\n"
      "A model can describe itself by an extra file \"flowrun.json\" in its archive (torch.jit.save(network, file, "
      "_extra_files={\"flowrun.json\": text})): {\"format\": 1, \"network\": \"a few words\", \"input\": {\"channels\": "
      "[\"FLAIR\", "
      "\"T1\"], \"size\": [15, 15, 15]}, \"output\": {\"classes\": [\"not lesion\", \"lesion\"]}}, the size along x, y, z. "
      "\"network\" may also be an object with "
      "the layers (docs/own-models.md). Patches are then checked against it before the network runs. A model is a program: take "
      "it from people you trust; code "
      "that names file operations is refused.\n\n"
      "On the CPU each firing keeps to the threads it is given, and results are the same bit by bit whatever their number. "
      "Errors: no TorchScript model, a damaged one, a CUDA device that is not there, patches of channels or a size that the "
      "network does not take, output that is not N x K or holds NaN. An empty chunk gives empty scores.";
  type.inputs = {{.name = "patches", .payload = std::string(PatchBatch::kType), .help = "A chunk of patches"}};
  type.outputs = {{.name = "scores",
                   .payload = std::string(Scores::kType),
                   .help = "One score for each patch, or one for each patch and class, at the voxels of the patches"}};
  type.params = PatchRunner::params();
  type.concurrent = true;
  type.cuda = true;
  type.create = []() -> std::unique_ptr<Node> { return std::make_unique<Stage>(); };
  return type;
}

}  // namespace flowrun::cnn
