// What cases may write, and where.
#include <doctest/doctest.h>
#include <unistd.h>

#include <fstream>

#include "fake_types.h"

namespace flowrun::testing {
namespace {

namespace fs = std::filesystem;

/// A folder with an output folder in it, gone with the test.
class Folder {
 public:
  Folder() : path(fs::weakly_canonical(fs::temp_directory_path()) / ("flowrun_case_files_" + std::to_string(::getpid()))) {
    fs::create_directories(path / "out");
  }
  ~Folder() { fs::remove_all(path); }
  fs::path out() const { return path / "out"; }
  const fs::path path;
};

/// A graph whose one node writes to `path`, which may use the inputs 'target' (a path) and 'word' (a text).
std::string graph_that_writes(const std::string& path) {
  return R"({"format": 1,
 "inputs": {"target": {"type": "path", "default": "x"}, "word": {"type": "string", "default": "w"}},
 "nodes": {
  "read": {"type": "t.read", "params": {"path": "${target}"}},
  "write": {"type": "t.write", "inputs": {"volume": "read.volume"}, "params": {"path": ")" +
         path + R"("}, "bids": {"path": {"suffix": "mask"}}}
 }})";
}

Case case_of(const Folder& folder, std::string name, std::map<std::string, ParamValue> inputs = {}, int line = 2) {
  const std::string there = (folder.path / "there.nii").string();
  std::ofstream(there) << "x";
  Case one{.name = std::move(name), .inputs = std::move(inputs), .place = {"cases.csv", line, 1}};
  one.inputs.try_emplace("target", there);
  return one;
}

std::string check(const std::string& path, std::vector<Case> cases, const fs::path& out) {
  Diagnostics faults;
  check_cases(*valid(graph_that_writes(path)), cases, out, faults);
  return lines(faults);
}

bool has(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

const char* const kOutside = "outside the output folder";

TEST_CASE("case files: nothing is written into a folder that a case reads, which would be another one then") {
  const Folder folder;
  fs::create_directories(folder.path / "series");
  const auto reads = [&](const fs::path& read, const std::string& write, const fs::path& out) {
    return check(write, {case_of(folder, "p1", {{"target", read.string()}})}, out);
  };
  const std::string series = (folder.path / "series").string();
  CHECK(reads(series, "${out}/${case}.nii", folder.out()) == "");
  for (const fs::path& out : {fs::path(series), fs::path(series) / "out", fs::path(series) / "a/b"})
    CHECK(has(reads(series, "${out}/${case}.nii", out),
              "cases.csv:2:1: error: node 'read' of case 'p1' reads the whole folder '" + series + "', and the output folder '" +
                  out.string() + "' is in it, so a run would change its own input; choose another folder with --out"));
  CHECK(
      has(reads(series, series + "/${case}.nii", folder.out()),
          "node 'write' of case 'p1' would write '" + series + "/p1.nii', but node 'read' of case 'p1' reads the whole folder"));
  CHECK(reads(folder.path / "there.nii", "${out}/${case}.nii", folder.path) == "");
}

TEST_CASE("case files: a value from a table cannot lead out of the output folder") {
  const Folder folder;
  for (const char* word : {"../up", "x/../../up", "../out2/x", "/../../up"}) {
    const std::string said = check("${out}/${word}.nii", {case_of(folder, "p1", {{"word", std::string(word)}})}, folder.out());
    INFO(said);
    CHECK(has(said, "cases.csv:2:1: error: node 'write' of case 'p1', parameter 'path', would write '"));
    CHECK(has(said, kOutside));
  }
  CHECK(check("${out}/${word}.nii", {case_of(folder, "p1", {{"word", std::string("in/../deeper")}})}, folder.out()).empty());
}

TEST_CASE("case files: a path that a table gives is held to the output folder, one of the command line is the person's own") {
  const Folder folder;
  const std::string outside = (folder.path / "else.nii").string(), inside = (folder.out() / "a.nii").string();
  std::ofstream(outside) << "x";
  const std::string graph = R"({"format": 1, "inputs": {"target": {"type": "path"}},
 "nodes": {"read": {"type": "t.read", "params": {"path": "x.nii"}},
           "write": {"type": "t.write", "inputs": {"volume": "read.volume"}, "params": {"path": "${target}"}}}})";
  const auto said = [&](const std::string& target, bool own) {
    std::ofstream(folder.path / "x.nii") << "x";
    Case one{.name = "p1", .inputs = {{"target", target}}};
    if (own) one.own.insert("target");
    std::vector<Case> cases{one};
    Diagnostics faults;
    check_cases(*valid(graph, {}, (folder.path / "g.json").string()), cases, folder.out(), faults);
    return lines(faults);
  };
  CHECK(has(said(outside, false), kOutside));
  CHECK(said(outside, true).empty());
  CHECK(said(inside, false).empty());
}

TEST_CASE("case files: the graph, its subgraphs and the table of the cases are not written over") {
  const Folder folder;
  const std::string table = (folder.path / "cases.nii").string(), graph = (folder.path / "g.nii").string();
  std::ofstream(table) << "case\np1\n";
  std::ofstream(graph) << "{}";
  const auto said = [&](const std::string& path) {
    Case one = case_of(folder, "p1");
    one.place.file = table;
    std::vector<Case> cases{one};
    Diagnostics faults;
    check_cases(*valid(graph_that_writes(path), {}, graph), cases, folder.out(), faults);
    return lines(faults);
  };
  CHECK(has(said(table), "node 'write' of case 'p1' would write over '" + table + "', the table of the cases"));
  CHECK(has(said(graph), "node 'write' of case 'p1' would write over '" + graph + "', the graph itself"));
  CHECK(has(said((folder.path / "out" / ".." / "g.nii").string()), "the graph itself"));
  CHECK(said((folder.path / "other.nii").string()).empty());
}

TEST_CASE("case files: what any case would write is checked without cases, as far as the graph alone names it") {
  const auto said = [](const std::string& path, const std::string& other) {
    const std::string graph = R"({"format": 1,
 "inputs": {"word": {"type": "string"}, "number": {"type": "number"}},
 "nodes": {
  "read": {"type": "t.read", "params": {"path": "x.nii"}},
  "write": {"type": "t.write", "inputs": {"volume": "read.volume"}, "params": {"path": ")" +
                              path + R"("}},
  "also": {"type": "t.write", "inputs": {"volume": "read.volume"}, "params": {"path": ")" +
                              other + R"("}}
 }})";
    Diagnostics faults;
    check_written_files(*valid(graph, {.files_must_exist = false}), faults);
    return lines(faults);
  };
  CHECK(has(said("${out}/a.nii", "${out}/./a.nii"), "which node 'write' of case 'case' writes too"));
  CHECK(has(said("${out}/${word}.nii", "${out}/${word}.nii"), "which node 'write' of case 'case' writes too"));
  CHECK(has(said("${out}/flowrun/a.nii", "${out}/b.nii"), "a name that flowrun keeps for its own records"));
  CHECK(said("${out}/${case}.nii", "${out}/${word}.nii").empty());
  CHECK(said("${out}/1.nii", "${out}/${number}.nii").empty());  // a number is not known
}

TEST_CASE("case files: a file that only a node with conditions reads is needed by the cases that run it") {
  const std::string graph = R"({"format": 1,
 "inputs": {"given": {"type": "path", "required": false}},
 "nodes": {
  "read": {"type": "t.read", "when": {"missing": "given"}, "params": {"path": "nowhere.nii"}},
  "write": {"type": "t.write", "inputs": {"volume": "read.volume"}, "params": {"path": "${out}/${case}.nii"}}
 }})";
  const Folder folder;
  const std::string there = (folder.path / "there.nii").string();
  std::ofstream(there) << "x";
  const auto checked = valid(graph);  // without cases the file is no error
  const auto said = [&](std::vector<Case> cases) {
    Diagnostics faults;
    check_cases(*checked, cases, folder.out(), faults);
    return lines(faults);
  };
  const Case with{.name = "p1", .inputs = {{"given", there}}}, without{.name = "p2"};
  CHECK(said({with}).empty());
  const std::string error = said({with, without, {.name = "p3"}});
  INFO(error);
  CHECK(has(error,
            "error: node 'read', parameter 'path': the file 'nowhere.nii' does not exist; the node runs where given is missing"));
  CHECK(error.find(" error: ", error.find(" error: ") + 1) == std::string::npos);  // once
  Diagnostics faults;
  check_written_files(*checked, faults);
  CHECK(has(lines(faults), "warning: node 'read', parameter 'path': the file 'nowhere.nii' does not exist"));
}

TEST_CASE("case files: all missing files are reported at once, each once, with the parameter of the graph that names them") {
  const auto said = [](const Settings& settings) {
    return faults_of(R"({"format": 1,
 "parameters": {"models": {"type": "path", "default": "none", "help": "Folder with a.nii; ./dev models makes it"}},
 "inputs": {"given": {"type": "path", "required": false}},
 "nodes": {
  "one": {"type": "t.read", "params": {"path": "${models}/a.nii"}},
  "two": {"type": "t.read", "params": {"path": "${models}/../none/a.nii"}},
  "three": {"type": "t.read", "when": {"missing": "given"}, "params": {"path": "${models}/b.nii"}},
  "write1": {"type": "t.write", "inputs": {"volume": "one.volume"}, "params": {"path": "${out}/${case}1.nii"}},
  "write2": {"type": "t.write", "inputs": {"volume": "two.volume"}, "params": {"path": "${out}/${case}2.nii"}},
  "write3": {"type": "t.write", "inputs": {"volume": "three.volume"}, "params": {"path": "${out}/${case}3.nii"}}
 }})", settings);
  };
  const std::string faults = said({});
  INFO(faults);
  CHECK(has(faults, "error: node 'one', parameter 'path': the file 'none/a.nii' does not exist; the default of the graph's parameter "
                    "'models' names it (Folder with a.nii; ./dev models makes it); name another with --set models=..."));
  CHECK(has(faults, "warning: node 'three', parameter 'path': the file 'none/b.nii' does not exist; the default of"));
  CHECK(has(faults, "; the node runs where given is missing"));
  CHECK_FALSE(has(faults, "node 'two'"));
  CHECK(has(said(Settings{.values = {{"models", "other"}}}), "the file 'other/a.nii' does not exist; --set models names it"));
}

TEST_CASE("case files: a help text of megabytes is not repeated for each missing file") {
  const std::string faults = faults_of(R"({"format": 1,
 "parameters": {"models": {"type": "path", "default": "none", "help": ")" + std::string(1 << 20, 'x') + R"("}},
 "nodes": {
  "one": {"type": "t.read", "params": {"path": "${models}/a.nii"}},
  "write": {"type": "t.write", "inputs": {"volume": "one.volume"}, "params": {"path": "${out}/${case}.nii"}}
 }})");
  CHECK(faults.size() < 1000);
  CHECK(has(faults, "the default of the graph's parameter 'models' names it"));
}

TEST_CASE("case files: links do not lead out, neither of folders nor of files") {
  const Folder folder;
  fs::create_directories(folder.path / "else");
  fs::create_directory_symlink(folder.path / "else", folder.out() / "p1");
  fs::create_symlink(folder.path / "else" / "file.nii", folder.out() / "p2.nii");
  CHECK(has(check("${out}/${case}/x.nii", {case_of(folder, "p1")}, folder.out()), kOutside));
  CHECK(has(check("${out}/${case}.nii", {case_of(folder, "p2")}, folder.out()), kOutside));
  fs::create_symlink("loop.nii", folder.out() / "loop.nii");
  CHECK(check("${out}/${case}.nii", {case_of(folder, "loop")}, folder.out()).empty());
  fs::create_directory_symlink("../else/not_there", folder.out() / "p4");
  CHECK(has(check("${out}/${case}/x.nii", {case_of(folder, "p4")}, folder.out()), kOutside));
  fs::create_directory_symlink(folder.out(), folder.path / "link_to_out");
  CHECK(check("${out}/${case}.nii", {case_of(folder, "p3")}, folder.path / "link_to_out").empty());
}

TEST_CASE("case files: a folder that the graph writes in front of the case's name is the person's own, and is not left") {
  const Folder folder;
  const std::string own = (folder.path / "own").string();
  CHECK(check(own + "/${case}.nii", {case_of(folder, "p1")}, folder.out()).empty());
  CHECK(check("${out}/../own/${case}.nii", {case_of(folder, "p1")}, folder.out()).empty());
  CHECK(has(check(own + "/${word}.nii", {case_of(folder, "p1", {{"word", std::string("../x")}})}, folder.out()), kOutside));
  CHECK(
      has(check(own + "${word}.nii", {case_of(folder, "p1", {{"word", std::string("er/../../../x")}})}, folder.out()), kOutside));
}

TEST_CASE("case files: two cases that write one file are told with the lines of their rows") {
  const Folder folder;
  fs::create_directories(folder.out() / "a");
  fs::create_directory_symlink(folder.out() / "a", folder.out() / "b");
  CHECK(has(check("${out}/${case}/x.nii", {case_of(folder, "a", {}, 2), case_of(folder, "b", {}, 7)}, folder.out()),
            "cases.csv:7:1: error: node 'write' of case 'b' would write '" + (folder.out() / "a/x.nii").string() +
                "', which node 'write' of case 'a' (line 2) writes too"));
  CHECK(has(
      check("${out}/${word}.nii",
            {case_of(folder, "a", {{"word", std::string("Same")}}, 2), case_of(folder, "b", {{"word", std::string("sAME")}}, 3)},
            folder.out()),
      "which differs only in upper and lower case from what node 'write' of case 'a' (line 2) writes"));
  CHECK(check("${out}/${case}.nii", {case_of(folder, "p1", {}, 2), case_of(folder, "P1", {}, 3)}, folder.out()) ==
        "cases.csv:3:1: error: case 'P1' and case 'p1' (line 2) differ only in upper and lower case, which some file systems do "
        "not distinguish");
}

TEST_CASE(
    "case files: names that are too long, begin with a dash or hold control characters are refused, a name of Windows is not") {
  const Folder folder;
  CHECK(has(check("${out}/${word}", {case_of(folder, "p1", {{"word", std::string(241, 'x')}})}, folder.out()),
            "a name of more than 240 bytes"));
  for (const char* word : {"x\ny", "x\x7f"})
    CHECK(has(check("${out}/${word}.nii", {case_of(folder, "p1", {{"word", std::string(word)}})}, folder.out()),
              "a name with a line end or another control character"));
  for (const char* name : {"-x", "a\nb", "a\x1b[31m", "a b", "a/b", ".a", "\xC3\xA4"})
    CHECK(has(check("${out}/${case}.nii", {case_of(folder, name)}, folder.out()), "a name becomes part of file names"));
  for (const char* name : {"con", "flowrun", "x-", "a..b"})
    CHECK_MESSAGE(check("${out}/${case}.nii", {case_of(folder, name)}, folder.out()).empty(), name);
}

TEST_CASE("case files: what flowrun keeps in the output folder is not written over") {
  const Folder folder;
  CHECK(has(check("${out}/${case}/x.nii", {case_of(folder, "flowrun")}, folder.out()),
            "would write 'flowrun/x.nii' in the output folder, a name that flowrun keeps for its own records"));
  for (const char* name : {"cases.csv", "report.html", "flowrun-run.json", "FLOWRUN/cases/x.json", "Cases.csv"})
    CHECK(has(check(std::string("${out}/") + name, {case_of(folder, "p1")}, folder.out()), "keeps for its own records"));
}

TEST_CASE("case files: a case of a BIDS data set writes files with the names that BIDS has for them") {
  const Folder folder;
  const auto graph = valid(graph_that_writes("${out}/${case}_lesions.nii.gz"));
  Case one = case_of(folder, "sub-01_ses-02");
  const auto path = [&] { return resolve_params(node(*graph, "write"), &one, "out").text("path"); };
  CHECK(path() == "out/sub-01_ses-02_lesions.nii.gz");
  one.bids_folder = "sub-01/ses-02";
  CHECK(path() == "out/sub-01/ses-02/anat/sub-01_ses-02_mask.nii.gz");
  const auto set = valid(graph_that_writes("${out}/x.nii"), {.values = {{"write.path", "/tmp/${case}.nii"}}});
  CHECK(resolve_params(node(*set, "write"), &one, "out").text("path") == "/tmp/sub-01_ses-02.nii");
}

TEST_CASE("case files: BIDS names are for files that a node writes once a case") {
  CHECK(has(
      faults_of(
          R"({"format": 1, "nodes": {"a": {"type": "t.read", "params": {"path": "x"}, "bids": {"path": {"suffix": "mask"}}}}})"),
      "node 'a', bids: t.read has no parameter 'path' that names a file to write"));
  CHECK(has(
      faults_of(R"({"format": 1, "inputs": {"f": {"type": "path"}}, "nodes": {"r": {"type": "t.read", "params": {"path": "${f}"}},
   "t": {"type": "t.table", "inputs": {"rows": "r.volume"}, "params": {"path": "${out}/t.csv"}, "bids": {"path": {"suffix": "stat"}}}}})"),
      "node 't', bids: 'path' is written once for all cases"));
}

}  // namespace
}  // namespace flowrun::testing
