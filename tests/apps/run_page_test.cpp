#include <doctest/doctest.h>
#include <png.h>

#include "flowrun/sdk/error.h"
#include "report/html.h"
#include "report/run_page.h"
#include "report/thumbnail.h"
#include "support/some_records.h"
#include "support/temp_folder.h"

using namespace flowrun;
using namespace flowrun::testing;

namespace {

bool has(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

std::size_t count(const std::string& text, const std::string& part) {
  std::size_t found = 0;
  for (std::size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) ++found;
  return found;
}

void write_png(const std::filesystem::path& file, std::uint32_t width, std::uint32_t height) {
  png_image image{};
  image.version = PNG_IMAGE_VERSION;
  image.width = width;
  image.height = height;
  image.format = PNG_FORMAT_RGB;
  std::vector<std::uint8_t> pixels(PNG_IMAGE_SIZE(image));
  for (std::size_t i = 0; i < pixels.size(); ++i) pixels[i] = static_cast<std::uint8_t>(i % 3 == 0 ? 200 : i / 3 % 251);
  REQUIRE(png_image_write_to_file(&image, file.c_str(), 0, pixels.data(), 0, nullptr));
}

CaseRecord with_picture(CaseRecord record, const std::string& path) {
  record.outputs = {{"montage", "path", {path, 100, 0, ""}}, {"lesions", "path", {"a_lesions.nii.gz", 100, 0, ""}}};
  return record;
}

std::string page_of(const TempFolder& folder, const std::vector<CaseRecord>& records, RunFacts facts = {}) {
  facts.cases = records.size();
  RunReport report;
  std::vector<CaseRow> rows;
  for (const CaseRecord& record : records) {
    report.add(record);
    rows.push_back(row_of(record));
  }
  write_run_page(folder.path / "report.html", report, rows, facts);
  return folder.read("report.html");
}

}  // namespace

TEST_CASE("run_page: failures come first, in the list and in the table, and every case has one row") {
  const TempFolder folder;
  const std::string page = page_of(folder, {record_of("p1"), failed_record_of("p2", "it is cut"), record_of("p3")});
  CHECK(page.find("it is cut") < page.find("id=\"case-1\""));
  CHECK(page.find("id=\"case-2\"") < page.find("id=\"case-1\""));
  CHECK(count(page, "<tr id=\"case-") == 3);
  CHECK(has(page, "<a href=\"#case-2\"><b>p2</b></a> <span class=\"where\">node read (io.read_volume, plugin io)</span>"));
  CHECK(has(page, "<b>2 / 3</b><span>cases done</span>"));
  CHECK(has(page, "<td class=\"n\" data-v=\"2.5\">2.5</td>"));
  CHECK_FALSE(has(page, "http-equiv=\"refresh\""));
}

TEST_CASE("run_page: names, messages, figures and parameters from files and plugins are text and nothing else") {
  const TempFolder folder;
  const std::string evil = "<script>alert(1)</script>\"' onerror=x &amp;\x1b[2J";
  CaseRecord record = failed_record_of(evil, evil);
  record.warnings = {evil};
  record.reports = {{"read", evil, 1}};
  record.graph = record.graph_file = record.graph_hash = record.replay = record.started = evil;
  record.nodes[1].id = record.nodes[1].type = record.nodes[1].plugin = evil;
  record.nodes[1].params = {{evil, evil}};
  record.models[0].file.path = record.models[0].parameter = evil;
  RunFacts facts;
  facts.errors = {{evil, evil, evil, evil}};
  facts.warnings = {evil};
  facts.figures = {{{0, evil}, 1}};
  const std::string page = page_of(folder, {with_picture(record, evil + ".png")}, facts);
  CHECK(count(page, "<script>") == 1);
  CHECK_FALSE(has(page, "<script>alert"));
  CHECK_FALSE(has(page, "\x1b"));
  CHECK_FALSE(has(page, "\"' onerror"));
  CHECK(has(page, "&lt;script&gt;alert(1)&lt;/script&gt;&quot;&#39; onerror=x &amp;amp;\\x1b[2J"));
}

TEST_CASE("run_page: pictures stand in the page as thumbnails and lead to the files; what is no picture is a link") {
  const TempFolder folder;
  write_png(folder.path / "p 1.png", 900, 600);
  std::ofstream(folder.path / "p2.png") << "no picture";
  const std::string page = page_of(folder, {with_picture(record_of("p1"), "p 1.png"), with_picture(record_of("p2"), "p2.png"),
                                            with_picture(record_of("p3"), "/etc/p3.png")});
  CHECK(count(page, "src=\"data:image/png;base64,iVBOR") == 1);
  CHECK(has(page, "<a href=\"./p%201.png\"><img alt=\"picture of p1\" src=\"data:"));
  CHECK(has(page, "<a href=\"./p2.png\"><img alt=\"picture of p2\" loading=\"lazy\" src=\"./p2.png\"></a>"));
  CHECK_FALSE(has(page, "href=\"/etc"));
}

TEST_CASE("run_page: while the run goes on, pictures are linked and the page asks to be looked at again") {
  const TempFolder folder;
  write_png(folder.path / "p1.png", 90, 60);
  RunFacts facts;
  facts.running = true;
  const std::string page = page_of(folder, {with_picture(record_of("p1"), "p1.png")}, facts);
  CHECK(has(page, "<meta http-equiv=\"refresh\" content=\"60\">"));
  CHECK(has(page, "src=\"./p1.png\""));
  CHECK_FALSE(has(page, "data:image"));
}

TEST_CASE("run_page: what cannot be written is a sentence, and nothing is left behind") {
  const TempFolder folder;
  std::filesystem::create_directories(folder.path / "report.html");
  CHECK_THROWS_AS(page_of(folder, {record_of("p1")}), Error);
  CHECK(std::distance(std::filesystem::directory_iterator(folder.path), {}) == 1);
}

TEST_CASE("thumbnail: smaller in the same proportion, never larger, and nothing for what is no picture") {
  const TempFolder folder;
  write_png(folder.path / "big.png", 900, 600);
  write_png(folder.path / "small.png", 20, 30);
  const auto size_of = [](const std::string& bytes) {
    png_image image{};
    image.version = PNG_IMAGE_VERSION;
    REQUIRE(png_image_begin_read_from_memory(&image, bytes.data(), bytes.size()));
    const auto size = std::pair(image.width, image.height);
    png_image_free(&image);
    return size;
  };
  CHECK(size_of(thumbnail_png(folder.path / "big.png")) == std::pair(256u, 170u));
  CHECK(size_of(thumbnail_png(folder.path / "small.png")) == std::pair(20u, 30u));
  CHECK(thumbnail_png(folder.path / "none.png").empty());
  const std::string whole = folder.read("big.png");
  std::ofstream(folder.path / "cut.png", std::ios::binary) << whole.substr(0, whole.size() / 2);
  CHECK(thumbnail_png(folder.path / "cut.png").empty());
}

TEST_CASE("thumbnail: base64 is that of RFC 4648") {
  CHECK(base64("") == "");
  CHECK(base64("f") == "Zg==");
  CHECK(base64("fo") == "Zm8=");
  CHECK(base64("foobar") == "Zm9vYmFy");
  CHECK(base64("\xff\xfe") == "//4=");
}

TEST_CASE("html: links stay in the folder") {
  CHECK(relative_link("a b/ä.png") == "./a%20b/%C3%A4.png");
  CHECK(relative_link("javascript:alert(1)") == "./javascript%3Aalert%281%29");
  CHECK(relative_link("/etc/passwd") == "");
  CHECK(relative_link("a/../../b.png") == "");
}

TEST_CASE("run_page: the graph's nodes stand in layers, each below what it reads") {
  const TempFolder folder;
  const std::string page = page_of(folder, {record_of("p1")});
  CHECK(count(page, "<div class=\"layer\">") == 3);
  CHECK(page.find("<b>read</b>") < page.find("<b>lesions</b>"));
  CHECK(page.find("<b>montage</b>") < page.find("<b>measures</b>"));  // beside lesions, which measures reads
  CHECK(page.find("reads lesions") != std::string::npos);
}
