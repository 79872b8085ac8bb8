#include "common/torch/operator_list.h"

#include <algorithm>
#include <array>

namespace flowrun::tensor {
namespace {

template <std::size_t Count>
constexpr std::array<std::string_view, Count> sorted(std::array<std::string_view, Count> names) {
  std::sort(names.begin(), names.end());
  return names;
}

// clang-format off
/// Of PyTorch 1.13 to 2.x; each stands for its form that writes to its first tensor (relu_) as well.
constexpr auto kTensors = sorted(std::to_array<std::string_view>({
    "Bool", "Complex", "ComplexImplicit", "Delete", "Float", "FloatImplicit", "H", "Int", "IntImplicit", "ScalarImplicit", "Size", "T", "__and__",
    "__contains__", "__derive_index", "__getitem__", "__iand__", "__ilshift__", "__interpolate", "__ior__", "__irshift__", "__is__", "__isnot__",
    "__ixor__", "__lshift__", "__not__", "__or__", "__range_length", "__round_to_zero_floordiv", "__rshift__", "__upsample", "__upsample_bilinear",
    "__upsample_nearest", "__xor__", "_adaptive_avg_pool2d", "_adaptive_avg_pool3d", "_batch_norm_impl_index", "_cast_Byte", "_cast_Char",
    "_cast_Double", "_cast_Float", "_cast_Half", "_cast_Int", "_cast_Long", "_cast_Short", "_convolution", "_convolution_mode", "_dim_arange",
    "_infer_size", "_list_to_tensor", "_local_scalar_dense", "_log_softmax", "_native_multi_head_attention", "_nnpack_available", "_transformer_encoder_layer_fwd",
    "_pad_circular", "_pad_enum", "_prelu_kernel", "_reshape_from_tensor", "_scaled_dot_product_attention", "_set_item", "_shape_as_tensor",
    "_size_if_not_equal", "_softmax", "_stack", "_tensor_to_list", "_to_copy",
    "_trilinear", "_unique", "_unique2", "_unsafe_view", "_unwrap_optional", "_upsample_bicubic2d_aa", "_upsample_bilinear2d_aa",
    "_upsample_nearest_exact1d", "_upsample_nearest_exact2d", "_upsample_nearest_exact3d", "_weight_norm", "_weight_norm_interface", "abs",
    "absolute", "acos", "acosh", "adaptive_avg_pool1d", "adaptive_avg_pool2d", "adaptive_avg_pool3d", "adaptive_max_pool1d", "adaptive_max_pool2d",
    "adaptive_max_pool3d", "add", "addbmm", "addcdiv", "addcmul", "addmm", "addmv", "addr", "affine_grid_generator", "alias", "align_tensors", "all",
    "allclose", "alpha_dropout", "amax", "amin", "aminmax", "angle", "any", "append", "arange", "arccos", "arccosh", "arcsin", "arcsinh", "arctan",
    "arctan2", "arctanh", "argmax", "argmin", "argsort", "argwhere", "as_tensor", "asin", "asinh", "atan", "atan2", "atanh", "atleast_1d",
    "atleast_2d", "atleast_3d", "avg_pool1d", "avg_pool2d", "avg_pool3d", "baddbmm", "batch_norm", "bilinear", "binary_cross_entropy_with_logits",
    "bitwise_and", "bitwise_left_shift", "bitwise_not", "bitwise_or", "bitwise_right_shift", "bitwise_xor", "blackman_window", "bmm",
    "broadcast_tensors", "broadcast_to", "bucketize", "cat", "cdist", "ceil", "celu", "channel_shuffle", "chunk", "clamp", "clamp_max", "clamp_min",
    "clear", "clip", "clone", "col2im", "column_stack", "complex", "concat", "concatenate", "conj", "constant_pad_nd", "contiguous", "conv1d",
    "conv2d", "conv3d", "conv_depthwise3d", "conv_tbc", "conv_transpose1d", "conv_transpose2d", "conv_transpose3d", "convolution", "copy", "copysign",
    "cos", "cosh", "cosine_similarity", "count", "count_nonzero", "cpu", "cross", "cuda", "cummax", "cummin", "cumprod", "cumsum", "data", "deg2rad",
    "degrees", "dequantize", "det", "detach", "device", "diag", "diag_embed", "diagflat", "diagonal", "dict", "diff", "dim", "dist", "div", "divide",
    "divmod", "dot", "dropout", "dsplit", "dstack", "einsum", "element_size", "elu", "embedding", "endswith", "eq", "equal",
    "erf", "erfc", "erfinv", "exp", "exp2", "expand", "expand_as", "expm1", "extend", "eye", "fabs", "feature_alpha_dropout", "feature_dropout",
    "fft_fft", "fft_fft2", "fft_fftfreq", "fft_fftn", "fft_fftshift", "fft_ifft", "fft_ifft2", "fft_ifftn", "fft_ifftshift", "fft_irfft",
    "fft_irfft2", "fft_irfftn", "fft_rfft", "fft_rfft2", "fft_rfftfreq", "fft_rfftn", "fill", "fill_diagonal", "find", "fix", "flatten", "flip",
    "fliplr", "flipud", "float_power", "floor", "floor_divide", "floordiv", "fmax", "fmin", "fmod", "format", "frac", "frobenius_norm", "full",
    "full_like", "gamma", "gather", "ge", "gelu", "ger", "get", "get_device", "glu", "greater", "greater_equal", "grid_sampler", "grid_sampler_2d",
    "grid_sampler_3d", "group_norm", "gru", "gru_cell", "gt", "hamming_window", "hann_window", "hardshrink", "hardsigmoid", "hardswish", "hardtanh",
    "heaviside", "histc", "hsplit", "hstack", "hypot", "im2col", "imag", "index", "index_add", "index_copy", "index_fill", "index_put",
    "index_reduce", "index_select", "inner", "insert", "instance_norm", "int_repr", "inverse", "is_complex", "is_contiguous", "is_floating_point",
    "is_grad_enabled", "is_inference", "is_nonzero", "is_same_size", "is_scripting", "is_signed", "isclose", "isdigit", "isfinite", "isin", "isinf",
    "isnan", "isneginf", "isposinf", "isreal", "isspace", "item", "items", "keys", "kron", "kthvalue", "l1_loss", "layer_norm", "ldexp", "le",
    "leaky_relu", "len", "lerp", "less", "less_equal", "lgamma", "lift", "lift_fresh", "linalg_cross", "linalg_det", "linalg_inv", "linalg_matmul",
    "linalg_matrix_norm", "linalg_norm", "linalg_solve", "linalg_vector_norm", "linear", "linspace", "list", "log", "log10", "log1p", "log2",
    "log_sigmoid", "log_softmax", "logaddexp", "logaddexp2", "logcumsumexp", "logical_and", "logical_not", "logical_or", "logical_xor", "logit",
    "logspace", "logsumexp", "lower", "lstm", "lstm_cell", "lt", "mH", "mT", "masked_fill", "masked_scatter", "masked_select", "mathremainder",
    "matmul", "matrix_exp", "matrix_power", "max", "max_pool1d", "max_pool1d_with_indices", "max_pool2d", "max_pool2d_with_indices", "max_pool3d",
    "max_pool3d_with_indices", "max_unpool2d", "max_unpool3d", "maximum", "mean", "median", "meshgrid", "min", "minimum", "mish", "mm", "mode",
    "moveaxis", "movedim", "mse_loss", "msort", "mul", "multiply", "mv", "nan_to_num", "nanmean", "nanmedian", "nanquantile", "nansum", "narrow",
    "native_batch_norm", "native_channel_shuffle", "native_dropout", "native_group_norm", "native_layer_norm", "ne", "neg", "negative",
    "new_full", "new_ones", "new_zeros", "nonzero", "nonzero_numpy", "norm", "norm_except_dim", "not_equal", "nuclear_norm", "numel", "numpy_T",
    "one_hot", "ones", "ones_like", "ord", "outer", "pad", "pairwise_distance", "partition", "permute", "pixel_shuffle", "pixel_unshuffle", "polar",
    "pop", "positive", "pow", "prelu", "prod", "promote_types", "q_per_channel_axis", "q_per_channel_scales", "q_per_channel_zero_points", "q_scale",
    "q_zero_point", "qscheme", "quantile", "quantize_per_channel", "quantize_per_tensor", "quantize_per_tensor_dynamic", "quantized_batch_norm",
    "quantized_max_pool1d", "quantized_max_pool2d", "rad2deg", "radians", "ravel", "real", "reciprocal", "reflection_pad1d", "reflection_pad2d",
    "reflection_pad3d", "relu", "relu6", "remainder", "remove", "renorm", "repeat", "repeat_interleave", "replication_pad1d", "replication_pad2d",
    "replication_pad3d", "requires_grad", "reshape", "reshape_as", "resolve_conj", "resolve_neg", "result_type", "reverse", "rms_norm", "roll",
    "rot90", "round", "rrelu", "rsqrt", "rsub", "scalar_tensor", "scaled_dot_product_attention", "scatter", "scatter_add", "scatter_reduce",
    "searchsorted", "select", "select_scatter", "selu", "setdefault", "sgn", "sigmoid", "sign", "signbit", "silu", "sin", "sinc", "sinh", "size",
    "slice", "slice_scatter", "slow_conv3d", "smooth_l1_loss", "softmax", "softplus", "softshrink", "sort", "sorted", "special_erf", "special_erfc",
    "special_exp2", "special_expit", "special_expm1", "special_log1p", "special_log_softmax", "special_logit", "special_logsumexp", "special_ndtr",
    "special_round", "special_sinc", "special_softmax", "special_xlogy", "split", "split_with_sizes", "sqrt", "square", "squeeze", "stack",
    "startswith", "std", "std_mean", "str", "stride", "strip", "sub", "subtract", "sum", "sum_to_size", "swapaxes", "swapdims", "sym_numel",
    "sym_size", "sym_stride", "t", "take", "take_along_dim", "tan", "tanh", "tensor", "tensor_split", "tensordot", "thnn_conv2d", "threshold", "tile",
    "to", "topk", "trace", "transpose", "trapezoid", "trapz", "tril", "tril_indices", "triu", "triu_indices", "true_divide", "trunc", "type_as",
    "unbind", "unflatten", "unfold", "unique_consecutive", "unique_dim", "unsafe_chunk", "unsafe_split", "unsafe_split_with_sizes", "unsqueeze",
    "update", "upper", "upsample_bicubic2d", "upsample_bilinear2d", "upsample_linear1d", "upsample_nearest1d", "upsample_nearest2d",
    "upsample_nearest3d", "upsample_trilinear3d", "values", "var", "var_mean", "vdot", "view", "view_as", "view_as_complex", "view_as_real", "vsplit",
    "vstack", "warn", "where", "xlogy", "zero", "zeros", "zeros_like"}));

/// What the text of a method becomes.
constexpr auto kLanguage = sorted(std::to_array<std::string_view>({
    "Constant", "If", "Loop", "ListConstruct", "ListUnpack", "TupleConstruct", "TupleUnpack", "TupleIndex", "TupleSlice", "DictConstruct", "GetAttr",
    "SetAttr", "HasAttr", "CallMethod", "CallFunction", "CreateObject", "NumToTensor", "RaiseException", "unchecked_cast",
    "unchecked_unwrap_optional", "Uninitialized", "isinstance", "dtype", "device", "layout", "is_cuda", "is_cpu", "is_quantized", "is_sparse",
    "is_mkldnn", "is_meta", "is_mps", "is_nested", "is_vulkan", "is_xpu", "is_ort", "is_ipu", "is_sparse_csr", "requires_grad", "data", "min", "max",
    "abs", "rangelist", "StringIndex", "tolist", "ModuleContainerIndex", "EnumName", "EnumValue", "shape", "itemsize", "nbytes", "ndim", "name",
    "add_optional", "type", "T", "index", "ChunkSizes", "ConstantChunk"}));

constexpr auto kQuantised = sorted(std::to_array<std::string_view>({
    "add", "add_relu", "add_scalar", "add_scalar_relu", "batch_norm", "batch_norm1d", "batch_norm1d_relu", "batch_norm2d", "batch_norm2d_relu",
    "batch_norm3d", "batch_norm3d_relu", "batch_norm_relu", "cat", "cat_relu", "celu", "clamp", "conv1d", "conv1d_dynamic", "conv1d_prepack",
    "conv1d_relu", "conv1d_unpack", "conv2d", "conv2d_dilation", "conv2d_dynamic", "conv2d_groups", "conv2d_output_padding", "conv2d_padding",
    "conv2d_prepack", "conv2d_relu", "conv2d_stride", "conv2d_transpose", "conv2d_unpack", "conv3d", "conv3d_dilation", "conv3d_dynamic",
    "conv3d_groups", "conv3d_output_padding", "conv3d_padding", "conv3d_prepack", "conv3d_relu", "conv3d_stride", "conv3d_transpose", "conv3d_unpack",
    "conv_prepack", "conv_transpose1d", "conv_transpose1d_dynamic", "conv_transpose1d_prepack", "conv_transpose1d_unpack", "conv_transpose2d",
    "conv_transpose2d_dynamic", "conv_transpose2d_prepack", "conv_transpose2d_unpack", "conv_transpose3d", "conv_transpose3d_dynamic",
    "conv_transpose3d_prepack", "conv_transpose3d_unpack", "conv_unpack", "dropout", "elu", "group_norm", "hardswish", "instance_norm", "layer_norm",
    "leaky_relu", "linear", "linear_dynamic", "linear_dynamic_fp16", "linear_prepack", "linear_prepack_fp16", "linear_relu", "linear_relu_dynamic",
    "linear_relu_dynamic_fp16", "linear_unpack", "linear_unpack_fp16", "matmul", "max_pool1d", "max_pool2d", "mul", "mul_relu", "mul_scalar",
    "mul_scalar_relu", "prelu", "relu6", "sigmoid", "softmax", "threshold"}));

/// In their full names.
constexpr auto kLoading = sorted(std::to_array<std::string_view>({
    "aten::__getitem__", "aten::__is__", "aten::__isnot__", "aten::__not__", "aten::eq", "aten::format", "aten::ge", "aten::gt", "aten::le",
    "aten::len", "aten::lt", "aten::ne", "prim::CallFunction", "prim::CallMethod", "prim::Constant", "prim::GetAttr", "prim::If",
    "prim::ListConstruct", "prim::RaiseException", "prim::SetAttr", "prim::TupleConstruct", "prim::TupleIndex", "prim::TupleUnpack",
    "prim::Uninitialized", "prim::unchecked_cast", "prim::unchecked_unwrap_optional", "quantized::conv1d_prepack", "quantized::conv1d_unpack",
    "quantized::conv2d_prepack", "quantized::conv2d_unpack", "quantized::conv3d_prepack", "quantized::conv3d_unpack", "quantized::conv_prepack",
    "quantized::conv_transpose1d_prepack", "quantized::conv_transpose1d_unpack", "quantized::conv_transpose2d_prepack",
    "quantized::conv_transpose2d_unpack", "quantized::conv_transpose3d_prepack", "quantized::conv_transpose3d_unpack", "quantized::conv_unpack",
    "quantized::linear_prepack", "quantized::linear_prepack_fp16", "quantized::linear_unpack", "quantized::linear_unpack_fp16"}));
// clang-format on

template <std::size_t Count>
bool is_in(const std::array<std::string_view, Count>& names, std::string_view name) {
  return std::binary_search(names.begin(), names.end(), name);
}

struct Reason {
  std::string_view start, words;
};
/// By the beginning of the name.
constexpr std::array kReasons = std::to_array<Reason>({{"aten::save", "writes files"},
                                                       {"aten::from_file", "reads and writes files"},
                                                       {"prim::Print", "prints to the terminal"},
                                                       {"aten::rand", "makes random numbers, so that results could not be made again"},
                                                       {"aten::normal", "makes random numbers, so that results could not be made again"},
                                                       {"aten::uniform", "makes random numbers, so that results could not be made again"},
                                                       {"aten::bernoulli", "makes random numbers, so that results could not be made again"},
                                                       {"aten::multinomial", "makes random numbers, so that results could not be made again"},
                                                       {"aten::empty", "gives uninitialised memory, so that results would be left to chance"},
                                                       {"aten::new_empty", "gives uninitialised memory, so that results would be left to chance"},
                                                       {"aten::resize", "gives uninitialised memory, so that results would be left to chance"},
                                                       {"aten::manual_seed", "changes settings of the process"},
                                                       {"aten::set_grad_enabled", "changes settings of the process"},
                                                       {"prim::fork", "starts threads"},
                                                       {"aten::wait", "starts threads"},
                                                       {"prim::awaitable", "starts threads"},
                                                       {"prim::rpc", "calls other machines"},
                                                       {"prim::PythonOp", "runs Python"},
                                                       {"prim::Enter", "enters a context of LibTorch"},
                                                       {"prim::Exit", "enters a context of LibTorch"},
                                                       {"aten::as_strided", "makes tensors over memory that may not be theirs"},
                                                       {"aten::set_", "makes tensors over memory that may not be theirs"}});

}  // namespace

bool is_allowed_operator(std::string_view name) {
  if (name.starts_with("prim::")) return is_in(kLanguage, name.substr(6));
  if (name.starts_with("quantized::")) return is_in(kQuantised, name.substr(11));
  if (!name.starts_with("aten::")) return false;
  name.remove_prefix(6);
  return is_in(kTensors, name) || (name.ends_with('_') && is_in(kTensors, name.substr(0, name.size() - 1)));
}

bool is_allowed_while_loading(std::string_view name) { return is_in(kLoading, name); }

bool is_allowed_class(std::string_view name) {
  constexpr std::string_view kQuantisedClasses = "__torch__.torch.classes.quantized.";
  if (!name.starts_with(kQuantisedClasses)) return false;
  name.remove_prefix(kQuantisedClasses.size());
  return name == "LinearPackedParamsBase" || name == "Conv2dPackedParamsBase" || name == "Conv3dPackedParamsBase";
}

std::string why_refused(std::string_view name) {
  for (const auto& [start, words] : kReasons)
    if (name.starts_with(start)) return ", which " + std::string(words);
  return "";
}

}  // namespace flowrun::tensor
