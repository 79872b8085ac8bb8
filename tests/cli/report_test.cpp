#include <doctest/doctest.h>

#include <csignal>

#include "flowrun_process.h"
#include "graph_texts.h"

using namespace flowrun::testing;

namespace {

std::string status_of(const std::string& table, const std::string& name) {
  const std::size_t row = table.find("\n" + name + ",");
  if (row == std::string::npos) return "no row";
  const std::size_t begin = row + name.size() + 2;
  return table.substr(begin, table.find(',', begin) - begin);
}

bool comes_before(const std::string& text, const std::string& first, const std::string& second) {
  return text.find(first) < text.find(second) && contains(text, second);
}

}  // namespace

TEST_CASE("flowrun run: a table or page in the output folder that is somebody else's stays, and that is said") {
  const TempFolder folder;
  folder.write("value.json", kValueGraph);
  const std::string own = "case,value\nc,1\na,2\n";
  folder.write("cases.csv", own);
  folder.write("report.html", "<html>mine</html>");
  const Ended ended = run_flowrun(folder, {"run", "value.json", "--cases", "cases.csv", "--out", "."});
  CHECK(ended.status == 0);
  CHECK(folder.read("cases.csv") == own);
  CHECK(folder.read("report.html") == "<html>mine</html>");
  CHECK(contains(ended.err, "cases.csv' was not made by flowrun and stays as it is; this run writes 'flowrun-cases.csv'"));
  CHECK(contains(folder.read("flowrun-cases.csv"), "\na,done,"));
  CHECK(contains(folder.read("flowrun-report.html"), "\"value\":\"2 / 2\""));
  CHECK(run_flowrun(folder, {"run", "value.json", "--cases", "cases.csv", "--out", "o"}).status == 0);
  const Ended again = run_flowrun(folder, {"run", "value.json", "--cases", "cases.csv", "--out", "o"});
  CHECK_FALSE(contains(again.err, "was not made by flowrun"));
}

TEST_CASE("flowrun run: cases.csv has a row for each case in their order, and report.html shows the failures first") {
  const TempFolder folder;
  folder.write("value.json", kValueGraph);
  folder.write("cases.csv", "case,value\nc,1\na,-2\nb,3\n");
  const Ended ended = run_flowrun(folder, {"run", "value.json", "--cases", "cases.csv", "--out", "o"});
  CHECK(ended.status == 1);
  const std::string table = folder.read("o/cases.csv");
  CHECK(
      table.starts_with("case,status,failed_node,failed_plugin,reason,seconds,peak_payload_bytes,started,"
                        "attempt,warnings,make.value\nc,done,,,,"));
  CHECK(contains(table, "\na,failed,make,clitest,\"the value is -2.000000, and must not be negative\","));
  CHECK(comes_before(table, "\na,failed", "\nb,done"));
  const std::string page = folder.read("o/report.html");
  CHECK(comes_before(page, "must not be negative", "{\"name\":\"c\""));
  CHECK(contains(page, "\"value\":\"2 / 3\""));
  CHECK(contains(ended.err, "case 'a' failed in node 'make'"));
  CHECK(contains(ended.out, "what bound it: "));
}

TEST_CASE("flowrun run: the graph says which figures are columns of cases.csv; merge and earlier cases have them too") {
  const TempFolder folder;
  std::string graph = kValueGraph;
  graph.insert(graph.find('{') + 1, "\"columns\": { \"mean\": \"make.value\", \"other\": \"make.nothing\" },");
  folder.write("columns.json", graph);
  folder.write("value.json", kValueGraph);
  folder.write("cases.csv", "case,value\nc,1\nb,3\n");
  const std::string header = "case,status,failed_node,failed_plugin,reason,mean,other,seconds,";
  CHECK(run_flowrun(folder, {"run", "value.json", "--cases", "cases.csv", "--only", "c", "--out", "o"}).status == 0);
  CHECK(run_flowrun(folder, {"run", "columns.json", "--cases", "cases.csv", "--resume", "--out", "o"}).status == 0);
  const std::string table = folder.read("o/cases.csv");
  CHECK(table.starts_with(header));
  CHECK(contains(table, "\nc,done,,,,1,,"));  // kept from before the graph had columns
  CHECK(contains(table, "\nb,done,,,,3,,"));
  CHECK(contains(folder.read("o/report.html"), "\"graphColumns\":[\"mean\",\"other\"]"));
  CHECK(run_flowrun(folder, {"merge", "o"}).status == 0);
  CHECK(contains(folder.read("o/cases.csv"), "\nb,done,,,,3,,"));
  graph.replace(graph.find("make.nothing"), 12, "mak.nothing");
  folder.write("wrong.json", graph);
  CHECK(contains(run_flowrun(folder, {"validate", "wrong.json"}).err,
                 "column 'other': there is no node 'mak'; did you mean 'make'?"));
  graph.replace(graph.find("\"other\""), 7, "\"status\"");
  folder.write("taken.json", graph);
  CHECK(contains(run_flowrun(folder, {"validate", "taken.json"}).err,
                 "column 'status': every table has a column of this name; use another"));
}

TEST_CASE("flowrun run: --no-report leaves the page out, and a graph whose nodes cannot be opened leaves neither") {
  const TempFolder folder;
  folder.write("value.json", kValueGraph);
  CHECK(run_flowrun(folder, {"run", "value.json", "--no-report", "--out", "o"}).status == 0);
  CHECK(folder.has("o/cases.csv"));
  CHECK_FALSE(folder.has("o/report.html"));
}

TEST_CASE("flowrun run: a case's row is there while others still run; SIGTERM lets them finish, and the rest are not started") {
  const TempFolder folder;
  folder.write("waiting.json", kWaitGraph);
  folder.write("cases.csv", "case,value\nb,-1\na,1\nd,4\n");
  FlowrunProcess process(folder, {"run", "waiting.json", "--cases", "cases.csv", "--cases-in-flight", "1", "--out", "o"});
  REQUIRE(process.wait_for_message("case 'b' failed in node 'make'"));
  REQUIRE(wait_for_file(folder.path() / "o/a.begun"));
  CHECK(status_of(folder.read("o/cases.csv"), "b") == "failed");
  CHECK(status_of(folder.read("o/cases.csv"), "a") == "no row");
  process.send(SIGTERM);
  REQUIRE(process.wait_for_message("interrupted: no new cases start"));
  folder.write("o/a.release", "");
  CHECK(process.end().status == 3);
  const std::string table = folder.read("o/cases.csv");
  CHECK(status_of(table, "b") == "failed");
  CHECK(status_of(table, "a") == "done");
  CHECK(status_of(table, "d") == "not started");
  CHECK(comes_before(table, "\nb,", "\na,"));
  CHECK(contains(folder.read("o/report.html"), "\"interrupted\":true"));
}

TEST_CASE("flowrun run: --resume and --only keep the rows of the cases that are not run again") {
  const TempFolder folder;
  folder.write("value.json", kValueGraph);
  folder.write("cases.csv", "case,value\na,1\nb,-2\nc,3\n");
  CHECK(run_flowrun(folder, {"run", "value.json", "--cases", "cases.csv", "--out", "o"}).status == 1);
  folder.write("cases.csv", "case,value\na,1\nb,2\nc,3\n");
  CHECK(run_flowrun(folder, {"run", "value.json", "--cases", "cases.csv", "--out", "o", "--resume"}).status == 0);
  std::string table = folder.read("o/cases.csv");
  for (const char* name : {"a", "b", "c"}) CHECK(status_of(table, name) == "done");
  CHECK(comes_before(table, "\na,", "\nb,"));
  CHECK(contains(folder.read("o/report.html"), "\"value\":\"3 / 3\""));
  CHECK(run_flowrun(folder, {"run", "value.json", "--cases", "cases.csv", "--out", "o", "--only", "c"}).status == 0);
  table = folder.read("o/cases.csv");
  for (const char* name : {"a", "b", "c"}) CHECK(status_of(table, name) == "done");
}
