// What a graph says about files of a BIDS data set.
#include <algorithm>

#include "spec/read_parts.h"

namespace flowrun::spec {
namespace {

std::string label_text(const json::Value& value) {
  return value.is(json::Kind::integer) ? std::to_string(value.integer()) : value.text();
}

void read_entity(Source& source, ObjectReader& reader, const std::string& entity, BidsUse use, BidsName& name) {
  const json::Value* value = reader.find(entity.c_str());
  if (!value) return;
  const bool absent = value->is(json::Kind::null);
  const std::string label = label_text(*value);
  if (absent && use == BidsUse::written)
    reader.error(source.place(*value), "'" + entity + "' takes a label such as \"lesions\", found null; leave it out");
  else if (!absent && !is_bids_label(label))
    reader.error(source.place(*value), "'" + entity + "' takes a label of letters and digits" +
                                           (use == BidsUse::read ? ", or null where it must not be there" : "") + ", found " +
                                           found_words(*value));
  else name.entities.emplace_back(entity, label);
}

/// "flair" of "${flair}"; a text with such a thing in it and more besides is a fault.
std::string input_of(Source& source, ObjectReader& reader, const json::Member& field) {
  if (!field.value.is(json::Kind::string) || field.value.text().find("${") == std::string::npos) return "";
  const std::string text = field.value.text();
  const std::string name = text.starts_with("${") && text.ends_with("}") ? text.substr(2, text.size() - 3) : "";
  if (is_name(name, false)) return name;
  reader.error(
      source.place(field.value),
      "'metadata', '" + field.name + "': an input's file stands alone, as in \"${flair}\", found " + found_words(field.value));
  return "";
}

void read_metadata(Source& source, ObjectReader& reader, BidsName& name) {
  for (const json::Member& field : reader.members("metadata"))
    name.metadata.push_back({field.name, json::write_line(field.value), input_of(source, reader, field)});
}

}  // namespace

std::optional<BidsName> read_bids(Source& source, const json::Value& value, const std::string& what, BidsUse use) {
  ObjectReader reader(source, value, what);
  if (!value.is(json::Kind::object)) return std::nullopt;
  BidsName name;
  name.datatype = reader.text("datatype").value_or(name.datatype);
  const auto& datatypes = bids_datatypes();
  if (std::find(datatypes.begin(), datatypes.end(), name.datatype) == datatypes.end())
    reader.error(source.place(*value.find("datatype")),
                 "BIDS has no datatype '" + name.datatype + "'" + did_you_mean(name.datatype, datatypes));
  const auto suffix = reader.text("suffix");
  name.suffix = suffix.value_or("");
  if (!value.find("suffix")) reader.error(source.place(value), "'suffix' is missing; expected one such as \"FLAIR\" or \"mask\"");
  else if (suffix && !is_bids_label(*suffix))
    reader.error(source.place(*value.find("suffix")), "'suffix' takes letters and digits, found \"" + *suffix + "\"");
  for (const std::string& entity : bids_entities()) read_entity(source, reader, entity, use, name);
  if (use == BidsUse::written) read_metadata(source, reader, name);
  for (const char* given : {"sub", "ses"})
    if (const json::Value* taken = value.find(given); taken && reader.find(given))
      reader.error(source.place(*taken), std::string("'") + given + "' is given by the case");
  reader.finish();
  return name;
}

}  // namespace flowrun::spec
