// A page of lists, tables and pictures, for what several runs have to do with each other.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace flowrun {

struct PageCell {
  std::string text;
  std::string link = "";  ///< relative to the page's folder; empty: none
};

struct PagePicture {
  std::string label;
  std::filesystem::path png;
};

/// What stands under one heading: a list, a table or rows of pictures; those that are empty are left out, but for a part that has
/// nothing else: then its page says "none".
struct PagePart {
  std::string title;
  std::vector<std::string> items;
  std::vector<std::string> columns;
  std::vector<std::vector<PageCell>> rows;
  std::vector<std::vector<PagePicture>> pictures;
};

struct TablesPage {
  std::string title;
  std::vector<std::string> lines;
  std::vector<PagePart> parts;
};

/// Writes one file that needs no other: pictures are in it, up to 16 MiB in all. The page appears whole or not at all. Throws
/// Error.
void write_tables_page(const std::filesystem::path& file, const TablesPage& page);

}  // namespace flowrun
