#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "cell_maps.h"
#include "kernels.h"
#include "packed_network.h"
#include "wanted.h"

namespace flowrun::cnn::dense {

/// Second convolution, activation and second pooling for the wanted centres of one class: from cell maps to features.
///
/// The sums over taps along z, y and x are nested. A line along z of products with the taps of one (tap x, tap y) is added into
/// the outputs along z of a line of centres; such lines, place y by place y, go through the chains of partial sums along y, and
/// what these complete goes, plane by plane, through the chains along x. Sums are only ever added to, in an order that the plan
/// gives, so a voxel's features do not depend on what else is wanted.
class SecondLayer {
 public:
  SecondLayer(const PackedNetwork& network, const Kernels& kernels);

  /// Finds out what has to be done. The class must live until the last step is done.
  void plan(const CentreClass& some);
  /// What the planned steps need, for all lanes.
  std::uint64_t planned_multiply_adds() const;

  /// Makes ready for the steps that were planned. The maps must live until the last is done.
  void begin(std::size_t class_index, const CellMaps& maps);

  /// Wanted centres, by rising x, y, z.
  std::size_t centres() const { return centres_; }
  std::size_t steps() const { return steps_.size(); }
  /// Does one step for one lane of channels; steps are done in order, for one lane after another.
  void run_step(int lane, std::size_t step);
  /// centres() x network.features, when all lanes are done.
  const float* features() const { return features_.data(); }

  std::uint64_t multiply_adds() const { return multiply_adds_; }
  std::size_t floats() const;
  /// Memory for a class of this size, all of whose centres are wanted, in floats.
  static std::size_t floats_for(const PackedNetwork& network, const std::array<int, 3>& size);

 private:
  struct Line {  // products with cells at a place y, for the outputs of these centres along z
    int place;
    int use;  // of the plan along y
    Bits centres;
  };
  struct Step {  // products with the cells at a place x
    int place;
    int use;  // of the plan along x
    std::size_t first_line, end_line;
    std::size_t rows;  // index of the wanted centres' rows, by place y of the centre
  };

  struct Chains {  // steps of chains that add the same
    std::vector<int> steps;
    std::vector<const float*> parents;  // null: none
    std::vector<float*> outs;
    void clear();
  };

  void find_lines(int place_x, int use_x);
  void size_buffers();
  const float* products_of(const Term& term) const;
  Bits needed(const Step& step, const ChainStep& chain, int place_y) const;
  void add_products(int lane, const Step& step, const Line& line);
  void add_outputs_along_z(const Chains& chains, Bits centres);
  void run_chains_y(int lane, const Step& step, const Line& line);
  void run_chains_x(int lane, const Step& step, int centre_y, int output_y, const float* sums);
  void complete(int lane, int centre_x, int centre_y, int output_x, int output_y, const float* sums);
  std::size_t row_of(int centre_x, int centre_y) const;

  const PackedNetwork& network_;
  const Kernels& kernels_;
  std::array<std::vector<std::vector<int>>, 2> pools_;  // along x and y: for each output, the pooled cells that take it
  std::vector<int> pool_z_;                             // cells x window
  const CentreClass* class_ = nullptr;
  std::size_t class_index_ = 0;
  const CellMaps* maps_ = nullptr;
  std::vector<Step> steps_;
  std::vector<Line> lines_;
  std::vector<Bits> rows_;
  std::vector<std::size_t> first_centre_;  // of each row of centres
  std::size_t centres_ = 0;
  std::size_t slab_ = 0;  // floats of the outputs along z of a line of centres: output, centre, channel of the lane
  std::vector<std::size_t> first_product_;  // of each kind along z
  std::vector<const float*> terms_;
  Buffer products_;       // kind, tap, place z, channel
  Buffer chains_y_;       // step of the chains, slab
  Buffer chains_x_;       // step of the chains that is continued, centre y, output y, slab
  Buffer complete_;       // step of the chains along x that is not continued, slab
  Chains along_y_;
  Chains along_x_;
  Buffer features_;
  std::uint64_t multiply_adds_ = 0;
};

}  // namespace flowrun::cnn::dense
