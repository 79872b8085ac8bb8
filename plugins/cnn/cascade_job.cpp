#include "cascade_job.h"

#include <cstring>
#include <numeric>

#include "common/torch/staging.h"

namespace flowrun::cnn {

CascadeCase::CascadeCase(const std::vector<const Volume*>& volumes, const VoxelList& list,
                         const std::array<std::int64_t, 3>& size, c10::Device device)
    : initial(list.voxels.size()), second(list.voxels.size()), size_(size), device_(device) {
  const c10::InferenceMode no_gradients;
  const auto [width, height, depth] = list.geometry.size;
  images_ = tensor::staging({static_cast<std::int64_t>(volumes.size()), depth, height, width}, at::kFloat, device);
  auto* image = images_.data_ptr<float>();
  for (const Volume* volume : volumes) {
    std::memcpy(image, volume->voxels.data(), volume->voxels.size() * sizeof(float));
    image += volume->voxels.size();
  }
  const auto voxels = static_cast<std::int64_t>(list.voxels.size());
  places_ = tensor::staging({3, voxels}, at::kLong, device);
  auto* place = places_.data_ptr<std::int64_t>();
  for (std::int64_t i = 0; i < voxels; ++i) {
    const auto [x, y, z] = list.geometry.voxel_at(list.voxels[static_cast<std::size_t>(i)]);
    place[i] = z;
    place[voxels + i] = y;
    place[2 * voxels + i] = x;
  }
  kind_.geometry = list.geometry;
  kind_.channels = static_cast<std::int64_t>(volumes.size());
  kind_.size = size;
}

void CascadeCase::send() {
  std::vector<std::int64_t> margins;  // of the last axis first, as the operation wants them
  for (const std::int64_t length : size_) {
    margins.push_back(length / 2);
    margins.push_back(length - 1 - length / 2);
  }
  padded_ = at::constant_pad_nd(images_.to(device_, /*non_blocking=*/true), margins, 0);
  places_there_ = places_.to(device_, /*non_blocking=*/true);
}

void CascadeCase::leave() { images_ = padded_ = places_there_ = at::Tensor(); }

at::Tensor CascadeCase::cut(std::int64_t first, std::int64_t count) const {
  const auto [width, height, depth] = size_;
  // Every window of the image is a view; picking some copies them.
  const at::Tensor windows = padded_.unfold(1, depth, 1).unfold(2, height, 1).unfold(3, width, 1).permute({1, 2, 3, 0, 4, 5, 6});
  const at::Tensor places = places_there_.narrow(1, first, count);
  return windows.index({places[0], places[1], places[2]}).contiguous();
}

CascadeJob::CascadeJob(const Cascade& cascade, CascadeCase& of, std::int64_t first, std::int64_t count, bool sends,
                       tensor::Streams& streams)
    : TorchJob(streams),
      cascade_(cascade),
      case_(of),
      first_(first),
      count_(count),
      sends_(sends),
      lanes_(static_cast<std::size_t>(streams.lanes())) {}

std::string CascadeJob::kind() const {
  const auto [x, y, z] = case_.kind().size;
  return cascade_.initial->model().path() + " " + cascade_.second->model().path() +
         c10::str(" ", case_.kind().channels, " ", x, " ", y, " ", z);
}

void CascadeJob::send() {
  if (sends_) case_.send();
}

void CascadeJob::leave() {
  if (sends_) case_.leave();
}

at::Tensor CascadeJob::on_host(const at::Tensor& scores) const {
  return tensor::staging({scores.size(0)}, at::kFloat, device()).copy_(scores.squeeze(1), /*non_blocking=*/true);
}

void CascadeJob::start(std::int64_t first, std::int64_t count, int number) {
  Lane& lane = lanes_[static_cast<std::size_t>(number)];
  lane.first = first_ + first;
  lane.is_second = false;
  lane.patches = case_.cut(lane.first, count);
  lane.found = on_host(cascade_.initial->scores_on_device(lane.patches, case_.kind()));
}

bool CascadeJob::end(int number) {
  Lane& lane = lanes_[static_cast<std::size_t>(number)];
  const float* found = lane.found.data_ptr<float>();
  if (lane.is_second) {
    for (std::size_t i = 0; i < lane.rows.size(); ++i)
      case_.second[static_cast<std::size_t>(lane.first + lane.rows[i])] = found[i];
    run_twice_ += static_cast<std::int64_t>(lane.rows.size());
    return false;
  }
  lane.rows.clear();
  for (std::int64_t i = 0; i < lane.found.numel(); ++i) {
    case_.initial[static_cast<std::size_t>(lane.first + i)] = found[i];
    if (static_cast<double>(found[i]) > cascade_.above) lane.rows.push_back(i);
  }
  return !lane.rows.empty();
}

void CascadeJob::go_on(int number) {
  Lane& lane = lanes_[static_cast<std::size_t>(number)];
  lane.is_second = true;
  at::Tensor chosen = lane.patches;
  if (static_cast<std::int64_t>(lane.rows.size()) < chosen.size(0)) {
    at::Tensor rows = tensor::staging({static_cast<std::int64_t>(lane.rows.size())}, at::kLong, device());
    std::memcpy(rows.data_ptr<std::int64_t>(), lane.rows.data(), lane.rows.size() * sizeof(std::int64_t));
    chosen = chosen.index_select(0, rows.to(device(), /*non_blocking=*/true));
  }
  lane.found = on_host(cascade_.second->scores_on_device(chosen, case_.kind()));
}

}  // namespace flowrun::cnn
