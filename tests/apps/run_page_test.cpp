#include <doctest/doctest.h>
#include <png.h>

#include "flowrun/sdk/error.h"
#include "report/page_text.h"
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

TEST_CASE("run_page: the page's data have the failures, every case and the totals") {
  const TempFolder folder;
  const std::string page = page_of(folder, {record_of("p1"), failed_record_of("p2", "it is cut"), record_of("p3")});
  CHECK(has(page, R"("failures":[{"who":"p2","row":2,"node":"read","type":"io.read_volume","plugin":"io","reason":"it is cut")"));
  CHECK(count(page, R"("status":")") == 3);
  CHECK(has(page, R"({"value":"2 / 3","what":"cases done","kind":""})"));
  CHECK(has(page, R"(["2.5","2.5"])"));
  CHECK(has(page, R"("running":false)"));
  CHECK(count(page, R"("sources":[)") == 4);
  CHECK(has(page, R"("sources":["lesions"])"));
}

TEST_CASE("run_page: names, messages, figures and parameters from files and plugins are text and nothing else") {
  const TempFolder folder;
  const std::string evil = "</script><script>alert(1)</script><!--\"' onerror=x &amp;\x1b[2J";
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
  CHECK(count(page, "<script") == 2);  // the data and the page's own
  CHECK(count(page, "</script") == 2);
  CHECK_FALSE(has(page, "<!--\\\""));
  CHECK_FALSE(has(page, "\x1b"));
  CHECK(has(page, R"(\u003c/script>\u003cscript>alert(1)\u003c/script>\u003c!--\"' onerror=x &amp;\\x1b[2J)"));
}

TEST_CASE("run_page: pictures stand in the page as thumbnails and lead to the files; what is no picture is a link") {
  const TempFolder folder;
  write_png(folder.path / "p 1.png", 900, 600);
  std::ofstream(folder.path / "p2.png") << "no picture";
  const std::string page = page_of(folder, {with_picture(record_of("p1"), "p 1.png"), with_picture(record_of("p2"), "p2.png"),
                                            with_picture(record_of("p3"), "/etc/p3.png")});
  CHECK(count(page, R"("thumbnail":"iVBOR)") == 1);
  CHECK(has(page, R"("pictures":[{"name":"p 1.png","link":"./p%201.png"}],"thumbnail":"iVBOR)"));
  CHECK(has(page, R"("pictures":[{"name":"p2.png","link":"./p2.png"}],"thumbnail":"")"));
  CHECK(has(page, R"("pictures":[{"name":"p3.png","link":""}],"thumbnail":"")"));
}

TEST_CASE("run_page: while the run goes on, pictures are linked and the page looks again by itself") {
  const TempFolder folder;
  write_png(folder.path / "p1.png", 90, 60);
  RunFacts facts;
  facts.running = true;
  const std::string page = page_of(folder, {with_picture(record_of("p1"), "p1.png")}, facts);
  CHECK(has(page, R"("running":true)"));
  CHECK(has(page, R"("link":"./p1.png"}],"thumbnail":"")"));
}

TEST_CASE("run_page: a picture is decoded once, and again when it has changed; a store that is no store is made again") {
  const TempFolder folder;
  write_png(folder.path / "p1.png", 90, 60);
  std::ofstream(folder.path / "p2.png") << "no picture";
  const std::vector<CaseRecord> records{with_picture(record_of("p1"), "p1.png"), with_picture(record_of("p2"), "p2.png")};
  CHECK(has(page_of(folder, records), R"("thumbnail":"iVBOR)"));
  const std::string file = "flowrun/report.thumbnails";
  std::string store = folder.read(file);
  const std::size_t begin = store.find("iVBOR");
  REQUIRE(begin != std::string::npos);
  store.replace(begin, store.find('\n', begin) - begin, "QUJD");  // what is kept is taken, so nothing was decoded
  std::ofstream(folder.path / file) << store;
  CHECK(has(page_of(folder, records), R"("thumbnail":"QUJD")"));
  write_png(folder.path / "p1.png", 80, 60);
  CHECK(has(page_of(folder, records), R"("thumbnail":"iVBOR)"));
  store.replace(store.find("QUJD"), 4, "</script>");
  std::ofstream(folder.path / file) << store;
  CHECK_FALSE(has(page_of(folder, records), "</script>\""));
  std::ofstream(folder.path / file) << "no store";
  CHECK(has(page_of(folder, records), R"("thumbnail":"iVBOR)"));
}

TEST_CASE("run_page: a case links to its viewer page where there is one") {
  const TempFolder folder;
  std::filesystem::create_directories(folder.path / "flowrun/viewer");
  std::ofstream(folder.path / viewer_path("p2")) << "page";
  const std::string page = page_of(folder, {record_of("p1"), record_of("p2")});
  CHECK(count(page, R"("viewer":"./flowrun/viewer/p2.html")") == 1);
  CHECK(count(page, R"("viewer":"")") == 1);
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
