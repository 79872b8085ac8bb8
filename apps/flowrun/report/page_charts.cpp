#include "report/page_charts.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "flowrun/host/text.h"
#include "report/html.h"

namespace flowrun {
namespace {

constexpr double kPageUnits = 1060;

double median_of(std::vector<float> values) {
  if (values.empty()) return 0;
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  return *middle;
}

/// Nodes take from microseconds to hours.
std::string time_text(double seconds) {
  return seconds < 0.1 ? fmt::format("{:.2g} ms", 1000 * seconds) : duration_text(seconds);
}

std::string svg_begin(double width, double height, const std::string& label) {
  return fmt::format(
      "<div class=\"plot\"><svg width=\"{0:.0f}\" height=\"{1:.0f}\" viewBox=\"0 0 {0:.0f} {1:.0f}\" role=\"img\" "
      "aria-label=\"{2}\">\n",
      width, height, html(label));
}

std::string node_bar(const NodeSummary& summary, double y, double share, double longest) {
  constexpr double kLeft = 250, kWidest = 430;
  const double width = longest > 0 ? std::max(1.5, kWidest * summary.node.busy_s / longest) : 0;
  const std::string name = html(summary.node.id);
  std::string text = fmt::format(
      "<g><title>{} ({}): {} firings, busy {}</title><text class=\"label\" x=\"{}\" y=\"{}\">{}</text>"
      "<rect class=\"bar\" x=\"{}\" y=\"{}\" width=\"{:.1f}\" height=\"14\" rx=\"2\"/>"
      "<text class=\"value\" x=\"{:.1f}\" y=\"{}\">{} &#183; {:.1f} %</text>",
      name, html(summary.node.type), summary.node.firings, time_text(summary.node.busy_s), kLeft - 10, y + 12,
      html(shortened_inside(printable(summary.node.id), 34)), kLeft, y, width, kLeft + width + 8, y + 12,
      time_text(summary.node.busy_s), 100 * share);
  if (summary.case_seconds.size() > 1)
    text += fmt::format("<text class=\"note\" x=\"{}\" y=\"{}\">median {}, slowest {} ({})</text>", kPageUnits, y + 12,
                        time_text(median_of(summary.case_seconds)), time_text(summary.slowest_seconds),
                        html(shortened_inside(printable(summary.slowest_case), 16)));
  return text + "</g>\n";
}

const char* bar_class(CaseStatus status) {
  return status == CaseStatus::done ? "bar" : status == CaseStatus::failed ? "bar bad" : "bar faint";
}

/// The layer of each node: below all that it reads. Nodes come after those that they read.
std::vector<std::size_t> layers_of(const RunReport& report) {
  std::map<std::string, std::size_t> known;
  std::vector<std::size_t> layers;
  for (const NodeSummary& summary : report.nodes) {
    std::size_t layer = 0;
    for (const std::string& id : sources_of(summary.node))
      if (const auto source = known.find(id); source != known.end()) layer = std::max(layer, source->second + 1);
    known[summary.node.id] = layer;
    layers.push_back(layer);
  }
  return layers;
}

std::string box_html(const NodeRecord& node) {
  std::vector<std::string> sources = sources_of(node);
  std::sort(sources.begin(), sources.end());
  sources.erase(std::unique(sources.begin(), sources.end()), sources.end());
  std::string reads;
  for (const std::string& id : sources) reads += (reads.empty() ? "reads " : ", ") + id;
  return fmt::format("<div class=\"box\" title=\"plugin {} {}\"><b>{}</b><br>{}<br>{}</div>\n", html(node.plugin),
                     html(node.plugin_version), html(node.id), html(node.type), html(reads));
}

}  // namespace

std::string node_times_svg(const RunReport& report) {
  double longest = 0;
  for (const NodeSummary& summary : report.nodes) longest = std::max(longest, summary.node.busy_s);
  std::string svg = svg_begin(kPageUnits, 24 * static_cast<double>(report.nodes.size()) + 4, "Busy time of each node");
  double y = 4;
  for (const NodeSummary& summary : report.nodes) {
    svg += node_bar(summary, y, report.busy_s > 0 ? summary.node.busy_s / report.busy_s : 0, longest);
    y += 24;
  }
  return svg + "</svg></div>\n";
}

std::string case_times_svg(const std::vector<CaseRow>& rows) {
  constexpr double kHeight = 110, kBottom = 20, kLeft = 64;
  double longest = 0;
  std::size_t count = 0;
  for (const CaseRow& row : rows) {
    if (row.status == CaseStatus::not_started) continue;
    longest = std::max(longest, row.seconds);
    ++count;
  }
  if (count < 2 || longest <= 0) return "";
  const double step = std::min(28.0, (kPageUnits - kLeft) / static_cast<double>(count));
  std::string svg = svg_begin(kPageUnits, kHeight + kBottom, "Seconds of each case");
  svg += fmt::format(
      "<line class=\"grid\" x1=\"{0}\" x2=\"{1}\" y1=\"8\" y2=\"8\"/><text class=\"label\" x=\"{2}\" y=\"12\">{3}</text>"
      "<line class=\"grid\" x1=\"{0}\" x2=\"{1}\" y1=\"{4}\" y2=\"{4}\"/><text class=\"label\" x=\"{2}\" y=\"{4}\">0 s</text>\n",
      kLeft, kPageUnits, kLeft - 8, duration_text(longest), kHeight);
  double x = kLeft;
  for (const CaseRow& row : rows) {
    if (row.status == CaseStatus::not_started) continue;
    const double height = std::max(1.0, (kHeight - 8) * row.seconds / longest);
    svg += fmt::format(
        "<rect class=\"{}\" x=\"{:.2f}\" y=\"{:.1f}\" width=\"{:.2f}\" height=\"{:.1f}\"><title>{}: {}, {}</title></rect>\n",
        bar_class(row.status), x, kHeight - height, std::max(0.5, step - (step > 4 ? 1.5 : step / 5)), height, html(row.name),
        to_string(row.status), duration_text(row.seconds));
    x += step;
  }
  return svg + "</svg></div>\n";
}

std::string graph_html(const RunReport& report) {
  const std::vector<std::size_t> layers = layers_of(report);
  const std::size_t count = layers.empty() ? 0 : *std::max_element(layers.begin(), layers.end()) + 1;
  std::string text;
  for (std::size_t layer = 0; layer < count; ++layer) {
    text += "<div class=\"layer\">\n";
    for (std::size_t i = 0; i < layers.size(); ++i)
      if (layers[i] == layer) text += box_html(report.nodes[i].node);
    text += "</div>\n";
  }
  return text;
}

}  // namespace flowrun
