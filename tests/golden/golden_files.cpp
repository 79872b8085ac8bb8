#include "golden_files.h"
#include "support/needs.h"

#include <doctest/doctest.h>
#include <unistd.h>

#include <cstdlib>
#include <cstring>
#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>

namespace golden {

fs::path patient_folder(const std::string& patient) {
  const fs::path folder = fs::path(FLOWRUN_SHARED_DIR) / "data" / "open_ms" / patient;
  if (fs::exists(folder / "golden.json")) return folder;
  flowrun::testing::could_not_run("the reference data beside the checkout are absent: " + folder.string());
  return {};
}

std::vector<Row> read_rows(const fs::path& file) {
  std::ifstream stream(file, std::ios::binary);
  std::vector<Row> rows;
  float values[5];
  while (stream.read(reinterpret_cast<char*>(values), sizeof values))
    rows.push_back(
        {{static_cast<std::int64_t>(values[0]), static_cast<std::int64_t>(values[1]), static_cast<std::int64_t>(values[2])},
         values[3],
         values[4]});
  REQUIRE(rows.size() * sizeof values == fs::file_size(file));
  return rows;
}

Summary read_summary(const fs::path& file) {
  std::ifstream stream(file);
  const auto json = nlohmann::json::parse(stream);
  return {json.at("candidates"),  json.at("voxels_over_half"), json.at("components_kept"),
          json.at("voxels_kept"), json.at("dsc_product"),      json.at("dsc_final")};
}

double reported_candidates(const fs::path& record, const std::string& patient) {
  std::ifstream stream(record);
  const auto json = nlohmann::json::parse(stream);
  for (const auto& one : json.at("cases"))
    if (one.at("case") == patient) return one.at("reports").at("candidates/gate.candidates");
  return -1;
}

TempFolder::TempFolder() {
  std::string name = (fs::temp_directory_path() / "flowrun-golden-XXXXXX").string();
  REQUIRE(mkdtemp(name.data()));
  path = name;
}
TempFolder::~TempFolder() { fs::remove_all(path); }

int run_flowrun(const std::string& arguments, const fs::path& log) {
  const std::string command = std::string(FLOWRUN_EXECUTABLE) + " " + arguments + " > '" + log.string() + "' 2>&1 < /dev/null";
  const int status = std::system(command.c_str());
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

std::string text_of(const fs::path& file) {
  std::ifstream stream(file);
  std::ostringstream text;
  text << stream.rdbuf();
  return text.str();
}

namespace {

void import_by(const std::string& graph, const fs::path& initial, const fs::path& final, const fs::path& models) {
  const fs::path log = models / "import.log";
  const int status = run_flowrun("run " FLOWRUN_SOURCE_DIR "/graphs/" + graph + "/import_weights.json --in initial='" +
                                     initial.string() + "' --in final='" + final.string() + "' --out '" + models.string() + "'",
                                 log);
  INFO(text_of(log));
  REQUIRE(status == 0);
}

}  // namespace

void import_weights(const fs::path& models) {
  const fs::path weights = fs::path(FLOWRUN_SHARED_DIR) / "models" / "msseg2016";
  import_by("msseg2016", weights / "deep-challenge2016.init.model_weights.pkl",
            weights / "deep-challenge2016.final.model_weights.pkl", models);
}

void import_nicmslesions(const std::string& folder, const fs::path& models) {
  const fs::path weights = fs::path(FLOWRUN_SHARED_DIR) / "models" / "nicmslesions" / folder;
  import_by("nicmslesions", weights / "model_1.hdf5", weights / "model_2.hdf5", models);
}

}  // namespace golden
