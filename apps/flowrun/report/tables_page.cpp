#include "report/tables_page.h"

#include <fstream>
#include <iterator>

#include "flowrun/host/own_file.h"
#include "flowrun/sdk/atomic_file.h"
#include "report/page_assets.h"
#include "report/page_text.h"

namespace flowrun {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kMostPictureBytes = std::size_t{16} << 20;

/// The file's bytes where they still have room; else nothing.
std::string picture_text(const fs::path& png, std::size_t& room) {
  std::error_code missing;
  const auto size = fs::file_size(png, missing);
  if (missing || size > room) return "";
  std::ifstream stream(png, std::ios::binary);
  const std::string bytes((std::istreambuf_iterator<char>(stream)), {});
  room -= bytes.size();
  return base64(bytes);
}

std::string cell_text(const PageCell& cell) {
  const std::string link = cell.link.empty() ? "" : relative_link(cell.link);
  return link.empty() ? json_object({{"text", json_text(cell.text)}})
                      : json_object({{"text", json_text(cell.text)}, {"link", json_text(link)}});
}

std::string part_text(const PagePart& part, std::size_t& room) {
  const auto pictures = [&](const std::vector<PagePicture>& row) {
    return json_list(row, [&](const PagePicture& picture) {
      return json_object({{"label", json_text(picture.label)}, {"png", json_text(picture_text(picture.png, room))}});
    });
  };
  if (!part.pictures.empty())
    return json_object({{"title", json_text(part.title)}, {"pictures", json_list(part.pictures, pictures)}});
  if (part.columns.empty()) return json_object({{"title", json_text(part.title)}, {"items", json_list(part.items, json_text)}});
  const std::string rows = json_list(part.rows, [](const std::vector<PageCell>& row) { return json_list(row, cell_text); });
  return json_object({{"title", json_text(part.title)},
                      {"table", json_object({{"columns", json_list(part.columns, json_text)}, {"rows", rows}})}});
}

}  // namespace

void write_tables_page(const fs::path& file, const TablesPage& page) {
  std::size_t room = kMostPictureBytes;
  const std::string data =
      json_object({{"title", json_text(page.title)},
                   {"lines", json_list(page.lines, json_text)},
                   {"parts", json_list(page.parts, [&](const PagePart& part) { return part_text(part, room); })}});
  refuse_links({file});
  write_atomically(file, std::string(tables_asset().before) + "<script type=\"application/json\" id=\"run-data\">" + data +
                             "</script>\n" + std::string(tables_asset().after));
}

}  // namespace flowrun
