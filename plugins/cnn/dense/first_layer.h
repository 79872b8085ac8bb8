#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "cell_maps.h"
#include "kernels.h"
#include "packed_network.h"
#include "wanted.h"

namespace flowrun::cnn::dense {

/// An image of several channels, one array each, x fastest.
struct Image {
  std::array<std::int64_t, 3> size{};
  std::vector<const float*> channels;
};

/// First convolution, activation and first pooling of all patches of a box: fills the cells that wanted centres need.
///
/// It goes along lines of positions in z. A position's sum over taps depends on which taps lie inside the patch, so each line is
/// done for every kind of line (tap ranges along x and y) and every tap range along z that some needed cell pools.
class FirstLayer {
 public:
  FirstLayer(const PackedNetwork& network, const Kernels& kernels);

  /// What is passed must live until the last plane is done.
  void begin(const Image& image, const Box& box, const std::vector<CentreClass>& classes, const CellMaps& maps);
  int planes() const { return positions_[0]; }
  /// Planes are done by rising x.
  void run_plane(int x);

  std::uint64_t multiply_adds() const { return multiply_adds_; }
  /// What a class needs at most, counting a position again for each cell that pools it.
  static std::uint64_t planned_multiply_adds(const PackedNetwork& network, const CentreClass& some);
  std::size_t floats() const { return tile_.size() + sums_.size() + pooled_.size(); }
  /// Memory for a box of this size, in floats.
  static std::size_t floats_for(const PackedNetwork& network, const std::array<int, 3>& size);

 private:
  /// A kind of line serves cells of these kinds as member number `member_x`, `member_y` of what they pool.
  struct Service {
    int kind_x, member_x, kind_y, member_y;
  };
  /// The cells along z that a line serves: wanted centres of each class along z.
  struct Served {
    Service service;
    int place_x, place_y;
    std::size_t first_class;
    std::array<Bits, kMaxStride> centres;
  };
  using Centres = std::array<Bits, kMaxStride>;

  void cut_tile(const Image& image, const Box& box);
  void run_line(int x, int y);
  void find_served(std::size_t line, int x, int y);
  void mark_needed(std::size_t line);
  void convolve(std::size_t line, int x, int y);
  void convolve_run(std::size_t line, std::size_t range, BitRun run, int x, int y);
  void pool(std::size_t line);
  void pool_class(std::size_t line, std::size_t kind_z, std::size_t class_z, Bits places);
  std::size_t class_index(std::size_t first_class, std::size_t class_z) const;
  float* sums(std::size_t line, std::size_t range) const;

  const PackedNetwork& network_;
  const Kernels& kernels_;
  const AxisPlan& axis_z_;
  std::size_t width_;
  std::vector<std::vector<Service>> services_;  // of each kind of line
  const std::vector<CentreClass>* classes_ = nullptr;
  const CellMaps* maps_ = nullptr;
  std::array<int, 3> positions_{};
  std::array<int, 3> tile_size_{};
  Buffer tile_;    // x, y, z, channel: the image around the box, zeros outside the image
  Buffer sums_;    // kind of line, tap range z, position z, channel
  Buffer pooled_;  // place z, channel
  std::vector<std::vector<Served>> served_;  // by each kind of line, at the line that is being done
  std::vector<Centres> centres_;             // their union
  std::vector<Bits> needed_;                 // for each kind of line and tap range along z: positions
  std::vector<const float*> inputs_;
  std::vector<const float*> weights_;
  std::uint64_t multiply_adds_ = 0;
};

}  // namespace flowrun::cnn::dense
