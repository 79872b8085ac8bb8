// What a run's page shows, as JSON. Texts are made here, in the words of the rest of the program; the page's scripts lay them
// out.
#pragma once

#include <filesystem>
#include <iosfwd>
#include <vector>

#include "flowrun/host/run_report.h"
#include "report/thumbnail_store.h"

namespace flowrun {

/// Writes one JSON object. `folder`: of the page. `thumbnails`: null: pictures are linked; else they are embedded up to 8 MiB in
/// all.
void write_run_data(std::ostream& page, const std::filesystem::path& folder, const RunReport& report,
                    const std::vector<CaseRow>& rows, const RunFacts& facts, ThumbnailStore* thumbnails);

}  // namespace flowrun
