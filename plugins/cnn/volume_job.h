#pragma once

#include <string>
#include <vector>

#include "torch_job.h"
#include "volume_runner.h"

namespace flowrun::cnn {

/// The tiles of one case through one network, one in a batch.
class VolumeJob final : public TorchJob {
 public:
  /// The runner and the volumes outlive the job.
  VolumeJob(const VolumeRunner& runner, VolumeRunner::Volumes volumes, const TilePlan& plan, tensor::Streams& streams);

  std::int64_t count() const override { return plan_.count(); }
  std::int64_t batch() const override { return 1; }
  std::string kind() const override { return runner_.model().path(); }

  /// The maps, each x fastest; when finished without failure.
  std::vector<TileBlend>& maps() { return blends_.maps(); }

 private:
  struct Lane {
    std::int64_t tile = 0;
    at::Tensor input, output;
  };

  void start(std::int64_t first, std::int64_t count, int lane) override;
  bool end(int lane) override;
  void drop(int lane) override { lanes_[static_cast<std::size_t>(lane)] = {}; }

  const VolumeRunner& runner_;
  VolumeRunner::Volumes volumes_;
  TilePlan plan_;
  TileBlends blends_;
  std::vector<Lane> lanes_;
};

}  // namespace flowrun::cnn
