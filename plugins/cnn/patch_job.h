#pragma once

#include <string>

#include "flowrun/sdk/payloads.h"
#include "patch_runner.h"
#include "torch_job.h"

namespace flowrun::cnn {

/// A chunk of patches through one network.
class PatchJob final : public TorchJob {
 public:
  /// Copies the patches to where the device can fetch them; on any thread. The runner outlives the job, as the patches do.
  PatchJob(const PatchRunner& runner, const PatchBatch& patches, tensor::Streams& streams);

  std::int64_t count() const override { return patches_.count(); }
  std::int64_t batch() const override { return runner_.batch(); }
  std::string kind() const override;

  /// As PatchRunner::run gives them; when finished without failure.
  Scores scores() const;

 private:
  void start(std::int64_t first, std::int64_t count, int lane) override;
  bool end(int) override { return false; }

  const PatchRunner& runner_;
  const PatchBatch& patches_;
  at::Tensor input_;
  at::Tensor output_;  ///< patches x classes; made with the first batch
};

}  // namespace flowrun::cnn
