#include "report/page_table.h"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>
#include <ostream>

#include "flowrun/host/text.h"
#include "report/html.h"
#include "report/thumbnail.h"

namespace flowrun {
namespace {

constexpr std::size_t kPictureRoom = std::size_t{8} << 20;

const char* status_class(CaseStatus status) {
  return status == CaseStatus::done ? "good" : status == CaseStatus::failed ? "bad" : "soft";
}

std::string number_cell(const std::optional<double>& value, const char* kind = "n") {
  if (!value) return fmt::format("<td class=\"{}\" data-v=\"\"></td>", kind);
  return fmt::format("<td class=\"{}\" data-v=\"{}\">{}</td>", kind, exact_text(*value), figure_text(*value));
}

std::string head_cell(const std::string& name, const char* kind, const std::string& title = "") {
  const std::string about = title.empty() ? "" : " title=\"" + html(title) + "\"";
  return fmt::format("<th class=\"{}\" scope=\"col\"{}><button type=\"button\">{}</button></th>", kind, about, html(name));
}

std::string link(const std::string& path, const std::string& text) {
  const std::string target = relative_link(path);
  return target.empty() ? text : fmt::format("<a href=\"{}\">{}</a>", target, text);
}

/// With the reason of a failure, and where to find what an earlier run had made.
std::string status_html(const CaseRow& row) {
  std::string text =
      fmt::format("<td class=\"{}\" data-v=\"{}\">{}", status_class(row.status), to_string(row.status), to_string(row.status));
  if (!row.error.message.empty())
    text += fmt::format("<span class=\"why\">{}{}</span>", row.error.node.empty() ? "" : html(row.error.node) + ": ",
                        html(row.error.message));
  if (!row.earlier.empty())
    text += "<span class=\"why\">no files of this run; " + link(row.earlier, "files of an earlier run") + "</span>";
  return text + "</td>";
}

}  // namespace

PageTable::PageTable(const std::vector<CaseRow>& rows, std::filesystem::path folder, Pictures pictures)
    : rows_(rows),
      folder_(std::move(folder)),
      graph_columns_(graph_columns(rows)),
      columns_(figure_columns(rows)),
      picture_room_(pictures == Pictures::embedded ? kPictureRoom : 0) {
  any_pictures_ = std::any_of(rows.begin(), rows.end(), [](const CaseRow& row) { return !row.pictures.empty(); });
}

void PageTable::write(std::ostream& page) {
  page << "<h2 id=\"cases\">Cases</h2>\n<div>\n";
  if (!columns_.empty())
    page << fmt::format("<input type=\"checkbox\" id=\"all\"> <label for=\"all\">show the {}</label>\n",
                        count_text(columns_.size(), "figure") + " that nodes report");
  page << "<div class=\"tools\" hidden><input type=\"search\" id=\"search\" placeholder=\"find a case or a reason\" "
          "aria-label=\"find a case or a reason\"></div>\n";
  page << "<div class=\"wide\"><table id=\"table\">\n" + header() + "<tbody>\n";
  std::vector<std::size_t> order(rows_.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_partition(order.begin(), order.end(), [&](std::size_t i) { return rows_[i].status == CaseStatus::failed; });
  for (const std::size_t index : order) page << row_html(index);
  page << "</tbody>\n</table></div>\n</div>\n";
}

std::string PageTable::header() const {
  std::string text = "<thead><tr>";
  if (any_pictures_) text += "<th scope=\"col\">picture</th>";
  text += head_cell("case", "") + head_cell("status", "");
  for (const std::string& column : graph_columns_) text += head_cell(column, "n");
  text += head_cell("time, s", "n", "from its first firing to its last") +
          head_cell("data, MiB", "n", "the most that nodes held for each other at once");
  for (const FigureColumn& column : columns_) text += head_cell(column.name, "n fig");
  return text + "<th scope=\"col\">record</th></tr></thead>\n";
}

std::string PageTable::row_html(std::size_t index) {
  const CaseRow& row = rows_[index];
  const bool ran = row.status != CaseStatus::not_started;
  std::string text = fmt::format("<tr id=\"case-{}\">", index + 1) + (any_pictures_ ? picture_html(row) : "");
  text += fmt::format("<td class=\"name\" title=\"{0}\">{0}</td>", html(row.name)) + status_html(row);
  for (const std::string& column : graph_columns_) text += number_cell(figure_at(row, column));
  text += ran ? fmt::format("<td class=\"n\" data-v=\"{}\">{:.2f}</td><td class=\"n\" data-v=\"{}\">{:.1f}</td>",
                            exact_text(row.seconds), row.seconds, row.peak_payload_bytes,
                            static_cast<double>(row.peak_payload_bytes) / 1048576)
              : std::string("<td class=\"n\" data-v=\"\"></td><td class=\"n\" data-v=\"\"></td>");
  auto figure = row.figures.begin();
  for (const FigureColumn& column : columns_) {
    while (figure != row.figures.end() && figure->column < column) ++figure;
    const bool has = figure != row.figures.end() && figure->column == column;
    text += number_cell(has ? std::optional(figure->value) : std::nullopt, "n fig");
  }
  return text + "<td>" + (ran ? link("flowrun/cases/" + row.name + ".json", "record") : "") + "</td></tr>\n";
}

/// The first picture; the others of the case are links below it.
std::string PageTable::picture_html(const CaseRow& row) {
  if (row.pictures.empty()) return "<td class=\"picture\"></td>";
  const std::string about = html("picture of " + row.name);
  std::string shown;
  if (picture_room_ > 0 && !relative_link(row.pictures.front()).empty()) {
    const std::string thumbnail = base64(thumbnail_png(folder_ / row.pictures.front()));
    picture_room_ = thumbnail.size() > picture_room_ ? 0 : picture_room_ - thumbnail.size();
    if (!thumbnail.empty() && picture_room_ > 0)
      shown = fmt::format("<img alt=\"{}\" src=\"data:image/png;base64,{}\">", about, thumbnail);
  }
  const std::string source = relative_link(row.pictures.front());
  if (shown.empty() && !source.empty()) shown = fmt::format("<img alt=\"{}\" loading=\"lazy\" src=\"{}\">", about, source);
  std::string text = "<td class=\"picture\">" + link(row.pictures.front(), shown.empty() ? html(row.pictures.front()) : shown);
  for (std::size_t i = 1; i < row.pictures.size(); ++i)
    text += "<br>" + link(row.pictures[i], html(std::filesystem::path(row.pictures[i]).filename().string()));
  return text + "</td>";
}

}  // namespace flowrun
