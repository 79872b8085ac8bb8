// A BIDS data set: a tree whose files follow lines "== path", so that names, .bidsignore, participants.tsv and
// dataset_description.json are all anybody's. "== path => target" is a link.
#include <algorithm>
#include <fstream>
#include <iterator>
#include <set>
#include <utility>
#include <vector>

#include "cohort/bids/cases.h"
#include "flowrun/host/graph_spec.h"
#include "json/json.h"
#include "support/target.h"
#include "support/tree.h"

using namespace flowrun;
namespace fs = std::filesystem;

namespace {

constexpr std::size_t kMostFiles = 24;

const GraphSpec& graph() {
  static const auto kSpec = [] {
    Diagnostics faults;
    auto spec = parse_graph(R"({"format": 1, "name": "g", "inputs": {
      "flair": {"type": "path", "bids": {"suffix": "FLAIR"}},
      "t1": {"type": "path", "default": "", "bids": {"suffix": "T1w", "acq": null, "run": 1}},
      "bold": {"type": "path", "default": "", "bids": {"suffix": "bold", "datatype": "func", "task": "rest"}}},
      "nodes": {}})",
                            "graph.json", faults);
    fuzz::require(spec != nullptr, "the target's own graph can be read");
    return spec;
  }();
  return *kSpec;
}

constexpr std::string_view kArrow = " => ";

void make_tree(const fuzz::ScratchTree& tree, std::string_view bytes) {
  tree.begin();
  std::string path, content;
  std::vector<std::pair<std::string_view, std::string_view>> links;
  std::size_t files = 0;
  for (const std::string_view line : fuzz::lines_of(bytes)) {
    const std::size_t arrow = line.find(kArrow);
    if (!line.starts_with("== ")) {
      content.append(line).append("\n");
    } else if (++files > kMostFiles) {
      break;
    } else if (arrow != std::string_view::npos) {
      links.emplace_back(line.substr(3, arrow - 3), line.substr(arrow + kArrow.size()));
    } else {
      tree.add(path, content);
      path = line.substr(3);
      content.clear();
    }
  }
  tree.add(path, content);
  for (const auto& [link, target] : links) tree.add_link(link, target);
}

void look_at_cases(const fs::path& root) {
  CaseRequest request;
  request.bids = root.string();
  const CommonValues none;
  Diagnostics faults;
  const CaseList list = bids_cases(request, Incomplete::is_fault, &graph(), none, faults)->read();
  for (const Diagnostic& fault : faults.all()) fuzz::require_sentence(fault.message);
  std::set<std::string> names;
  for (const Case& one : list.cases) {
    fuzz::require(names.insert(one.name).second, "each session is one case");
    fuzz::require(one.name.starts_with("sub-") && one.bids_folder.starts_with("sub-"), "a case is named after its participant");
    for (const auto& [input, value] : one.inputs) {
      const fs::path file = std::get<std::string>(value);
      const auto parsed = parse_bids_name(file.filename().string());
      fuzz::require(fs::is_regular_file(file) && parsed, "an input is a file with a name of BIDS");
      fuzz::require(file.string().starts_with((root / one.bids_folder).string() + "/"), "an input lies in its session's folder");
      fuzz::require(parsed->suffix == (input == "flair" ? "FLAIR"
                                       : input == "t1"  ? "T1w"
                                                        : "bold"),
                    "an input has the suffix asked for");
    }
  }
}

void look_at_description(const fs::path& root, const fs::path& out) {
  const std::string fault = bids_derivative_fault(root);
  fuzz::require_sentence(fault.empty() ? "none" : fault);
  fs::remove_all(out);
  fs::create_directory(out);
  write_bids_description(out, {"g", "1.0.0", root});
  fuzz::require(bids_derivative_fault(out).empty(), "flowrun knows the description that it writes");
  std::ifstream stream(out / "dataset_description.json", std::ios::binary);
  const std::string text{std::istreambuf_iterator<char>(stream), {}};
  Diagnostics faults;
  fuzz::require(json::parse(text, "d", faults) && !faults.has_errors(), "the description is JSON");
}

}  // namespace

void flowrun::fuzz::look_at(std::string_view bytes) {
  static const ScratchTree kTree;
  static const ScratchFile kOut("out");
  make_tree(kTree, bytes);
  accepts([] {
    look_at_cases(kTree.root());
    look_at_description(kTree.root(), kOut.path());
  });
}
