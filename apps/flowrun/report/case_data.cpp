#include "report/case_data.h"

#include <fmt/format.h>

#include "flowrun/host/text.h"
#include "report/page_text.h"
#include "report/run_page.h"

namespace flowrun {
namespace {

constexpr std::size_t kPictureRoom = std::size_t{8} << 20;

/// All digits for sorting, and the number as a person reads it.
std::string pair(const std::optional<double>& value) {
  return value ? fmt::format("[\"{}\",{}]", exact_text(*value), json_text(figure_text(*value))) : "null";
}

std::string picture(const std::string& path) {
  return json_object(
      {{"name", json_text(std::filesystem::path(path).filename().string())}, {"link", json_text(relative_link(path))}});
}

}  // namespace

std::string json_number(double value) {
  const std::string text = exact_text(value);
  return text.empty() ? "0" : text;
}

CaseData::CaseData(const std::vector<CaseRow>& rows, std::filesystem::path folder, ThumbnailStore* thumbnails)
    : folder_(std::move(folder)),
      thumbnails_(thumbnails),
      graph_columns_(graph_columns(rows)),
      columns_(figure_columns(rows)),
      room_(kPictureRoom) {}

std::string CaseData::thumbnail(const CaseRow& row) {
  if (!thumbnails_ || room_ == 0 || row.pictures.empty() || relative_link(row.pictures.front()).empty()) return "";
  const std::string& found = thumbnails_->thumbnail(row.pictures.front());
  room_ = found.size() > room_ ? 0 : room_ - found.size();
  return room_ > 0 ? found : "";
}

std::string CaseData::json(const CaseRow& row) {
  auto figure = row.figures.begin();
  const auto figure_pair = [&](const FigureColumn& column) {
    while (figure != row.figures.end() && figure->column < column) ++figure;
    const bool has = figure != row.figures.end() && figure->column == column;
    return pair(has ? std::optional(figure->value) : std::nullopt);
  };
  std::error_code unknown;
  const std::string viewer = viewer_path(row.name);
  const double mebibytes = static_cast<double>(row.peak_payload_bytes) / 1048576;
  return json_object(
      {{"name", json_text(row.name)},
       {"status", json_text(to_string(row.status))},
       {"node", json_text(row.error.node)},
       {"reason", json_lines(row.error.message)},
       {"earlier", json_text(row.earlier.empty() ? "" : relative_link(row.earlier))},
       {"columns", json_list(graph_columns_, [&](const std::string& column) { return pair(figure_at(row, column)); })},
       {"seconds", fmt::format("[\"{}\",\"{:.2f}\"]", exact_text(row.seconds), row.seconds)},
       {"data", fmt::format("[\"{}\",\"{:.1f}\"]", row.peak_payload_bytes, mebibytes)},
       {"figures", json_list(columns_, figure_pair)},
       {"record", json_text(relative_link("flowrun/cases/" + row.name + ".json"))},
       {"viewer", json_text(std::filesystem::exists(folder_ / viewer, unknown) ? relative_link(viewer) : "")},
       {"pictures", json_list(row.pictures, picture)},
       {"thumbnail", json_text(thumbnail(row))}});
}

}  // namespace flowrun
