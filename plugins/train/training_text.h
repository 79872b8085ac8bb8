#pragma once

#include <string>
#include <string_view>

#include "checkpoint.h"
#include "examples.h"
#include "settings.h"

namespace flowrun::train {

/// Where a training began: a model's file and its SHA-256; both empty: weights drawn at random.
struct Start {
  std::string path, sha256;
};

/// {"training": {...}}: how a model was trained, for its description. The date is that of today in UTC, or that of the
/// environment variable SOURCE_DATE_EPOCH (seconds since 1970), for builds that are to give the same bytes on another day.
std::string training_text(const Settings& settings, const Examples& examples, const Split& split, const Progress& progress,
                          const Start& start);

}  // namespace flowrun::train
