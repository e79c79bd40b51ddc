// SPDX-License-Identifier: MIT
#pragma once

// What the table of spellings says of ONNX, taken apart: "LeakyRelu(x, alpha: 0.3 else 0.01)".

#include <denim/exchange/onnx_graph.hpp>
#include <denim/machine/number_text.hpp>

#include <cctype>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace denim::inline DENIM_TARGET::detail {

/// A node with what it reads, or something that a node reads.
struct OnnxTerm {
    enum class Kind { value, number, parameter, node };
    struct Attribute {
        std::string name, number, otherwise;
    };

    Kind kind;
    std::string text;  ///< the number, the parameter's name, the node's type
    std::vector<OnnxTerm> inputs;
    std::vector<Attribute> attributes;

    explicit OnnxTerm(std::string_view from) : OnnxTerm(from, 0) {}

    /// Whether it is one node of the value, and of parameters.
    [[nodiscard]] bool flat() const {
        if (kind != Kind::node || inputs.empty() || inputs[0].kind != Kind::value) return false;
        for (std::size_t n = 1; n < inputs.size(); ++n)
            if (inputs[n].kind != Kind::parameter) return false;
        return true;
    }

private:
    // Each reads from `at` on, and leaves it where it ended.
    OnnxTerm(std::string_view from, std::size_t&& at) : OnnxTerm(from, at) {}
    OnnxTerm(std::string_view from, std::size_t& at) : kind(Kind::node), text(word(from, at)) {
        if (at == from.size() || from[at] != '(') {
            const bool letter = std::isalpha(static_cast<unsigned char>(text[0])) != 0;
            kind = text == "x" ? Kind::value : letter ? Kind::parameter : Kind::number;
            return;
        }
        while (from[at] != ')') {
            at = from.find_first_not_of("(, ", at);
            const std::size_t begin = at;
            std::string name = word(from, at);
            if (from[at] != ':') {
                at = begin;
                inputs.push_back(OnnxTerm{from, at});
                continue;
            }
            Attribute attribute{std::move(name), word(from, at += 2), {}};
            if (from.substr(at).starts_with(" else ")) attribute.otherwise = word(from, at += 6);
            attributes.push_back(std::move(attribute));
        }
        ++at;
    }
    static std::string word(std::string_view from, std::size_t& at) {
        const std::size_t begin = at;
        at = std::min(from.find_first_of("(),: ", at), from.size());
        return std::string{from.substr(begin, at - begin)};
    }
};

/// Adds the nodes of a term to a graph, and gives the name of what they give. `parameter` gives the name of a parameter's numbers.
inline std::string add_onnx_term(OnnxGraph& graph, const OnnxTerm& term, const std::string& x,
                                 const std::function<std::string(const std::string&)>& parameter = {}) {
    switch (term.kind) {
        case OnnxTerm::Kind::value: return x;
        case OnnxTerm::Kind::parameter: return parameter(term.text);
        case OnnxTerm::Kind::number: {
            const auto number = static_cast<float>(number_in(term.text));
            return graph.constant<float>("number", std::span{&number, 1}, {});
        }
        case OnnxTerm::Kind::node: break;
    }
    std::vector<std::string> inputs;
    for (const OnnxTerm& input : term.inputs) inputs.push_back(add_onnx_term(graph, input, x, parameter));
    std::vector<OnnxAttribute> attributes;
    for (const auto& [name, number, otherwise] : term.attributes)
        if (number.ends_with('i'))
            attributes.push_back({name, static_cast<std::int64_t>(number_in(number.substr(0, number.size() - 1)))});
        else
            attributes.push_back({name, static_cast<float>(number_in(number))});
    return graph.add(term.text, std::move(inputs), std::move(attributes));
}

}  // namespace denim::inline DENIM_TARGET::detail
