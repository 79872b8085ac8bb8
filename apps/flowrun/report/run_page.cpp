#include "report/run_page.h"

#include <cerrno>
#include <fstream>

#include "flowrun/sdk/atomic_file.h"
#include "flowrun/sdk/error.h"
#include "report/page_assets.h"
#include "report/run_data.h"
#include "report/thumbnail_store.h"

namespace flowrun {

std::string viewer_path(const std::string& name) { return "flowrun/viewer/" + name + ".html"; }

void write_run_page(const std::filesystem::path& file, const RunReport& report, const std::vector<CaseRow>& rows,
                    const RunFacts& facts) {
  AtomicFile whole(file, ".html");
  std::ofstream page(whole.temporary(), std::ios::binary);
  ThumbnailStore thumbnails(file);
  page << report_asset().before << "<script type=\"application/json\" id=\"run-data\">";
  write_run_data(page, file.parent_path(), report, rows, facts, facts.running ? nullptr : &thumbnails);
  page << "</script>\n" << report_asset().after;
  page.close();
  if (!page) throw Error(write_failure(file, errno));
  whole.commit();
  thumbnails.save();
}

CohortEvents::Page page_of_run() { return {kPageBeginning, write_run_page}; }

}  // namespace flowrun
