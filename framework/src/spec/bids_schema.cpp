// Files of BIDS data sets.
#include "flowrun/host/bids.h"
#include "spec/schema_parts.h"

namespace flowrun::spec::schema {

Value bids_name(bool read) {
  const std::string label = "^[A-Za-z0-9][A-Za-z0-9+]*$";
  const char* folder = "Folder of the file in the session's";
  Value properties = object({
      {"suffix", with(typed("string", "FLAIR, T1w, mask"), object({{"pattern", label}}))},
      {"datatype", object({{"description", folder}, {"enum", bids_datatypes()}, {"default", "anat"}})},
  });
  Value types = list({"string", "integer"});
  if (read) types.push("null");
  for (const std::string& entity : bids_entities())
    properties.set(entity, object({{"type", types}, {"pattern", label}, {"minimum", 0}}));
  if (!read)
    properties.set("metadata", typed("object",
                                     "Fields of the JSON file beside an image, such as \"Type\": \"Lesion\"; \"${flair}\" "
                                     "names the file of an input"));
  const char* help = read ? "The file of a BIDS data set that the input takes; an entity that is null must not be there"
                          : "How the file is called when the cases come from a BIDS data set";
  return with(typed("object", help), closed_object(std::move(properties), {"suffix"}));
}

}  // namespace flowrun::spec::schema
