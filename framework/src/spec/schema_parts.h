// Pieces of the JSON Schema of graph files.
#pragma once

#include <initializer_list>
#include <string>
#include <string_view>

#include "flowrun/host/registry.h"
#include "json/json.h"

namespace flowrun::spec::schema {

using json::Value;

inline const std::string kName = "[A-Za-z_][A-Za-z0-9_]*";
inline const std::string kNodeName = "[A-Za-z_][A-Za-z0-9_-]*";
inline const std::string kPayloadMark = "/";  // in a payload's name, and in no word for a type

Value object(std::initializer_list<std::pair<std::string, Value>> members);
Value list(std::initializer_list<Value> items);
Value ref_to(std::string_view definition);                  ///< { "$ref": "#/definitions/..." }
Value typed(std::string_view type, std::string_view help);  ///< { "description": ..., "type": ... }
Value number(double value);                                 ///< whole ones as integers
/// The first object with the members of the second added or put in the place of its own.
Value with(Value first, const Value& second);
/// An object with these members and x-* and no others.
Value closed_object(Value properties, const std::vector<std::string>& required);
/// An object whose members' names are the writer's own.
Value by_name(std::string_view help, const std::string& name, Value member);
/// { "if": the member `type` matches `condition`, "then": then }
Value if_type(Value condition, Value then);
/// A value in a graph whose type is not known: anything but null and an object.
Value any_value();

/// The values that a node's parameter takes, "${name}" among them, with its help.
Value param_value(const ParamSpec& spec);
/// The words for the types of parameters.
Value type_words();
/// A graph parameter's description, or that of an input of a case, which may take files of a BIDS data set.
Value value_spec(bool of_case);
/// What says of one file how it is called in a BIDS data set. `read`: entities may be null, which must not be there.
Value bids_name(bool read);
/// A node's `when`: one condition or a list of them.
Value conditions();
/// Texts in which ${case} and ${out} are known, or not yet.
Value text_form(bool per_case);

/// The inputs, parameters and run options of one node type.
Value node_type(const RegisteredType& known);
/// A graph used as a node, of whose inputs and parameters nothing is known here.
Value subgraph();
/// Any node: its type, and by that type the rest.
Value node(const Registry& registry);

/// The text of a schema, laid out as graphs are.
std::string text_of(const Value& schema);

}  // namespace flowrun::spec::schema
