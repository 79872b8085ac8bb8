// Tables of cases, right and wrong.
#include <doctest/doctest.h>

#include "flowrun_process.h"
#include "graph_texts.h"

using namespace flowrun::testing;

namespace {

/// What a dry run of kFileGraph says about a table; "images/a.nii" and "images/b, c.nii" are there.
Ended dry_run(const TempFolder& folder, const std::string& table, const std::string& name = "tables/cases.csv") {
  folder.write("file.json", kFileGraph);
  folder.write("tables/images/a.nii", "");
  folder.write("tables/images/b, c.nii", "");
  folder.write(name, table);
  return run_flowrun(folder, {"run", "file.json", "--cases", name, "--dry-run"});
}

void check_fault(const std::string& table, const std::string& fault) {
  const TempFolder folder;
  const Ended ended = dry_run(folder, table);
  INFO(ended.err);
  CHECK(ended.status == 2);
  CHECK(contains(ended.err, fault));
}

}  // namespace

TEST_CASE("cases table: quotes, comments, blank lines, CRLF and a byte order mark are read, paths start at its folder") {
  const TempFolder folder;
  const Ended ended = dry_run(folder,
                              "\xEF\xBB\xBF# subjects of the first site\r\ncase,image,value\r\n\r\na,images/a.nii,1\r\n"
                              "\"b_two\",\"images/b, c.nii\",2\r\n");
  INFO(ended.err);
  CHECK(ended.status == 0);
  CHECK(contains(ended.out, "2 cases"));
  CHECK(contains(ended.out, "CASE a\n"));
  CHECK(contains(ended.out, "CASE b_two\n"));
}

TEST_CASE("cases table: tabs separate in a .tsv file and where no comma does") {
  const TempFolder folder;
  CHECK(dry_run(folder, "case\timage\na\timages/a.nii\n", "tables/cases.tsv").status == 0);
  CHECK(dry_run(folder, "case\timage\nb\timages/b, c.nii\n", "tables/cases.txt").status == 0);
}

TEST_CASE("cases table: an empty cell takes the input's default, and an x- column is left alone") {
  const TempFolder folder;
  CHECK(dry_run(folder, "case,image,value,x-age\na,images/a.nii,,61\n").status == 0);
}

TEST_CASE("cases table: faults are told with file and line") {
  check_fault("case,imge\na,images/a.nii\n",
              "tables/cases.csv:1:1: error: column 'imge' is no input of graph 'file'; did you mean 'image'?");
  check_fault("case,value\na,1\n", "tables/cases.csv:1:1: error: the table has no column 'image', which graph 'file' needs");
  check_fault("image\nimages/a.nii\n", "tables/cases.csv:1:1: error: the table has no column 'case'");
  check_fault("case,image,image\na,images/a.nii,x\n", "column 'image' occurs twice in the header");
  check_fault("case,image\na,images/a.nii\n\nb\n", "tables/cases.csv:4:1: error: this row has 1 cells, the header has 2");
  check_fault("case,image\na,images/a.nii\na,images/a.nii\n", "tables/cases.csv:3:1: error: case 'a' is already in line 2");
  check_fault("case,image\n,images/a.nii\n", "tables/cases.csv:2:1: error: the case has no name");
  check_fault("case,image\n../a,images/a.nii\n", "tables/cases.csv:2:1: error: case '../a': a name becomes part of file names");
  check_fault("case,image\na,\"images/a.nii\n", "tables/cases.csv:2:3: error: this quoted cell never ends");
  check_fault("case,image\na,\"images/a.nii\"x\n", "tables/cases.csv:2:17: error: text follows the closing quote of a cell");
  check_fault("case,image\na,images/\"a\".nii\n", "tables/cases.csv:2:3: error: a cell with a quote inside");
  check_fault("case,image\n", "tables/cases.csv: error: the table has a header and no cases");
  check_fault("\n# nothing\n", "tables/cases.csv: error: the table of cases is empty");
  check_fault(std::string("case\0,image\n", 12), "tables/cases.csv: error: this is not UTF-8 text");
}

TEST_CASE("cases table: tables that a program made strangely are told or taken as they were meant") {
  check_fault("case;image\na;images/a.nii\n", "tables/cases.csv:1:1: error: the columns are separated by ';'");
  check_fault("case,image,\na,images/a.nii,\n", "tables/cases.csv:1:1: error: a column has no name");
  check_fault("case,image\na,images/a.nii\n\nb\xE4,images/a.nii\n", "tables/cases.csv:4:1: error: this line is not UTF-8 text");
  check_fault("case,image\na," + std::string(9000, 'x') + "\n",
              "tables/cases.csv:2:1: error: a cell has 9000 bytes, more than 8192: 'xxx");
  check_fault("case,image\n\"a\nb\",images/a.nii\n\"c\",images/none.nii\n", "tables/cases.csv:4:1: error: case 'c'");
  check_fault("case,image\n\"a\nerror: forged\",images/a.nii\n", "case 'a\\nerror: forged'");
  check_fault("case,image\n-x,images/a.nii\n", "does not start with '.' or '-'");
  const TempFolder folder;
  CHECK(dry_run(folder, "case,image\r# left\r\r,\ra,images/a.nii\r").status == 0);
  CHECK(dry_run(folder, "case\timage\na\timages/a.nii\n", "tables/CASES.TSV").status == 0);
}

TEST_CASE("cases table: thousands of faults are told in a hundred lines") {
  const TempFolder folder;
  std::string table = "case,image\n";
  for (int i = 0; i < 3000; ++i) table += "p" + std::to_string(i) + ",images/none.nii\n";
  const Ended ended = dry_run(folder, table);
  CHECK(ended.status == 2);
  CHECK(contains(ended.err, "tables/cases.csv:101:1: error: case 'p99', input 'image'"));
  CHECK_FALSE(contains(ended.err, "cases.csv:102:1"));
  CHECK(contains(ended.err, "tables/cases.csv: and 2900 more errors\n"));
  CHECK(contains(ended.err, "nothing was run: 3000 errors"));
}

TEST_CASE("cases table: what a table says cannot make a case write outside the output folder") {
  const TempFolder folder;
  folder.write("named.json", R"({ "format": 1, "inputs": { "name": { "type": "string" } },
    "nodes": { "make": { "type": "clitest.make" },
               "write": { "type": "clitest.write", "inputs": { "volume": "make.volume" }, "params": { "path": "${out}/${name}" } } } })");
  folder.write("cases.csv", "case,name\na,../escaped.txt\nb,fine.txt\nc,/../../escaped.txt\nd,FINE.txt\n");
  const Ended ended = run_flowrun(folder, {"run", "named.json", "--cases", "cases.csv", "--out", "o"});
  CHECK(ended.status == 2);
  CHECK(contains(ended.err, "cases.csv:2:1: error: node 'write' of case 'a', parameter 'path', would write 'o/../escaped.txt'"));
  CHECK(contains(ended.err, "cases.csv:4:1: error: node 'write' of case 'c'"));
  CHECK(contains(ended.err, "cases.csv:5:1: error: node 'write' of case 'd' would write"));
  CHECK_FALSE(folder.has("escaped.txt"));
  CHECK_FALSE(folder.has("o"));
  const Ended own = run_flowrun(folder, {"run", "named.json", "--in", "name=../mine.txt", "--out", "o", "--quiet"});
  INFO(own.err);
  CHECK(own.status == 0);
  CHECK(folder.has("mine.txt"));
}

TEST_CASE("cases table: a missing image file is told with the row's line") {
  check_fault("case,image\na,images/a.nii\nb,images/none.nii\n", "tables/cases.csv:3:1: error: ");
}

TEST_CASE("cases table: several faults are told at once") {
  const TempFolder folder;
  const Ended ended = dry_run(folder, "case,image,value\na,images/none.nii,1\nb,images/a.nii,high\nb\n");
  CHECK(ended.status == 2);
  CHECK(contains(ended.err, "cases.csv:2:1"));
  CHECK(contains(ended.err, "cases.csv:3:1"));
  CHECK(contains(ended.err, "cases.csv:4:1"));
}

TEST_CASE("cases table: --in gives an input to every case, but not one that a column gives") {
  const TempFolder folder;
  folder.write("file.json", kFileGraph);
  folder.write("image.nii", "");
  folder.write("cases.csv", "case,value\na,1\nb,2\n");
  CHECK(run_flowrun(folder, {"run", "file.json", "--cases", "cases.csv", "--in", "image=image.nii", "--dry-run"}).status == 0);
  const Ended twice = run_flowrun(
      folder, {"run", "file.json", "--cases", "cases.csv", "--in", "image=image.nii", "--in", "value=1", "--dry-run"});
  CHECK(twice.status == 2);
  CHECK(contains(twice.err, "input 'value' is given by this column and by --in; give it once"));
}

TEST_CASE("cases table: one that is not there is a fault, and --case-name goes with a single case only") {
  const TempFolder folder;
  folder.write("value.json", kValueGraph);
  const Ended none = run_flowrun(folder, {"run", "value.json", "--cases", "none.csv"});
  CHECK(none.status == 2);
  CHECK(contains(none.err, "none.csv: error: the table of cases cannot be used: there is no such file"));
  folder.write("cases.csv", "case\na\n");
  const Ended named = run_flowrun(folder, {"run", "value.json", "--cases", "cases.csv", "--case-name", "x"});
  CHECK(named.status == 2);
  CHECK(contains(named.err, "--case-name names a single case"));
}

TEST_CASE("cases table: what is no table ends after a number of faults, and what has no end is not read to it") {
  std::string quotes = "case,image\n";
  for (int i = 0; i < 100'000; ++i) quotes += "a\"b,";
  const TempFolder folder;
  const Ended ended = dry_run(folder, quotes);
  CHECK(ended.status == 2);
  CHECK(contains(ended.err, "with the inner quotes doubled; the rest of the table is not looked at"));
  CHECK(ended.err.size() < 50'000);
  folder.write("file.json", kFileGraph);
  const Ended endless = run_flowrun(folder, {"run", "file.json", "--cases", "/dev/zero", "--dry-run"});
  CHECK(endless.status == 2);
  CHECK(contains(endless.err, "/dev/zero: error: this is larger than 64.0 MiB, too large for a table of cases"));
}

TEST_CASE("flowrun run --cases: a quote that never ends is the one fault that is said, wherever it stands") {
  for (const char* table : {"case,image\na,\"images/a.nii\n", "\"case,image\na,images/a.nii\n", "case,image\n\"a,images/a.nii\nb,x\n",
                            "case,image\na,images/a.nii\nb,\"x\nc,y\n"}) {
    CAPTURE(table);
    const TempFolder folder;
    folder.write("file.json", kFileGraph);
    folder.write("images/a.nii", "image");
    folder.write("cases.csv", table);
    const Ended ended = run_flowrun(folder, {"run", "file.json", "--cases", "cases.csv", "--out", "o"});
    CHECK(ended.status == 2);
    CHECK(contains(ended.err, "this quoted cell never ends: its closing quote is missing"));
    CHECK(contains(ended.err, "nothing was run: 1 error\n"));
  }
}

TEST_CASE("a graph's name that cannot be a case's name is changed into one") {
  const TempFolder folder;
  std::string graph = kValueGraph;
  const std::string named = R"("name": "value")";
  graph.replace(graph.find(named), named.size(), R"("name": "-a b/c)" + std::string(200, 'd') + '"');
  folder.write("odd.json", graph);
  const Ended ended = run_flowrun(folder, {"run", "odd.json", "--out", "o", "--quiet"});
  INFO(ended.err);
  CHECK(ended.status == 0);
  CHECK(folder.has("o/_a_b_c" + std::string(144, 'd') + "_value.txt"));
}

TEST_CASE("flowrun run: a node that takes all cases would count a case twice that is there under two names") {
  const TempFolder folder;
  std::string graph = kFileGraph;
  graph.replace(
      graph.find("\"make\""), 0,
      R"("all": { "type": "clitest.sum", "inputs": { "volumes": "make.volume" }, "params": { "path": "${out}/sum" } }, )");
  folder.write("sum.json", graph);
  folder.write("plain.json", kFileGraph);
  for (const char* file : {"a", "b", "copy_of_a"}) folder.write(std::string(file) + ".img", file == std::string("b") ? "b" : "a");
  const auto run = [&](const std::string& name, const std::string& rows) {
    folder.write("cases.csv", "case,image,value\n" + rows);
    return run_flowrun(folder, {"run", name, "--cases", "cases.csv", "--out", "o", "--dry-run"});
  };
  const std::string said = "cases 'a' and 'c' have the same files, so node 'all', which takes all cases, counts them twice";
  for (const char* same : {"a.img", "./a.img", "copy_of_a.img"}) {
    CAPTURE(same);
    const std::string rows = std::string("a,a.img,1\nb,b.img,1\nc,") + same + ",1\n";
    const Ended ended = run("sum.json", rows);
    CHECK(ended.status == 0);
    CHECK(contains(ended.err, said));
    CHECK_FALSE(contains(run("plain.json", rows).err, "the same files"));  // no node takes all cases
  }
  CHECK_FALSE(contains(run("sum.json", "a,a.img,1\nb,b.img,1\nc,a.img,2\n").err, "the same files"));  // with another value
  std::string three = graph;
  three.replace(three.find("\"image\":"), 0, R"("mask": { "type": "path" }, "other": { "type": "path" }, )");
  folder.write("three.json", three);
  const auto warnings_of = [&](const std::string& rows) {
    folder.write("three.csv", "case,image,mask,other,value\n" + rows);
    return run_flowrun(folder, {"run", "three.json", "--cases", "three.csv", "--out", "o", "--dry-run"}).err;
  };
  CHECK(
      contains(warnings_of("a,a.img,a.img,b.img,1\nc,copy_of_a.img,b.img,b.img,1\n"),
               "cases 'a' and 'c' have the same files but for 'mask', so node 'all', which takes all cases, counts them twice"));
  CHECK_FALSE(contains(warnings_of("a,a.img,a.img,b.img,1\nc,copy_of_a.img,b.img,a.img,1\n"), "the same files"));
  CHECK_FALSE(contains(warnings_of("a,a.img,a.img,b.img,1\nc,copy_of_a.img,b.img,b.img,2\n"), "the same files"));
  folder.write("cases.csv", "case,image,value\na,a.img,1\nb,b.img,1\nc,a.img,1\n");
  for (const char* shard : {"1/2", "2/2"}) {  // said once
    const Ended ended =
        run_flowrun(folder, {"run", "sum.json", "--cases", "cases.csv", "--out", "o", "--dry-run", "--shard", shard});
    CHECK(contains(ended.err, said) == (std::string(shard) == "1/2"));
  }
}
