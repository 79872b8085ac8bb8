#include "cell_maps.h"

namespace flowrun::cnn::dense {

std::vector<CentreClass> classes_of(const Box& box, const VoxelBits& wanted, const Plan& plan) {
  const std::array<int, 3> stride{plan.axes[0].cell_stride, plan.axes[1].cell_stride, plan.axes[2].cell_stride};
  std::vector<CentreClass> classes;
  for (int z = 0; z < stride[2]; ++z) {
    for (int y = 0; y < stride[1]; ++y) {
      for (int x = 0; x < stride[0]; ++x) {
        CentreClass some;
        some.offset = {x, y, z};
        for (std::size_t axis = 0; axis < 3; ++axis)
          some.size[axis] = (box.size[axis] - some.offset[axis] + stride[axis] - 1) / stride[axis];
        some.wanted = wanted.sublattice(some.offset, stride[0], stride[1], stride[2]);
        if (!some.wanted.any()) some.size = {0, 0, 0};
        classes.push_back(std::move(some));
      }
    }
  }
  return classes;
}

namespace {

std::size_t floats_of(const CentreClass& some, const CellKind& x, const CellKind& y, const CellKind& z, std::size_t width) {
  if (some.size[0] == 0) return 0;
  return static_cast<std::size_t>(places_of(x, some.size[0])) * static_cast<std::size_t>(places_of(y, some.size[1])) *
         static_cast<std::size_t>(places_of(z, some.size[2])) * width;
}

}  // namespace

std::size_t CellMaps::floats_for(const Plan& plan, const std::vector<CentreClass>& classes, int width) {
  std::size_t floats = 0;
  for (const CentreClass& some : classes) {
    for (const CellKind& x : plan.axes[0].kinds) {
      for (const CellKind& y : plan.axes[1].kinds) {
        for (const CellKind& z : plan.axes[2].kinds) floats += floats_of(some, x, y, z, static_cast<std::size_t>(width));
      }
    }
  }
  return floats;
}

CellMaps::CellMaps(const Plan& plan, const std::vector<CentreClass>& classes, int width, Buffer& buffer)
    : plan_(plan), classes_(classes), width_(static_cast<std::size_t>(width)) {
  float* next = buffer.of_size(floats_for(plan, classes, width));
  for (const CentreClass& some : classes) {
    for (const CellKind& x : plan.axes[0].kinds) {
      for (const CellKind& y : plan.axes[1].kinds) {
        for (const CellKind& z : plan.axes[2].kinds) {
          starts_.push_back(next);
          next += floats_of(some, x, y, z, width_);
        }
      }
    }
  }
}

std::size_t CellMaps::index_of_kinds(std::size_t centre_class, int x, int y, int z) const {
  const auto kinds = [&](std::size_t axis) { return plan_.axes[axis].kinds.size(); };
  return ((centre_class * kinds(0) + static_cast<std::size_t>(x)) * kinds(1) + static_cast<std::size_t>(y)) * kinds(2) +
         static_cast<std::size_t>(z);
}

float* CellMaps::line(std::size_t centre_class, int kind_x, int kind_y, int kind_z, int place_x, int place_y) const {
  const CentreClass& some = classes_[centre_class];
  const CellKind& x = plan_.axes[0].kinds[static_cast<std::size_t>(kind_x)];
  const CellKind& y = plan_.axes[1].kinds[static_cast<std::size_t>(kind_y)];
  const CellKind& z = plan_.axes[2].kinds[static_cast<std::size_t>(kind_z)];
  const auto row = static_cast<std::size_t>((place_x - x.first_cell) * places_of(y, some.size[1]) + place_y - y.first_cell);
  return starts_[index_of_kinds(centre_class, kind_x, kind_y, kind_z)] +
         row * static_cast<std::size_t>(places_of(z, some.size[2])) * width_;
}

}  // namespace flowrun::cnn::dense
