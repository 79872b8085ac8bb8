#include "patch_job.h"

#include "common/torch/inference.h"
#include "common/torch/staging.h"

namespace flowrun::cnn {

PatchJob::PatchJob(const PatchRunner& runner, const PatchBatch& patches, tensor::Streams& streams)
    : TorchJob(streams), runner_(runner), patches_(patches) {
  runner_.check_patches(patches_);
  if (patches_.count() == 0) return;
  const tensor::InferenceScope scope(1);
  const at::Tensor values = tensor::view_of_patches(patches_, 0, patches_.count());
  input_ = device().is_cuda() ? tensor::staging(values.sizes(), at::kFloat, device()).copy_(values) : values;
}

std::string PatchJob::kind() const {
  const auto [x, y, z] = patches_.size;
  return runner_.model().path() + " " + c10::str(patches_.channels, " ", x, " ", y, " ", z);
}

void PatchJob::start(std::int64_t first, std::int64_t count, int) {
  const at::Tensor input = input_.narrow(0, first, count).to(device(), /*non_blocking=*/true);
  const at::Tensor found = runner_.scores_on_device(input, patches_);
  if (!output_.defined()) output_ = tensor::staging({patches_.count(), found.size(1)}, at::kFloat, device());
  output_.narrow(0, first, count).copy_(found, /*non_blocking=*/true);
}

Scores PatchJob::scores() const {
  Scores scores;
  scores.geometry = patches_.geometry;
  scores.voxels = patches_.voxels;
  scores.classes = output_.defined() ? output_.size(1) : 0;
  if (!output_.defined()) return scores;
  const float* first = output_.data_ptr<float>();
  scores.values.assign(first, first + output_.numel());
  return scores;
}

}  // namespace flowrun::cnn
