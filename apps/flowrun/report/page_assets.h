#pragma once

#include <string_view>

namespace flowrun {

/// A page from html, css and js files of the tree, put together by the build (embed_page.cmake). Its data go between the two
/// parts. Its policy lets no script or style but its own be used, by their hashes.
struct PageAsset {
  std::string_view before, after;
};

const PageAsset& report_asset();  ///< report/page
const PageAsset& tables_asset();  ///< report/tables_page_assets
const PageAsset& viewer_asset();  ///< viewer/page

}  // namespace flowrun
