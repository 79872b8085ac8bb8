// What differs between two records, in words. An earlier case against the same case now (--resume), or two runs (compare).
#pragma once

#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "flowrun/host/case_record.h"

namespace flowrun::records {

using Texts = std::vector<std::string>;
using Values = std::vector<std::pair<std::string, std::string>>;

/// How the content of a file differs: the end of a sentence (" changed"). Empty: it is the same.
using ContentChange = std::function<std::string(const FileStamp& before, const FileStamp& now)>;

void add_value_changes(const Values& before, const Values& now, Texts& changes);
void add_input_changes(const std::vector<InputFile>& before, const std::vector<InputFile>& now, const ContentChange& content,
                       Texts& changes);
void add_model_changes(const std::vector<ModelFile>& before, const std::vector<ModelFile>& now, const ContentChange& content,
                       Texts& changes);

}  // namespace flowrun::records
