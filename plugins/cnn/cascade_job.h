#pragma once

#include <memory>
#include <string>
#include <vector>

#include "flowrun/sdk/payloads.h"
#include "patch_runner.h"
#include "torch_job.h"

namespace flowrun::cnn {

/// Two networks that take the same patches; the second only where the first says more than `above`.
struct Cascade {
  const PatchRunner* initial = nullptr;
  const PatchRunner* second = nullptr;
  double above = -1;
  std::int64_t batch = 1;
};

/// A case's images and voxels, from which batches of patches are cut on the device, and its results.
class CascadeCase {
 public:
  /// Copies images and voxels to where the device can fetch them; all are on one grid, the list is valid. `size`: of a patch, x,
  /// y, z.
  CascadeCase(const std::vector<const Volume*>& volumes, const VoxelList& list, const std::array<std::int64_t, 3>& size,
              c10::Device device);

  void send();   ///< to the device, on the current stream
  void leave();  ///< the device, and the memory that it copied from
  /// count x channels x depth x height x width around the voxels first .. first + count - 1; 0 where a patch lies outside the
  /// image.
  at::Tensor cut(std::int64_t first, std::int64_t count) const;

  std::int64_t count() const { return places_.size(1); }
  c10::Device device() const { return device_; }
  /// What messages need to know of the patches; without their values.
  const PatchBatch& kind() const { return kind_; }

  std::vector<float> initial, second;  ///< by voxel of the list; second: 0 where it was not run

 private:
  std::array<std::int64_t, 3> size_;
  c10::Device device_;
  at::Tensor images_;  ///< channels x z x y x x
  at::Tensor places_;  ///< 3 x count: z, y, x
  at::Tensor padded_;  ///< on the device, from here on
  at::Tensor places_there_;
  PatchBatch kind_;
};

/// Some of a case's voxels through both networks. The patches of a batch are cut once and stay on the device for the second
/// network.
class CascadeJob final : public TorchJob {
 public:
  /// Voxels first .. first + count - 1. Several jobs may share a case, of which one sends it.
  CascadeJob(const Cascade& cascade, CascadeCase& of, std::int64_t first, std::int64_t count, bool sends,
             tensor::Streams& streams);

  std::int64_t count() const override { return count_; }
  std::int64_t batch() const override { return cascade_.batch; }
  std::string kind() const override;
  std::int64_t run_twice() const { return run_twice_; }  ///< voxels of which the second network was asked, when finished

 private:
  struct Lane {
    std::int64_t first = 0;
    bool is_second = false;
    at::Tensor patches;              ///< on the device
    at::Tensor found;                ///< scores in host memory
    std::vector<std::int64_t> rows;  ///< of the patches that the second network gets
  };
  void send() override;
  void start(std::int64_t first, std::int64_t count, int lane) override;
  bool end(int lane) override;
  void go_on(int lane) override;
  void drop(int lane) override { lanes_[static_cast<std::size_t>(lane)] = {}; }
  void leave() override;
  at::Tensor on_host(const at::Tensor& scores) const;

  const Cascade& cascade_;
  CascadeCase& case_;
  const std::int64_t first_, count_;
  const bool sends_;
  std::vector<Lane> lanes_;
  std::int64_t run_twice_ = 0;
};

}  // namespace flowrun::cnn
