#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "flowrun/host/cohort.h"

namespace flowrun {

inline constexpr std::string_view kPageBeginning = "<!DOCTYPE html>\n<!-- The page of a run, made by flowrun. -->\n";

/// Writes a page about a run that stands for itself: no other file or host is needed to read it. Pictures of the cases (PNG files
/// among their outputs) are in it as thumbnails up to 8 MiB in all, the others are linked; during the run all are
/// linked, and a browser that shows the page looks again each minute. Rows come in the order given, those of failed cases first.
/// The page appears whole or not at all. Throws Error.
void write_run_page(const std::filesystem::path& file, const RunReport& report, const std::vector<CaseRow>& rows,
                    const RunFacts& facts);

/// "flowrun/viewer/<case>.html": where the page with a case's images is, within the output folder. The run's page links to those
/// that are there.
std::string viewer_path(const std::string& name);

/// For who runs a cohort.
CohortEvents::Page page_of_run();

}  // namespace flowrun
