#pragma once

#include <string>

#include "checkpoint.h"
#include "data_set.h"
#include "settings.h"

namespace flowrun::train {

/// {"training": {...}}: how a model was trained, for its description.
std::string training_text(const Settings& settings, const DataSet& data, const Split& split, const Progress& progress,
                          const std::string& start);

}  // namespace flowrun::train
