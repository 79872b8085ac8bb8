#include "flowrun/host/bids.h"

#include <doctest/doctest.h>

#include "support/fault_lines.h"

namespace flowrun::testing {
namespace {

std::string graph_with(const std::string& input_bids, const std::string& node_bids = "{}") {
  return R"({"format": 1, "inputs": {"flair": {"type": "path", "bids": )" + input_bids +
         R"(}}, "nodes": {"a": {"type": "t.write", "bids": )" + node_bids + "}}}";
}

std::shared_ptr<const GraphSpec> parsed(const std::string& text) {
  Diagnostics faults;
  auto graph = parse_graph(text, "g.json", faults);
  INFO(lines(faults));
  REQUIRE_FALSE(faults.has_errors());
  return graph;
}

BidsName name_of(const std::string& bids) { return *parsed(graph_with(bids))->value_inputs.front().bids; }

bool fits(const std::string& bids, const std::string& file) {
  const auto parts = parse_bids_name(file);
  REQUIRE(parts.has_value());
  return matches(name_of(bids), *parts);
}

TEST_CASE("bids: a graph says which file an input takes and how a written file is called") {
  const auto graph = parsed(graph_with(R"({"suffix": "T1w", "acq": "fast", "run": 2, "ce": null})",
                                       R"({"path": {"suffix": "mask", "desc": "lesions", "space": "orig"}})"));
  const BidsName& read = *graph->value_inputs.front().bids;
  CHECK(read.datatype == "anat");
  CHECK(read.suffix == "T1w");
  CHECK(to_string(read) == "anat/*_acq-fast_run-2_T1w");
  const BidsOutputSpec& written = graph->nodes.front().bids.front();
  CHECK(written.param == "path");
  CHECK(bids_path("sub-01_ses-02", written.name, ".nii.gz") == "anat/sub-01_ses-02_space-orig_desc-lesions_mask.nii.gz");
}

TEST_CASE("bids: a graph says what the JSON file beside a written image holds") {
  const auto graph = parsed(graph_with(
      R"({"suffix": "FLAIR"})",
      R"({"path": {"suffix": "mask", "metadata": {"Type": "Lesion", "SpatialReference": "${flair}", "LabelMap": ["a", 1]}}})"));
  const auto& fields = graph->nodes.front().bids.front().name.metadata;
  REQUIRE(fields.size() == 3);
  CHECK(fields[0].name == "Type");
  CHECK(fields[0].value == "\"Lesion\"");
  CHECK(fields[0].input.empty());
  CHECK(fields[1].input == "flair");
  CHECK(fields[2].value == "[\"a\",1]");
  CHECK(form_faults(graph_with(R"({"suffix": "FLAIR"})", R"({"path": {"suffix": "mask", "metadata": {"A": "x ${flair}"}}})"))
            .find("'metadata', 'A': an input's file stands alone, as in \"${flair}\", found \"x ${flair}\"") !=
        std::string::npos);
  CHECK(form_faults(graph_with(R"({"suffix": "FLAIR", "metadata": {}})")).find("'metadata' has no meaning here") !=
        std::string::npos);
}

TEST_CASE("bids: what is wrong in a graph is told with its place") {
  CHECK(form_faults(graph_with(R"({"sufix": "FLAIR"})")) ==
        "g.json:1:60: error: graph input 'flair', bids: 'suffix' is missing; expected one such as \"FLAIR\" or \"mask\"\n"
        "g.json:1:61: error: graph input 'flair', bids: 'sufix' has no meaning here; did you mean 'suffix'?");
  CHECK(form_faults(graph_with(R"({"suffix": "FLAIR", "datatype": "anatomy"})")) ==
        "g.json:1:92: error: graph input 'flair', bids: BIDS has no datatype 'anatomy'");
  CHECK(form_faults(graph_with(R"({"suffix": "T1_w", "acq": "a-b"})")) ==
        "g.json:1:71: error: graph input 'flair', bids: 'suffix' takes letters and digits, found \"T1_w\"\n"
        "g.json:1:86: error: graph input 'flair', bids: 'acq' takes a label of letters and digits, or null where it must not be "
        "there, found \"a-b\"");
  CHECK(form_faults(graph_with(R"({"suffix": "FLAIR", "ses": "1"})")) ==
        "g.json:1:87: error: graph input 'flair', bids: 'ses' is given by the case");
  CHECK(form_faults(graph_with("3")) == "g.json:1:60: error: graph input 'flair', bids: expected an object { }, found 3");
  CHECK(form_faults(graph_with(R"({"suffix": "FLAIR"})", R"({"path": {"suffix": "mask", "desc": null}})")) ==
        "g.json:1:162: error: node 'a', bids, 'path': 'desc' takes a label such as \"lesions\", found null; leave it out");
  CHECK(
      form_faults(
          R"({"format": 1, "inputs": {"n": {"type": "number", "bids": {"suffix": "x"}}}, "nodes": {"a": {"type": "t.read"}}})") ==
      "g.json:1:58: error: graph input 'n': 'bids' finds files, so it is for an input of type path");
}

TEST_CASE("bids: a file's name is taken apart, and what is no BIDS name is none") {
  const auto file = parse_bids_name("sub-01_ses-pre_acq-fast_run-01_FLAIR.nii.gz");
  REQUIRE(file.has_value());
  CHECK(*file->find("ses") == "pre");
  CHECK(file->find("ce") == nullptr);
  CHECK(file->suffix == "FLAIR");
  CHECK(file->extension == ".nii.gz");
  for (const char* wrong :
       {"", "FLAIR.nii.gz", "sub-01.nii.gz", "sub-01_.nii", "sub-_FLAIR.nii", "ses-1_sub-01_FLAIR.nii", "sub-01_acq_FLAIR.nii",
        "sub-01_sub-02_FLAIR.nii", "sub-0 1_FLAIR.nii", "sub-01_-x_FLAIR.nii", "sub-01_FL-AIR.nii", "sub-01_FLAIR\n.nii"})
    CHECK_MESSAGE(!parse_bids_name(wrong), wrong);
}

TEST_CASE("bids: entities that the graph does not name are free, null ones must not be there, numbers count") {
  CHECK(fits(R"({"suffix": "FLAIR"})", "sub-01_acq-fast_FLAIR.nii"));
  CHECK_FALSE(fits(R"({"suffix": "FLAIR"})", "sub-01_T1w.nii"));
  CHECK_FALSE(fits(R"({"suffix": "FLAIR", "acq": null})", "sub-01_acq-fast_FLAIR.nii"));
  CHECK(fits(R"({"suffix": "FLAIR", "acq": null})", "sub-01_FLAIR.nii"));
  CHECK(fits(R"({"suffix": "FLAIR", "run": 1})", "sub-01_run-01_FLAIR.nii"));
  CHECK_FALSE(fits(R"({"suffix": "FLAIR", "run": 1})", "sub-01_run-10_FLAIR.nii"));
  CHECK_FALSE(fits(R"({"suffix": "FLAIR", "run": 1})", "sub-01_FLAIR.nii"));
  CHECK_FALSE(fits(R"({"suffix": "FLAIR", "acq": "fast"})", "sub-01_acq-Fast_FLAIR.nii"));
}

}  // namespace
}  // namespace flowrun::testing
