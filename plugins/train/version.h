#pragma once

/// The version of this plugin; models say it. A macro, since FLOWRUN_PLUGIN joins it to other text.
#define FLOWRUN_TRAIN_VERSION "1.1.0"
