#pragma once

#include <string>
#include <string_view>

namespace flowrun::tensor {

/// Whether a model may use the operator, "aten::conv3d": arithmetic on tensors, shapes, lists and texts, control flow, network
/// layers. Not on the list, and so refused: files, printing, threads, other machines, random numbers, settings of the process,
/// tensors over memory that is not theirs, and every operator that was not reviewed.
bool is_allowed_operator(std::string_view name);

/// Whether it may be used while a model is loaded, by a method that sets up an object: what PyTorch's quantised layers do.
bool is_allowed_while_loading(std::string_view name);

/// Whether a model may have the class "__torch__.torch.classes.quantized.Conv3dPackedParamsBase": weights of quantised layers.
bool is_allowed_class(std::string_view name);

/// Why an operator is not on the list, where that is known: ", which writes files"; else empty.
std::string why_refused(std::string_view name);

}  // namespace flowrun::tensor
