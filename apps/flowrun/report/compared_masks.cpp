#include "report/compared_masks.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <set>

#include "flowrun/sdk/error.h"
#include "flowrun/sdk/payloads.h"

namespace flowrun {
namespace {

/// Whether a node type writes images of this kind.
bool writes(const Registry& registry, const std::string& node_type, std::string_view payload) {
  const RegisteredType* type = registry.find(node_type);
  return type && !type->type.inputs.empty() && type->type.inputs.front().payload == payload;
}

bool writes_mask(const Registry& registry, const std::string& node_type) {
  return writes(registry, node_type, Mask::kType) || writes(registry, node_type, Labels::kType);
}

/// Whether a file is of the node, or of the node and parameter, that was asked for.
bool is_of(const ComparedFile& file, const std::string& node) {
  return node.empty() || file.name == node || file.name.substr(0, file.name.rfind('.')) == node;
}

std::string names_of_masks(const Comparison& comparison, const Registry& registry) {
  std::set<std::string> names;
  for (const ComparedCase& one : comparison.cases)
    for (const ComparedFile& file : one.files)
      if (writes_mask(registry, file.node_type)) names.insert(file.name.substr(0, file.name.rfind('.')));
  return names.empty() ? "none in both runs" : fmt::format("{}", fmt::join(names, ", "));
}

std::string reference_of(const std::string& pattern, const std::string& name) {
  std::string path = pattern;
  for (std::size_t at; (at = path.find("{case}")) != std::string::npos;) path.replace(at, 6, name);
  return path;
}

/// The Dice of all that is not 0 hides that one structure became another.
void add_label_dice(std::vector<ComparedMask>& masks, Registry& registry) {
  std::vector<MaskPair> pairs;
  std::vector<ComparedMask*> of_labels;
  for (ComparedMask& mask : masks) {
    if (!writes(registry, mask.file->node_type, Labels::kType)) continue;
    pairs.push_back({mask.file->a, mask.file->b});
    of_labels.push_back(&mask);
  }
  const std::vector<std::optional<double>> means = mean_label_dice(pairs, registry);
  for (std::size_t i = 0; i < means.size(); ++i) of_labels[i]->label_dice = means[i];
}

}  // namespace

std::vector<ComparedMask> compared_masks(const MaskChoice& choice, const Comparison& comparison, Registry& registry) {
  std::vector<ComparedMask> masks;
  for (const ComparedCase& one : comparison.cases)
    for (const ComparedFile& file : one.files)
      if (writes_mask(registry, file.node_type) && is_of(file, choice.mask)) masks.push_back({&one, &file, {}, {}, {}, {}});
  if (masks.empty() && !choice.mask.empty())
    throw Error(fmt::format("--mask {}: no node of this name wrote a mask in both runs; those that did: {}", choice.mask,
                               names_of_masks(comparison, registry)));
  std::vector<MaskPair> pairs;
  for (const ComparedMask& mask : masks) {
    pairs.push_back({mask.file->a, mask.file->b});
    if (choice.reference.empty()) continue;
    const std::string reference = reference_of(choice.reference, mask.of->name);
    pairs.push_back({reference, mask.file->a});
    pairs.push_back({reference, mask.file->b});
  }
  add_label_dice(masks, registry);
  const std::vector<MaskOverlap> overlaps = mask_overlaps(pairs, registry);
  const std::size_t step = choice.reference.empty() ? 1 : 3;
  for (std::size_t i = 0; i < masks.size(); ++i) {
    masks[i].overlap = overlaps[step * i];
    if (step == 1) continue;
    masks[i].reference_a = overlaps[step * i + 1];
    masks[i].reference_b = overlaps[step * i + 2];
  }
  return masks;
}

std::string label_row_name(const ComparedMask& mask) { return mask.file->name + " (mean of its labels)"; }

}  // namespace flowrun
