#include "volume_job.h"

#include <utility>

#include "common/torch/staging.h"

namespace flowrun::cnn {

VolumeJob::VolumeJob(const VolumeRunner& runner, VolumeRunner::Volumes volumes, const TilePlan& plan, tensor::Streams& streams)
    : TorchJob(streams),
      runner_(runner),
      volumes_(std::move(volumes)),
      plan_(plan),
      blends_(plan),
      lanes_(static_cast<std::size_t>(streams.lanes())) {}

void VolumeJob::start(std::int64_t first, std::int64_t, int lane) {
  Lane& of = lanes_[static_cast<std::size_t>(lane)];
  of.tile = first;
  of.input = runner_.input_of(volumes_, plan_, first);
  const at::Tensor maps = runner_.maps_of(of.input);
  of.output = tensor::staging(maps.sizes(), at::kFloat, device());
  of.output.copy_(maps, /*non_blocking=*/true);
}

bool VolumeJob::end(int lane) {
  const Lane& of = lanes_[static_cast<std::size_t>(lane)];
  blends_.add(of.tile, of.output.data_ptr<float>(), of.output.size(0));
  return false;
}

}  // namespace flowrun::cnn
