#include "views.h"

#include <algorithm>

#include "common/grid/patch.h"
#include "flowrun/sdk/error.h"

namespace flowrun::cnn {
namespace {

network::Shape shape_of(const PatchBatch& patches) { return {patches.channels, patches.size, false}; }

std::string network_in(const std::string& model) { return "the network in '" + model + "'"; }

[[noreturn]] void refuse_count(const network::ModelDescription& description, const std::string& model, std::size_t found) {
  const std::string tail = "; connect a node that cuts patches for each view, in their order";
  if (!description.views.empty())
    throw Error(network_in(model) + " takes " + std::to_string(description.views.size()) + " views of a voxel, of " +
                network::in_words(description.views) + ", but input 'patches' has " + std::to_string(found) +
                (found == 1 ? " connection" : " connections") + tail);
  throw Error(network_in(model) + " takes one patch around a voxel, but input 'patches' has " + std::to_string(found) +
              " connections; a network of several views says so in its description (\"views\", docs/own-models.md)");
}

void check_kind(const network::ModelDescription& description, const std::string& model, std::size_t index,
                const PatchBatch& patches) {
  const bool channels_fit =
      description.channels.empty() || patches.channels == static_cast<std::int64_t>(description.channels.size());
  if (patches.size == description.views[index] && channels_fit) return;
  const std::string wanted = description.channels.empty()
                                 ? network::in_words(std::vector{description.views[index]})
                                 : network::in_words(network::Shape{static_cast<std::int64_t>(description.channels.size()),
                                                                    description.views[index], false});
  throw Error(network_in(model) + " takes patches of " + wanted + " as view " + std::to_string(index + 1) + ", but they have " +
              network::in_words(shape_of(patches)) + "; check the images and the size given to the node that cuts them");
}

}  // namespace

std::vector<network::Size3> patch_sizes(const network::ModelDescription& description) {
  return description.views.empty() ? std::vector{description.size} : description.views;
}

std::vector<PatchBatch> cut_views(const std::vector<network::Size3>& sizes, const std::vector<const Volume*>& volumes,
                                  const Geometry& geometry, std::span<const std::int64_t> voxels) {
  std::vector<PatchBatch> views;
  for (const network::Size3& size : sizes) {
    PatchBatch& view = views.emplace_back();
    view.geometry = geometry;
    view.voxels.assign(voxels.begin(), voxels.end());
    view.channels = static_cast<std::int64_t>(volumes.size());
    view.size = size;
    view.values.resize(static_cast<std::size_t>(view.count() * view.values_per_patch()));
    float* patch = view.values.data();
    for (const std::int64_t voxel : voxels)
      for (const Volume* volume : volumes) {
        grid::copy_patch(*volume, geometry.voxel_at(voxel), size, patch);
        patch += size[0] * size[1] * size[2];
      }
  }
  return views;
}

void check_views(const network::ModelDescription& description, const std::string& model, const Views& views) {
  const std::size_t wanted = std::max<std::size_t>(description.views.size(), 1);
  if (views.size() != wanted) refuse_count(description, model, views.size());
  if (description.views.empty()) return;
  for (std::size_t i = 0; i < views.size(); ++i) {
    if (views[i]->voxels != views.front()->voxels || views[i]->geometry != views.front()->geometry)
      throw Error("view " + std::to_string(i + 1) +
                  " lies around other voxels than view 1; cut it by patches.extract_like from the "
                  "chunks of the first");
    check_kind(description, model, i, *views[i]);
  }
}

bool are_rows(const network::ModelDescription& description, const PatchBatch& rows) {
  std::int64_t voxels = 0;
  for (const network::Size3& size : description.views) voxels += size[0] * size[1] * size[2];
  const bool is_row = rows.channels == 1 && rows.size[1] == 1 && rows.size[2] == 1;
  const auto channels = static_cast<std::int64_t>(description.channels.size());
  return is_row && (channels == 0 ? rows.size[0] % voxels == 0 : rows.size[0] == channels * voxels);
}

PatchBatch rows_of(const Views& views) {
  PatchBatch rows;
  rows.geometry = views.front()->geometry;
  rows.voxels = views.front()->voxels;
  rows.channels = 1;
  rows.size = {0, 1, 1};
  for (const PatchBatch* view : views) rows.size[0] += view->values_per_patch();
  rows.values.resize(static_cast<std::size_t>(rows.count() * rows.size[0]));
  auto to = rows.values.begin();
  for (std::int64_t i = 0; i < rows.count(); ++i)
    for (const PatchBatch* view : views) {
      const std::int64_t each = view->values_per_patch();
      to = std::copy_n(view->values.begin() + i * each, each, to);
    }
  return rows;
}

}  // namespace flowrun::cnn
