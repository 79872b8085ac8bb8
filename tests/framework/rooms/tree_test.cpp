#include <doctest/doctest.h>

#include <cstdlib>
#include <fstream>
#include <sstream>

#include "include_rules.h"
#include "room_picture.h"
#include "rooms.h"

using namespace flowrun::testing;

TEST_CASE("rooms: every include of the project keeps the rules of docs/architecture.md") {
  const std::vector<Include> includes = includes_of_tree(FLOWRUN_SOURCE_DIR);
  REQUIRE(includes.size() > 100);
  for (const Include& include : includes) {
    const std::string broken = broken_rule(include);
    CHECK_MESSAGE(broken.empty(), include.file, ":", include.line, ": includes ", include.target, ", but ", broken);
  }
}

TEST_CASE("rooms: every host header has a room that implements it") {
  for (const auto& entry : std::filesystem::directory_iterator(FLOWRUN_SOURCE_DIR "/framework/include/flowrun/host"))
    CHECK_MESSAGE(!room_of_host_header("flowrun/host/" + entry.path().filename().string()).empty(), entry.path().filename());
}

TEST_CASE("rooms: no room includes one that includes it") {
  std::string circle;
  for (const std::string& room : circle_in(arrows_of(includes_of_tree(FLOWRUN_SOURCE_DIR)))) circle += " " + room;
  CHECK(circle == "");
  CHECK(circle_in({{"a", {"b"}}, {"b", {"c"}}, {"c", {"a"}}}).size() == 2);
}

// FLOWRUN_DRAW_ROOMS=1 test_rooms draws it again.
TEST_CASE("rooms: the picture in docs/architecture.md is that of the includes") {
  const std::string file = FLOWRUN_SOURCE_DIR "/docs/architecture.md";
  std::stringstream stream;
  stream << std::ifstream(file).rdbuf();
  const std::string page = stream.str(), picture = mermaid_of(arrows_of(includes_of_tree(FLOWRUN_SOURCE_DIR)));
  const std::size_t begin = page.find("```mermaid\n"), end = page.find("```\n", begin + 1);
  REQUIRE(end != std::string::npos);
  if (std::getenv("FLOWRUN_DRAW_ROOMS")) std::ofstream(file) << page.substr(0, begin) + picture + page.substr(end + 4);
  else CHECK_MESSAGE(page.substr(begin, end + 4 - begin) == picture, "draw it again with FLOWRUN_DRAW_ROOMS=1 test_rooms");
}
