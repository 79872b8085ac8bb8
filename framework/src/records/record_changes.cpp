#include "records/record_changes.h"

namespace flowrun::records {
namespace {

std::string name_of(const InputFile& input) { return input.name; }
std::string text_of(const InputFile& input) { return "input '" + input.name + "'"; }

std::string name_of(const ModelFile& model) { return model.node + "." + model.parameter; }
std::string text_of(const ModelFile& model) {
  return "the file '" + model.file.path + "' of node '" + model.node + "' (" + model.parameter + ")";
}

template <class File>
const File* same_place(const std::vector<File>& files, const File& of) {
  for (const File& file : files)
    if (name_of(file) == name_of(of)) return &file;
  return nullptr;
}

template <class File>
void add_file_changes(const std::vector<File>& before, const std::vector<File>& now, const ContentChange& content,
                      Texts& changes) {
  for (const File& file : now) {
    const File* const earlier = same_place(before, file);
    const std::string change = earlier ? content(earlier->file, file.file) : " is new";
    if (!change.empty()) changes.push_back(text_of(file) + change);
  }
  for (const File& file : before)
    if (!same_place(now, file)) changes.push_back(text_of(file) + " is gone");
}

const std::string* value_of(const Values& values, const std::string& name) {
  for (const auto& [key, text] : values)
    if (key == name) return &text;
  return nullptr;
}

}  // namespace

void add_value_changes(const Values& before, const Values& now, Texts& changes) {
  for (const auto& [name, text] : now) {
    const std::string* const earlier = value_of(before, name);
    if (!earlier) changes.push_back("input '" + name + "' is new (" + text + ")");
    else if (*earlier != text) changes.push_back("input '" + name + "' changed from " + *earlier + " to " + text);
  }
  for (const auto& [name, text] : before)
    if (!value_of(now, name)) changes.push_back("input '" + name + "' (" + text + ") is gone");
}

void add_input_changes(const std::vector<InputFile>& before, const std::vector<InputFile>& now, const ContentChange& content,
                       Texts& changes) {
  add_file_changes(before, now, content, changes);
}

void add_model_changes(const std::vector<ModelFile>& before, const std::vector<ModelFile>& now, const ContentChange& content,
                       Texts& changes) {
  add_file_changes(before, now, content, changes);
}

}  // namespace flowrun::records
