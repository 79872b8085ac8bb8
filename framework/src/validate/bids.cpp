// Gives the files that nodes write the names that BIDS has for them.
#include <algorithm>

#include "validate/draft.h"
#include "validate/values.h"

namespace flowrun::checks {
namespace {

/// ".nii.gz" of "p07_lesions.nii.gz".
std::string extension_of(const std::filesystem::path& path) {
  const std::string last = path.extension().string();
  return last == ".gz" ? path.stem().extension().string() + last : last;
}

bool is_written(const ParamSpec& spec) { return spec.type == ParamType::path && spec.role == PathRole::output && spec.per_case; }

void check_metadata(Draft& draft, const BidsOutputSpec& output, const std::string& what) {
  std::vector<std::string> inputs;
  for (const ValueSpec& input : draft.spec.value_inputs)
    if (input.spec.type == ParamType::path) inputs.push_back(input.spec.name);
  for (const BidsField& field : output.name.metadata)
    if (!field.input.empty() && std::find(inputs.begin(), inputs.end(), field.input) == inputs.end())
      draft.faults.error(output.place, what + "'metadata', '" + field.name + "': the graph has no input of files '" +
                                           field.input + "'" + known_names(field.input, inputs));
}

/// BIDS wants it to be said of every image of a brain but masks and segmentations.
void ask_for_skull(Draft& draft, const BidsOutputSpec& output, const ParamExpression& param, const std::string& what) {
  const BidsName& name = output.name;
  const auto is_one_of = [](const std::string& word, std::initializer_list<const char*> words) {
    return std::find(words.begin(), words.end(), word) != words.end();
  };
  const std::string* constant = param.constant ? std::get_if<std::string>(&*param.constant) : nullptr;
  const std::string path = constant ? *constant : param.pieces.empty() ? "" : param.pieces.back().text;
  const bool is_image = path.ends_with(".nii") || path.ends_with(".nii.gz");
  if (!is_image || !is_one_of(name.datatype, {"anat", "func", "dwi", "fmap", "perf", "pet"}) ||
      is_one_of(name.suffix, {"mask", "dseg", "probseg"}))
    return;
  const bool told = std::any_of(name.metadata.begin(), name.metadata.end(),
                                [](const BidsField& field) { return field.name == "SkullStripped"; });
  if (!told)
    draft.faults.warning(output.place, what + "BIDS wants 'SkullStripped' of an image that is no mask and no segmentation; add " +
                                           R"("metadata": { "SkullStripped": true }, or false)");
}

void name_output(Draft& draft, DraftNode& node, const BidsOutputSpec& output) {
  const std::string what = node.name() + ", bids: ";
  std::vector<std::string> written;
  for (const ParamSpec& spec : node.type->type.params)
    if (is_written(spec)) written.push_back(spec.name);
  if (std::find(written.begin(), written.end(), output.param) == written.end()) {
    draft.faults.error(output.place, what + node.type->type.name + " has no parameter '" + output.param +
                                         "' that names a file to write" + known_names(output.param, written));
    return;
  }
  if (node.scope == Scope::run) {
    draft.faults.error(output.place,
                       what + "'" + output.param + "' is written once for all cases, and BIDS names the files of one");
    return;
  }
  check_metadata(draft, output, what);
  for (ParamExpression& param : node.params) {
    if (param.name != output.param || param.place.line == 0) continue;  // --set names a file of the person's own
    param.bids = output.name;
    ask_for_skull(draft, output, param, what);
  }
}

void refuse_at_subgraphs(Draft& draft) {
  for (const Instance& instance : draft.instances)
    if (instance.use && !instance.use->bids.empty())
      draft.faults.error(instance.use->bids.front().place,
                         "node '" + instance.prefix.substr(0, instance.prefix.size() - 1) +
                             "', bids: a subgraph writes nothing itself; write 'bids' at the nodes in it");
}

}  // namespace

std::string name_in_data_set(const ParamExpression& expression, const Case& one_case, const std::filesystem::path& path) {
  if (!expression.bids || one_case.bids_folder.empty()) return "";
  return one_case.bids_folder + "/" + bids_path(one_case.name, *expression.bids, extension_of(path));
}

void name_bids_outputs(Draft& draft) {
  refuse_at_subgraphs(draft);
  for (DraftNode& node : draft.nodes)
    if (node.type)
      for (const BidsOutputSpec& output : node.spec->bids) name_output(draft, node, output);
}

}  // namespace flowrun::checks
