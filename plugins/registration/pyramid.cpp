#include "pyramid.h"

#include <algorithm>
#include <cmath>

namespace flowrun::registration {
namespace {

constexpr double kLeastBlur = 0.3;  // voxels; below this a kernel has one weight

std::vector<float> kernel_of(double sigma) {
  const auto radius = static_cast<int>(std::ceil(3 * sigma));
  std::vector<double> weights;
  double sum = 0;
  for (int i = -radius; i <= radius; ++i) weights.push_back(std::exp(-0.5 * i * i / (sigma * sigma))), sum += weights.back();
  std::vector<float> kernel;
  for (const double weight : weights) kernel.push_back(static_cast<float>(weight / sum));
  return kernel;
}

/// One line of `count` values with stride `stride`, smoothed and thinned to `kept` values.
void smooth_line(const float* from, std::int64_t count, std::int64_t stride, const std::vector<float>& kernel, std::int64_t thin,
                 float* to, std::int64_t kept, std::int64_t to_stride, std::vector<float>& line) {
  const auto radius = static_cast<std::int64_t>(kernel.size() / 2);
  line.resize(static_cast<std::size_t>(count + 2 * radius));
  for (std::int64_t i = -radius; i < count + radius; ++i)
    line[static_cast<std::size_t>(i + radius)] = from[std::clamp<std::int64_t>(i, 0, count - 1) * stride];
  for (std::int64_t i = 0; i < kept; ++i) {
    const float* around = line.data() + i * thin;
    float sum = 0;
    for (std::size_t k = 0; k < kernel.size(); ++k) sum += kernel[k] * around[k];
    to[i * to_stride] = sum;
  }
}

/// One axis of an image smoothed and thinned; the other axes stay.
Volume along_axis(const Volume& image, std::size_t axis, double sigma, std::int64_t thin, const Work& work) {
  const auto& size = image.geometry.size;
  Volume result;
  result.geometry = image.geometry;
  result.geometry.size[axis] = (size[axis] + thin - 1) / thin;
  result.geometry.spacing[axis] *= static_cast<double>(thin);
  const auto count = static_cast<std::size_t>(result.geometry.voxel_count());
  reserve_large(result.voxels, count);
  result.voxels.resize(count);
  const std::vector<float> kernel = sigma < kLeastBlur ? std::vector<float>{1} : kernel_of(sigma);
  const std::size_t inner = axis == 0 ? 1 : 0, outer = axis == 2 ? 1 : 2;  // a task is one value of the outer other axis
  const auto stride_of = [](const Geometry& grid, std::size_t a) {
    return a == 0 ? 1 : a == 1 ? grid.size[0] : grid.size[0] * grid.size[1];
  };
  work.parallel_for(size[outer], [&](std::int64_t o) {
    std::vector<float> line;
    for (std::int64_t i = 0; i < size[inner]; ++i) {
      const auto from = o * stride_of(image.geometry, outer) + i * stride_of(image.geometry, inner);
      const auto to = o * stride_of(result.geometry, outer) + i * stride_of(result.geometry, inner);
      smooth_line(image.voxels.data() + from, size[axis], stride_of(image.geometry, axis), kernel, thin,
                  result.voxels.data() + to, result.geometry.size[axis], stride_of(result.geometry, axis), line);
    }
  });
  return result;
}

}  // namespace

Volume coarser(const Volume& image, double sigma, double step, const Work& work) {
  Volume result;
  for (std::size_t axis = 0; axis < 3; ++axis) {
    const double spacing = image.geometry.spacing[axis];
    const double blur = std::sqrt(std::max(0.0, sigma * sigma - spacing * spacing / 12)) / spacing;
    const auto thin = std::max<std::int64_t>(1, static_cast<std::int64_t>(step / spacing + 1e-6));
    result = along_axis(axis == 0 ? image : result, axis, blur, thin, work);
  }
  return result;
}

}  // namespace flowrun::registration
