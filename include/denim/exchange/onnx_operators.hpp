// SPDX-License-Identifier: MIT
#pragma once

// The table of ONNX's nodes and what reads each.

#include <denim/exchange/onnx_dense.hpp>
#include <denim/exchange/onnx_layout.hpp>
#include <denim/exchange/onnx_pointwise.hpp>

#include <algorithm>
#include <map>
#include <string_view>

namespace denim::inline DENIM_TARGET::detail {

using OnnxOperator = void (*)(OnnxBuilder&, const OnnxNode&);

/// What reads a node of this type whose input comes from the picture; nothing if Denim has no layer for it.
inline OnnxOperator onnx_operator_of(std::string_view type) {
    static const std::map<std::string_view, OnnxOperator> operators{{"Conv", read_conv},
                                                                    {"MaxPool", read_pool},
                                                                    {"AveragePool", read_pool},
                                                                    {"GlobalMaxPool", read_global_pool},
                                                                    {"GlobalAveragePool", read_global_pool},
                                                                    {"ReduceMax", read_reduction},
                                                                    {"ReduceMean", read_reduction},
                                                                    {"Gemm", read_gemm},
                                                                    {"MatMul", read_matmul},
                                                                    {"BatchNormalization", read_batch_norm},
                                                                    {"LayerNormalization", read_layer_norm},
                                                                    {"InstanceNormalization", read_instance_norm},
                                                                    {"LRN", read_local_response_norm},
                                                                    {"Gelu", read_activation},
                                                                    {"Swish", read_activation},
                                                                    {"Mish", read_activation},
                                                                    {"Softmax", read_softmax},
                                                                    {"LogSoftmax", read_softmax},
                                                                    {"Sigmoid", read_function},
                                                                    {"Erf", read_function},
                                                                    {"Tanh", read_function},
                                                                    {"Softplus", read_function},
                                                                    {"HardSigmoid", read_function},
                                                                    {"Clip", read_function},
                                                                    {"Add", read_arithmetic},
                                                                    {"Sub", read_arithmetic},
                                                                    {"Mul", read_arithmetic},
                                                                    {"Div", read_arithmetic},
                                                                    {"Sum", read_arithmetic},
                                                                    {"Concat", read_concatenation},
                                                                    {"Split", read_split},
                                                                    {"Transpose", read_transpose},
                                                                    {"Reshape", read_reshape},
                                                                    {"Flatten", read_flatten},
                                                                    {"Squeeze", read_squeeze},
                                                                    {"Unsqueeze", read_unsqueeze},
                                                                    {"Identity", read_identity},
                                                                    {"Cast", read_cast},
                                                                    {"Dropout", read_dropout},
                                                                    {"Pad", read_pad},
                                                                    {"Slice", read_slice}};
    if (const auto found = operators.find(type); found != operators.end()) return found->second;
    const bool in_table = std::ranges::any_of(spelling_table, [&](const SpellingRow& row) {
        const OnnxTerm term{row.onnx};
        return term.text == type && term.flat();
    });
    return in_table ? read_row : nullptr;
}

}  // namespace denim::inline DENIM_TARGET::detail
