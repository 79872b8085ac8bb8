#include "first_layer.h"

#include <algorithm>

namespace flowrun::cnn::dense {

FirstLayer::FirstLayer(const PackedNetwork& network, const Kernels& kernels)
    : network_(network),
      kernels_(kernels),
      axis_z_(network.plan.axes[2]),
      width_(static_cast<std::size_t>(network.width1)),
      services_(network.plan.lines.size()),
      served_(network.plan.lines.size()),
      centres_(network.plan.lines.size()),
      needed_(network.plan.lines.size() * network.plan.axes[2].tap_ranges.size()) {
  const auto uses_of = [](const AxisPlan& axis, int range) {
    std::vector<std::array<int, 2>> uses;
    for (std::size_t kind = 0; kind < axis.kinds.size(); ++kind) {
      for (std::size_t member = 0; member < axis.kinds[kind].members.size(); ++member) {
        if (axis.kinds[kind].members[member] == range) uses.push_back({static_cast<int>(kind), static_cast<int>(member)});
      }
    }
    return uses;
  };
  for (std::size_t line = 0; line < services_.size(); ++line) {
    for (const auto& [kind_x, member_x] : uses_of(network.plan.axes[0], network.plan.lines[line].x)) {
      for (const auto& [kind_y, member_y] : uses_of(network.plan.axes[1], network.plan.lines[line].y))
        services_[line].push_back({kind_x, member_x, kind_y, member_y});
    }
  }
}

void FirstLayer::begin(const Image& image, const Box& box, const std::vector<CentreClass>& classes, const CellMaps& maps) {
  classes_ = &classes;
  maps_ = &maps;
  for (std::size_t axis = 0; axis < 3; ++axis) positions_[axis] = box.size[axis] + network_.plan.axes[axis].last_position();
  cut_tile(image, box);
  const std::size_t line_floats = static_cast<std::size_t>(positions_[2]) * width_;
  sums_.of_size(needed_.size() * line_floats);
  pooled_.of_size(line_floats);
}

std::size_t FirstLayer::floats_for(const PackedNetwork& network, const std::array<int, 3>& size) {
  std::size_t tile = static_cast<std::size_t>(network.channels);
  for (std::size_t axis = 0; axis < 3; ++axis)
    tile *= static_cast<std::size_t>(size[axis] + network.plan.axes[axis].last_position() + network.kernel1[axis] - 1);
  const AxisPlan& z = network.plan.axes[2];
  const auto line = static_cast<std::size_t>((size[2] + z.last_position()) * network.width1);
  return tile + line * (network.plan.lines.size() * z.tap_ranges.size() + 1);
}

std::uint64_t FirstLayer::planned_multiply_adds(const PackedNetwork& network, const CentreClass& some) {
  const auto& axes = network.plan.axes;
  const auto taps = [](const AxisPlan& axis, const CellKind& kind) {
    int sum = 0;
    for (const int range : kind.members) sum += axis.tap_ranges[static_cast<std::size_t>(range)].count();
    return static_cast<std::uint64_t>(sum);
  };
  std::uint64_t products = 0;
  for (const CellKind& x : axes[0].kinds) {
    for (const CellKind& y : axes[1].kinds) {
      const std::uint64_t taps_xy = taps(axes[0], x) * taps(axes[1], y);
      for (int i = x.first_cell; i < some.size[0] + x.last_cell; ++i) {
        for (int j = y.first_cell; j < some.size[1] + y.last_cell; ++j) {
          const Bits centres = joined_row(some.wanted, i, j, x.first_cell, x.last_cell, y.first_cell, y.last_cell);
          for (std::size_t k = 0; centres && k < axes[2].kinds.size(); ++k) {
            const CellKind& z = axes[2].kinds[k];
            products += taps_xy * taps(axes[2], z) * static_cast<std::uint64_t>(count(spread(centres, z.first_cell, z.last_cell)));
          }
        }
      }
    }
  }
  return products * static_cast<std::uint64_t>(network.channels * network.width1);
}

void FirstLayer::cut_tile(const Image& image, const Box& box) {
  std::array<std::int64_t, 3> first{};
  for (std::size_t axis = 0; axis < 3; ++axis) {
    first[axis] = box.first[axis] - network_.plan.axes[axis].halo_before() - network_.padding1[axis];
    tile_size_[axis] = positions_[axis] + network_.kernel1[axis] - 1;
  }
  const auto inside = [&](std::int64_t at, std::size_t axis) { return at >= 0 && at < image.size[axis]; };
  const auto channels = static_cast<std::size_t>(network_.channels);
  float* to = tile_.of_size(channels * static_cast<std::size_t>(tile_size_[0]) * static_cast<std::size_t>(tile_size_[1]) *
                            static_cast<std::size_t>(tile_size_[2]));
  for (std::int64_t x = first[0]; x < first[0] + tile_size_[0]; ++x) {
    for (std::int64_t y = first[1]; y < first[1] + tile_size_[1]; ++y) {
      for (std::int64_t z = first[2]; z < first[2] + tile_size_[2]; ++z, to += channels) {
        const bool in_image = inside(x, 0) && inside(y, 1) && inside(z, 2);
        const std::int64_t voxel = x + image.size[0] * (y + image.size[1] * z);
        for (std::size_t c = 0; c < channels; ++c) to[c] = in_image ? image.channels[c][voxel] : 0.0f;
      }
    }
  }
}

float* FirstLayer::sums(std::size_t line, std::size_t range) const {
  return sums_.data() + (line * axis_z_.tap_ranges.size() + range) * static_cast<std::size_t>(positions_[2]) * width_;
}

std::size_t FirstLayer::class_index(std::size_t first_class, std::size_t class_z) const {
  const auto strides = [&](std::size_t axis) { return static_cast<std::size_t>(network_.plan.axes[axis].cell_stride); };
  return first_class + class_z * strides(0) * strides(1);
}

void FirstLayer::run_plane(int x) {
  for (int y = 0; y < positions_[1]; ++y) run_line(x, y);
}

void FirstLayer::run_line(int x, int y) {
  const std::size_t lines = services_.size();
  std::fill(needed_.begin(), needed_.end(), 0);
  for (std::size_t line = lines; line-- > 0;) {  // a line's parent comes before it
    find_served(line, x, y);
    mark_needed(line);
  }
  for (std::size_t line = 0; line < lines; ++line) {
    convolve(line, x, y);
    if (!served_[line].empty()) pool(line);
  }
}

void FirstLayer::find_served(std::size_t line, int x, int y) {
  const AxisPlan& axis_x = network_.plan.axes[0];
  const AxisPlan& axis_y = network_.plan.axes[1];
  served_[line].clear();
  centres_[line] = {};
  for (const Service& service : services_[line]) {
    const int from_x = x - service.member_x;
    const int from_y = y - service.member_y;
    if (from_x < 0 || from_y < 0) continue;
    const CellKind& kind_x = axis_x.kinds[static_cast<std::size_t>(service.kind_x)];
    const CellKind& kind_y = axis_y.kinds[static_cast<std::size_t>(service.kind_y)];
    const auto first_class =
        static_cast<std::size_t>(from_x % axis_x.cell_stride + axis_x.cell_stride * (from_y % axis_y.cell_stride));
    Served served{service, from_x / axis_x.cell_stride, from_y / axis_y.cell_stride, first_class, {}};
    Bits any = 0;
    for (std::size_t c = 0; c < static_cast<std::size_t>(axis_z_.cell_stride); ++c) {
      const VoxelBits& wanted = (*classes_)[class_index(first_class, c)].wanted;
      const Bits bits = joined_row(wanted, served.place_x, served.place_y, kind_x.first_cell, kind_x.last_cell, kind_y.first_cell,
                                   kind_y.last_cell);
      served.centres[c] = bits;
      centres_[line][c] |= bits;
      any |= bits;
    }
    if (any) served_[line].push_back(served);
  }
}

// The positions along z that the served cells pool, and for the line's parent those that the line builds on.
void FirstLayer::mark_needed(std::size_t line) {
  const std::size_t ranges = axis_z_.tap_ranges.size();
  Bits* needed = needed_.data() + line * ranges;
  for (std::size_t c = 0; c < static_cast<std::size_t>(axis_z_.cell_stride); ++c) {
    if (centres_[line][c] == 0) continue;
    for (const CellKind& kind : axis_z_.kinds) {
      Bits places = spread(centres_[line][c], kind.first_cell, kind.last_cell);
      while (places) {
        const int start = static_cast<int>(c) + axis_z_.cell_stride * lowest(places);
        places &= places - 1;
        for (std::size_t member = 0; member < kind.members.size(); ++member)
          needed[kind.members[member]] |= Bits{1} << (start + static_cast<int>(member));
      }
    }
  }
  const int parent = network_.plan.lines[line].parent;
  for (std::size_t r = 0; parent >= 0 && r < ranges; ++r) needed_[static_cast<std::size_t>(parent) * ranges + r] |= needed[r];
}

void FirstLayer::convolve(std::size_t line, int x, int y) {
  const std::size_t ranges = axis_z_.tap_ranges.size();
  for (std::size_t range = 0; range < ranges; ++range) {
    Bits needed = needed_[line * ranges + range];
    while (needed) convolve_run(line, range, take_run(needed, 1), x, y);
  }
}

void FirstLayer::convolve_run(std::size_t line, std::size_t range, BitRun run, int x, int y) {
  const LineKind& kind = network_.plan.lines[line];
  const TapRange& taps = axis_z_.tap_ranges[range];
  inputs_.clear();
  weights_.clear();
  for (const auto& [tap_x, tap_y] : kind.taps) {
    const int voxel = ((x + tap_x) * tile_size_[1] + y + tap_y) * tile_size_[2] + run.first + taps.first;
    inputs_.push_back(tile_.data() + static_cast<std::size_t>(voxel * network_.channels));
    weights_.push_back(network_.taps1(tap_x, tap_y, taps.first));
  }
  const std::size_t start = static_cast<std::size_t>(run.first) * width_;
  const bool first = kind.parent < 0;
  kernels_.convolve_line({.inputs = inputs_.data(),
                          .weights = weights_.data(),
                          .pairs = static_cast<int>(inputs_.size()),
                          .depth = network_.depth1(taps),
                          .input_stride = network_.channels,
                          .rows = run.count,
                          .columns = network_.width1,
                          .init = first ? network_.bias1.data() : sums(static_cast<std::size_t>(kind.parent), range) + start,
                          .init_stride = first ? 0 : network_.width1,
                          .out = sums(line, range) + start});
  multiply_adds_ += inputs_.size() * static_cast<std::size_t>(network_.depth1(taps) * run.count) * width_;
}

void FirstLayer::pool(std::size_t line) {
  for (std::size_t kind = 0; kind < axis_z_.kinds.size(); ++kind) {
    for (std::size_t c = 0; c < static_cast<std::size_t>(axis_z_.cell_stride); ++c) {
      if (centres_[line][c] == 0) continue;
      pool_class(line, kind, c, spread(centres_[line][c], axis_z_.kinds[kind].first_cell, axis_z_.kinds[kind].last_cell));
    }
  }
}

void FirstLayer::pool_class(std::size_t line, std::size_t kind_z, std::size_t class_z, Bits places) {
  const CellKind& kind = axis_z_.kinds[kind_z];
  while (places) {
    const BitRun run = take_run(places, 1);
    std::array<const float*, kMaxWindow> members{};
    for (std::size_t m = 0; m < kind.members.size(); ++m) {
      const std::size_t position = class_z + static_cast<std::size_t>(axis_z_.cell_stride * run.first) + m;
      members[m] = sums(line, static_cast<std::size_t>(kind.members[m])) + position * width_;
    }
    float* const pooled = pooled_.data() + static_cast<std::size_t>(run.first) * width_;
    kernels_.pool_line({members.data(), static_cast<int>(kind.members.size()), run.count,
                        axis_z_.cell_stride * network_.width1, network_.width1, network_.slope1, network_.maximum1, pooled});
  }
  for (const Served& served : served_[line]) {
    // Lines come by rising x and y, so a cell's first line is that of its first member on both axes.
    const bool first = served.service.member_x == 0 && served.service.member_y == 0;
    const Join how = first ? Join::store : network_.maximum1 ? Join::maximum : Join::add;
    float* const cells = maps_->line(class_index(served.first_class, class_z), served.service.kind_x, served.service.kind_y,
                                     static_cast<int>(kind_z), served.place_x, served.place_y);
    Bits own = spread(served.centres[class_z], kind.first_cell, kind.last_cell);
    while (own) {
      const BitRun run = take_run(own);
      kernels_.join(how, pooled_.data() + static_cast<std::size_t>(run.first) * width_,
                    cells + static_cast<std::size_t>(run.first - kind.first_cell) * width_,
                    run.count * network_.width1);
    }
  }
}

}  // namespace flowrun::cnn::dense
