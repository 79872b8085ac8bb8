#include "report/run_page.h"

#include <cerrno>
#include <cstdlib>
#include <fstream>

#include "flowrun/sdk/atomic_file.h"
#include "flowrun/sdk/error.h"
#include "report/page_assets.h"
#include "report/page_nonce.h"
#include "report/page_text.h"
#include "report/run_data.h"
#include "report/thumbnail_store.h"

namespace flowrun {

std::string viewer_path(const std::string& name) { return "flowrun/viewer/" + name + ".html"; }

namespace {

/// Beside a page that flowrun watch keeps up to date: says which is the newest.
std::filesystem::path stamp_file(const std::filesystem::path& page) {
  return std::filesystem::path("flowrun") / (page.stem().string() + ".stamp.js");
}

std::string follow_island(const std::filesystem::path& page, const std::string& nonce) {
  return "<script type=\"application/json\" id=\"follow-data\">" +
         json_object({{"file", json_text(relative_link(stamp_file(page).string()))}, {"stamp", json_text(nonce)}}) +
         "</script>\n";
}

}  // namespace

void write_run_page(const std::filesystem::path& file, const RunReport& report, const std::vector<CaseRow>& rows,
                    const RunFacts& facts) {
  AtomicFile whole(file, ".html");
  std::ofstream page(whole.temporary(), std::ios::binary);
  ThumbnailStore thumbnails(file);
  const std::string nonce = std::getenv(kWatchVariable) ? new_nonce() : "";
  page << (nonce.empty() ? std::string(report_asset().before)
                         : with_nonce(report_asset().before, nonce) + follow_island(file, nonce))
       << "<script type=\"application/json\" id=\"run-data\">";
  write_run_data(page, file.parent_path(), report, rows, facts, facts.running ? nullptr : &thumbnails);
  page << "</script>\n" << report_asset().after;
  page.close();
  if (!page) throw Error(write_failure(file, errno));
  whole.commit();
  if (!nonce.empty()) write_atomically(file.parent_path() / stamp_file(file), "flowrunStamp(" + json_text(nonce) + ");\n");
  thumbnails.save();
}

CohortEvents::Page page_of_run() { return {kPageBeginning, write_run_page}; }

}  // namespace flowrun
