#include "second_layer.h"

#include <algorithm>
#include <array>
#include <limits>

namespace flowrun::cnn::dense {
namespace {

std::size_t at(int index) { return static_cast<std::size_t>(index); }

}  // namespace

SecondLayer::SecondLayer(const PackedNetwork& network, const Kernels& kernels) : network_(network), kernels_(kernels) {
  for (std::size_t axis = 0; axis < 2; ++axis) {
    const AxisPlan& plan = network.plan.axes[axis];
    pools_[axis].resize(plan.outputs.size());
    for (std::size_t cell = 0; cell < plan.pools.size(); ++cell) {
      for (const int output : plan.pools[cell]) pools_[axis][at(output)].push_back(static_cast<int>(cell));
    }
  }
  for (const auto& pool : network.plan.axes[2].pools) pool_z_.insert(pool_z_.end(), pool.begin(), pool.end());
}

void SecondLayer::plan(const CentreClass& some) {
  class_ = &some;
  steps_.clear();
  lines_.clear();
  rows_.clear();
  first_centre_.clear();
  centres_ = 0;
  for (int x = 0; x < some.size[0]; ++x) {
    for (int y = 0; y < some.size[1]; ++y) {
      first_centre_.push_back(centres_);
      centres_ += at(count(some.wanted.row(x, y)));
    }
  }
  const AxisPlan& axis = network_.plan.axes[0];
  for (int place = 0; place < some.size[0] + axis.cells - 1; ++place) {
    for (std::size_t use = 0; use < axis.uses.size(); ++use) find_lines(place, static_cast<int>(use));
  }
}

void SecondLayer::begin(std::size_t class_index, const CellMaps& maps) {
  class_index_ = class_index;
  maps_ = &maps;
  size_buffers();
}

std::uint64_t SecondLayer::planned_multiply_adds() const {
  std::uint64_t products = 0;
  for (const Line& line : lines_) {
    for (const CellKind& kind : network_.plan.axes[2].kinds)
      products += at(count(spread(line.centres, kind.first_cell, kind.last_cell)) * kind.taps.count());
  }
  return products * at(network_.width1 * kLane * network_.lanes2);
}

// The lines along z that some wanted centre needs of the products with cells at `place_x`.
void SecondLayer::find_lines(int place_x, int use_x) {
  const AxisPlan& axis_y = network_.plan.axes[1];
  Step step{place_x, use_x, lines_.size(), 0, rows_.size()};
  Bits any = 0;
  for (int y = 0; y < class_->size[1]; ++y) {
    Bits row = 0;
    for (const int cell : network_.plan.axes[0].uses[at(use_x)].cells) row |= class_->wanted.row(place_x - cell, y);
    rows_.push_back(row);
    any |= row;
  }
  if (!any) return rows_.resize(step.rows);
  for (int place = 0; place < class_->size[1] + axis_y.cells - 1; ++place) {
    for (std::size_t use = 0; use < axis_y.uses.size(); ++use) {
      Bits centres = 0;
      for (const int cell : axis_y.uses[use].cells) {
        const int y = place - cell;
        if (y >= 0 && y < class_->size[1]) centres |= rows_[step.rows + at(y)];
      }
      if (centres) lines_.push_back({place, static_cast<int>(use), centres});
    }
  }
  step.end_line = lines_.size();
  steps_.push_back(step);
}

void SecondLayer::size_buffers() {
  const Plan& plan = network_.plan;
  std::size_t products = 0;
  first_product_.clear();
  for (const CellKind& kind : plan.axes[2].kinds) {
    first_product_.push_back(products);
    products += at(kind.taps.count() * places_of(kind, class_->size[2]) * kLane);
  }
  products_.of_size(products);
  slab_ = plan.axes[2].outputs.size() * at(class_->size[2] * kLane);
  chains_y_.of_size(plan.axes[1].steps.size() * slab_);
  chains_x_.of_size(plan.axes[0].steps.size() * at(class_->size[1]) * plan.axes[1].outputs.size() * slab_);
  complete_.of_size(plan.axes[0].steps.size() * slab_);
  const std::size_t features = centres_ * at(network_.features);
  // Pooled values are joined to what is there: a sum begins with 0, a maximum below everything.
  std::fill_n(features_.of_size(features), features, network_.maximum2 ? -std::numeric_limits<float>::infinity() : 0.0f);
}

std::size_t SecondLayer::floats() const {
  return products_.size() + chains_y_.size() + chains_x_.size() + complete_.size() + features_.size();
}

std::size_t SecondLayer::floats_for(const PackedNetwork& network, const std::array<int, 3>& size) {
  const Plan& plan = network.plan;
  const std::size_t slab = plan.axes[2].outputs.size() * at(size[2] * kLane);
  std::size_t products = 0;
  for (const CellKind& kind : plan.axes[2].kinds) products += at(kind.taps.count() * places_of(kind, size[2]) * kLane);
  const std::size_t chains = plan.axes[1].steps.size() + plan.axes[0].steps.size() + plan.axes[0].steps.size() * at(size[1]) * plan.axes[1].outputs.size();
  return products + chains * slab + at(size[0]) * at(size[1]) * at(size[2]) * at(network.features);
}

void SecondLayer::run_step(int lane, std::size_t index) {
  const Step& step = steps_[index];
  for (std::size_t i = step.first_line; i < step.end_line; ++i) {
    add_products(lane, step, lines_[i]);
    run_chains_y(lane, step, lines_[i]);
  }
}

void SecondLayer::add_products(int lane, const Step& step, const Line& line) {
  const ProductUse& use_x = network_.plan.axes[0].uses[at(step.use)];
  const ProductUse& use_y = network_.plan.axes[1].uses[at(line.use)];
  const AxisPlan& axis_z = network_.plan.axes[2];
  const float* weights = network_.taps2(lane, use_x.tap, use_y.tap);
  for (std::size_t k = 0; k < axis_z.kinds.size(); ++k) {
    const CellKind& kind = axis_z.kinds[k];
    std::array<unsigned char, kBits> rows;
    int count = 0;
    for (Bits places = spread(line.centres, kind.first_cell, kind.last_cell); places; places &= places - 1)
      rows[at(count++)] = static_cast<unsigned char>(lowest(places) - kind.first_cell);
    const int tap_stride = places_of(kind, class_->size[2]) * kLane;
    kernels_.tap_products({.cells = maps_->line(class_index_, use_x.kind, use_y.kind, static_cast<int>(k), step.place, line.place),
                           .depth = network_.width1,
                           .rows = rows.data(),
                           .row_count = count,
                           .weights = weights + kind.taps.first * kLane,
                           .weight_stride = network_.tap_count2() * kLane,
                           .taps = kind.taps.count(),
                           .out = products_.data() + first_product_[k],
                           .tap_stride = tap_stride});
    multiply_adds_ += at(count * kind.taps.count() * network_.width1 * kLane);
  }
}

// The products of a term's cell kind and tap, as if the places along z began with 0.
const float* SecondLayer::products_of(const Term& term) const {
  const CellKind& kind = network_.plan.axes[2].kinds[at(term.kind)];
  const int tap = term.tap - kind.taps.first;
  return products_.data() + first_product_[at(term.kind)] + (tap * places_of(kind, class_->size[2]) - kind.first_cell) * kLane;
}

void SecondLayer::Chains::clear() {
  steps.clear();
  parents.clear();
  outs.clear();
}

void SecondLayer::add_outputs_along_z(const Chains& chains, Bits centres) {
  const AxisPlan& axis = network_.plan.axes[2];
  const int first = lowest(centres);
  for (std::size_t output = 0; output < axis.outputs.size(); ++output) {
    terms_.clear();
    for (const Term& term : axis.outputs[output]) terms_.push_back(products_of(term) + (first + term.cell) * kLane);
    kernels_.chain_rows({.terms = terms_.data(),
                         .term_count = static_cast<int>(terms_.size()),
                         .parents = chains.parents.data(),
                         .outs = chains.outs.data(),
                         .chains = static_cast<int>(chains.outs.size()),
                         .first = (class_->size[2] * static_cast<int>(output) + first) * kLane,
                         .length = (highest(centres) - first + 1) * kLane,
                         .rows = 1,
                         .stride = 0});
  }
}

// A step's wanted centres at a place: those of all cells for which it is needed.
Bits SecondLayer::needed(const Step& step, const ChainStep& chain, int place_y) const {
  Bits centres = 0;
  for (const int cell : chain.cells) {
    const int y = place_y - cell;
    if (y >= 0 && y < class_->size[1]) centres |= rows_[step.rows + at(y)];
  }
  return centres;
}

void SecondLayer::run_chains_y(int lane, const Step& step, const Line& line) {
  const AxisPlan& axis = network_.plan.axes[1];
  along_y_.clear();
  for (const int index : axis.uses[at(line.use)].steps) {
    const ChainStep& chain = axis.steps[at(index)];
    if (!needed(step, chain, line.place)) continue;
    along_y_.steps.push_back(index);
    along_y_.parents.push_back(chain.parent < 0 ? nullptr : chains_y_.data() + at(chain.parent) * slab_);
    along_y_.outs.push_back(chains_y_.data() + at(index) * slab_);
  }
  add_outputs_along_z(along_y_, line.centres);
  for (std::size_t i = 0; i < along_y_.steps.size(); ++i) {
    for (const auto& [output, cell] : axis.steps[at(along_y_.steps[i])].outputs) {
      const int y = line.place - cell;
      if (y >= 0 && y < class_->size[1] && rows_[step.rows + at(y)]) run_chains_x(lane, step, y, output, along_y_.outs[i]);
    }
  }
}

void SecondLayer::run_chains_x(int lane, const Step& step, int centre_y, int output_y, const float* sums) {
  const AxisPlan& axis = network_.plan.axes[0];
  const auto state = [&](int index) {
    const std::size_t row = at(index) * at(class_->size[1]) + at(centre_y);
    return chains_x_.data() + (row * network_.plan.axes[1].outputs.size() + at(output_y)) * slab_;
  };
  along_x_.clear();
  Bits centres = 0;
  for (const int index : axis.uses[at(step.use)].steps) {
    const ChainStep& chain = axis.steps[at(index)];
    Bits needed = 0;
    for (const int cell : chain.cells) needed |= class_->wanted.row(step.place - cell, centre_y);
    if (!needed) continue;
    centres |= needed;
    along_x_.steps.push_back(index);
    along_x_.parents.push_back(chain.parent < 0 ? nullptr : state(chain.parent));
    along_x_.outs.push_back(chain.continued ? state(index) : complete_.data() + at(index) * slab_);
  }
  const float* const terms[] = {sums + lowest(centres) * kLane};
  kernels_.chain_rows({.terms = terms,
                       .term_count = 1,
                       .parents = along_x_.parents.data(),
                       .outs = along_x_.outs.data(),
                       .chains = static_cast<int>(along_x_.outs.size()),
                       .first = lowest(centres) * kLane,
                       .length = (highest(centres) - lowest(centres) + 1) * kLane,
                       .rows = static_cast<int>(network_.plan.axes[2].outputs.size()),
                       .stride = class_->size[2] * kLane});
  for (std::size_t i = 0; i < along_x_.steps.size(); ++i) {
    for (const auto& [output, cell] : axis.steps[at(along_x_.steps[i])].outputs)
      complete(lane, step.place - cell, centre_y, output, output_y, along_x_.outs[i]);
  }
}

void SecondLayer::complete(int lane, int centre_x, int centre_y, int output_x, int output_y, const float* sums) {
  Bits centres = class_->wanted.row(centre_x, centre_y);
  if (!centres) return;
  const auto& axes = network_.plan.axes;
  std::array<int, kBits> ks;
  std::array<float*, kBits> rows;
  int found = 0;
  float* row = features_.data() + first_centre_[row_of(centre_x, centre_y)] * at(network_.features);
  for (; centres; centres &= centres - 1, row += network_.features) {
    ks[at(found)] = lowest(centres);
    rows[at(found++)] = row;
  }
  const std::size_t cells_z = axes[2].pools.size();
  for (const int x : pools_[0][at(output_x)]) {
    for (const int y : pools_[1][at(output_y)]) {
      const std::size_t cell = (at(lane) * axes[0].pools.size() + at(x)) * axes[1].pools.size() + at(y);
      std::array<float*, kBits> features;
      for (int i = 0; i < found; ++i) features[at(i)] = rows[at(i)] + cell * cells_z * kLane;
      kernels_.pool_outputs({.sums = sums,
                             .output_stride = class_->size[2] * kLane,
                             .pool = pool_z_.data(),
                             .cells = static_cast<int>(cells_z),
                             .window = static_cast<int>(axes[2].pools.front().size()),
                             .bias = network_.bias2.data() + lane * kLane,
                             .slope = network_.slope2,
                             .maximum = network_.maximum2,
                             .ks = ks.data(),
                             .features = features.data(),
                             .count = found});
    }
  }
}

std::size_t SecondLayer::row_of(int centre_x, int centre_y) const { return at(centre_x * class_->size[1] + centre_y); }

}  // namespace flowrun::cnn::dense
