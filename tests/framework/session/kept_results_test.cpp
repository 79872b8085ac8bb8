// Sessions that keep results: equal packets and parameters are not computed again.
#include <doctest/doctest.h>

#include <list>
#include <map>
#include <memory>

#include "flowrun/host/session.h"
#include "flowrun/sdk/error.h"
#include "flowrun/sdk/payloads.h"
#include "support/temp_folder.h"

using namespace flowrun;
using flowrun::testing::TempFolder;
namespace fs = std::filesystem;

namespace {

constexpr const char* kGraph = R"({
  "format": 1, "name": "twice",
  "parameters": { "by": { "type": "number", "default": 2, "help": "Of the second" } },
  "inputs": {
    "image": { "type": "flowrun.volume/1", "help": "An image" },
    "other": { "type": "flowrun.volume/1", "required": false, "help": "Another" }
  },
  "nodes": {
    "first": { "type": "sessiontest.scale", "inputs": { "volume": "image" }, "run": { "cache": "always" } },
    "second": {
      "type": "sessiontest.scale", "inputs": { "volume": "first.volume" }, "params": { "by": "${by}" },
      "run": { "cache": "always" }
    },
    "third": { "type": "sessiontest.scale", "inputs": { "volume": "other" }, "run": { "cache": "always" } }
  },
  "outputs": { "product": "second.volume", "other": "third.volume" }
})";

PayloadPtr image(float value, const std::string& source = "") {
  auto volume = std::make_shared<Volume>();
  volume->geometry.size = {4, 4, 4};
  volume->voxels.assign(64, value);
  volume->source = source;
  return volume;
}

struct Made {
  float product = 0;
  std::size_t kept = 0;
};

class Setting {
 public:
  Setting() { folder.write("twice.json", kGraph); }
  std::unique_ptr<Session> open(const std::string& cache = "kept") {
    SessionRequest request;
    request.graph = folder.path / "twice.json";
    request.changing = {"by"};
    request.threads = 2;
    if (!cache.empty()) request.cache = folder.path / cache;
    Diagnostics faults;
    types_.emplace_back().add_library(FLOWRUN_SESSION_PLUGIN);
    auto session = std::make_unique<Session>(std::move(request), types_.back(), faults);
    REQUIRE(faults.all().empty());
    return session;
  }
  static Made run(Session& session, PayloadPtr packet, double by = 2) {
    const SessionOutput output = session.run({{{"image", std::move(packet)}}, {{"by", by}}});
    REQUIRE(output.result.status == CaseStatus::done);
    REQUIRE(output.result.reports.size() == 2);  // of nodes that did not run too
    return {static_cast<const Volume&>(*output.packets.at("product")).voxels.front(), output.result.kept.size()};
  }
  TempFolder folder;

 private:
  std::list<Registry> types_;
};

}  // namespace

TEST_CASE("session: with a folder of kept results equal packets are computed once, by content") {
  Setting setting;
  auto session = setting.open();
  const auto check = [&](const Made& made, float product, std::size_t kept) {
    CHECK(made.product == product);
    CHECK(made.kept == kept);
  };
  check(Setting::run(*session, image(3)), 12, 0);
  check(Setting::run(*session, image(3)), 12, 2);
  check(Setting::run(*session, image(3), 5), 30, 1);
  check(Setting::run(*session, image(4)), 16, 0);
  check(Setting::run(*session, image(3, "flair.nii")), 12, 0);  // nodes see where an image is from
  session.reset();
  session = setting.open();
  check(Setting::run(*session, image(4)), 16, 2);
}

TEST_CASE("session: an optional packet counts where it is given") {
  Setting setting;
  const auto session = setting.open();
  const auto kept = [&](const std::map<std::string, PayloadPtr>& packets) {
    const SessionOutput output = session->run({packets, {}});
    REQUIRE(output.result.status == CaseStatus::done);
    CHECK(output.packets.contains("other") == packets.contains("other"));
    if (packets.contains("other")) CHECK(static_cast<const Volume&>(*output.packets.at("other")).voxels.front() == 14);
    return output.result.kept.size();
  };
  CHECK(kept({{"image", image(3)}}) == 0);
  CHECK(kept({{"image", image(3)}, {"other", image(7)}}) == 2);
  CHECK(kept({{"image", image(3)}, {"other", image(7)}}) == 3);
}

TEST_CASE("session: without a folder nothing is kept; one that cannot be used is a sentence") {
  Setting setting;
  const auto session = setting.open("");
  CHECK(Setting::run(*session, image(3)).kept == 0);
  CHECK(Setting::run(*session, image(3)).kept == 0);
  fs::create_directories(setting.folder.path / "mine");
  setting.folder.write("mine/notes.txt", "mine");
  const auto wrong = setting.open("mine");
  CHECK_THROWS_WITH_AS(wrong->run({{{"image", image(3)}}, {}}),
                       ("'" + (setting.folder.path / "mine").string() +
                        "' has other content; kept results need a folder of their own, new or empty")
                           .c_str(),
                       Error);
}
