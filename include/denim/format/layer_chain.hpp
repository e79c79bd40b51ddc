// SPDX-License-Identifier: MIT
#pragma once

// The way from a file of another framework to the type of a network: its layers one after the other, as Denim spells them.

#include <denim/machine/file_error.hpp>
#include <denim/tensor/shape.hpp>

#include <algorithm>
#include <array>
#include <atomic>
#include <cstddef>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace denim::inline DENIM_TARGET {

/// The layers between a picture and a value. What cannot be spelled throws std::invalid_argument with a sentence.
class LayerChain {
public:
    /// Windows and steps of a convolution or pool; zeros at the top, left, bottom and right.
    struct Windows {
        std::array<std::size_t, 2> size{1, 1}, step{1, 1};
        bool same = false;  ///< zeros as Keras's "same" puts them, whatever `zeros` says
        std::array<std::size_t, 4> zeros{};
    };

    explicit LayerChain(Shape picture) : picture_(picture), shape_(picture) {}

    [[nodiscard]] Shape shape() const { return shape_; }

    void conv(const Windows& windows, std::size_t filters, bool bias) {
        std::vector<std::string> parts = window_parts(windows, 1);
        parts.insert(parts.begin() + 1, std::to_string(filters));
        if (!bias) parts.push_back("NoBias");
        shape_.channels = filters;
        layers_.push_back({next(), "Conv", std::move(parts), Activation::of_conv});
    }
    void max_pool(const Windows& windows) {
        const auto parts = window_parts(windows, windows.size[0]);
        if (std::ranges::find(parts, "Same") != parts.end())
            throw std::invalid_argument("pools whose windows leave the picture have no spelling");
        if (parts.size() == 1 && parts[0] == "2") return add_plain("MaxPool");
        layers_.push_back({next(), "Pool", {"Max"}, Activation::none});
        layers_.back().parts.insert(layers_.back().parts.end(), parts.begin(), parts.end());
    }
    void dense(std::size_t outputs, bool bias) {
        shape_ = {1, 1, outputs};
        layers_.push_back({next(), "Dense", {std::to_string(outputs)}, Activation::of_dense});
        if (!bias) layers_.back().parts.push_back("NoBias");
    }
    /// The bias of a layer that was told to have none: a sum of its own in the file.
    void add_bias() {
        if (layers_.empty() || std::erase(layers_.back().parts, "NoBias") == 0)
            throw std::invalid_argument(
                "a sum with numbers that does not follow a convolution or a dense layer has no spelling");
        layers_.back().number = next();
    }
    void flatten() { shape_ = {1, 1, shape_.size()}; }
    void batch_norm() { add_plain("BatchNorm"); }
    void dropout() { add_plain("Dropout"); }

    /// An activation: part of the layer in front of it.
    void activate(std::string_view name) {
        if (name == "linear") return;
        if (name != "relu") throw std::invalid_argument("the activation " + detail::in_quotes(name) + " has no spelling");
        if (layers_.empty() || layers_.back().activation == Activation::none)
            throw std::invalid_argument("an activation that does not follow a convolution or a dense layer has no spelling");
        Layer& last = layers_.back();
        if (last.activation == Activation::of_dense) last.parts.push_back("ReLU");
        last.activation = Activation::none;
        last.number = next();  // what branched off before it is another value
    }
    /// The sum of two branches of which one is the other's beginning: a Residual.
    static LayerChain sum(LayerChain a, LayerChain b) {
        if (a.layers_.size() < b.layers_.size()) std::swap(a, b);
        const auto begins = [](const Layer& one, const Layer& other) { return one.number == other.number; };
        if (!std::equal(b.layers_.begin(), b.layers_.end(), a.layers_.begin(), begins) || a.layers_.size() == b.layers_.size())
            throw std::invalid_argument("a sum of two branches that both have layers of their own has no spelling");
        if (a.shape_ != b.shape_) throw std::invalid_argument("a sum of two shapes has no spelling");
        std::string inner;
        for (std::size_t n = b.layers_.size(); n < a.layers_.size(); ++n)
            inner += (inner.empty() ? "" : ", ") + text(a.layers_[n]);
        b.layers_.push_back({next(), "Residual", {inner}, Activation::none});
        return b;
    }

    /// "using NAME = denim::Network<...>;", a line for each layer.
    [[nodiscard]] std::string spelling(const std::string& name) const {
        if (layers_.empty()) throw std::invalid_argument("there is no layer");
        std::string lines = "using " + name + " = denim::Network<denim::Image<" + std::to_string(picture_.height) + ", " +
                            std::to_string(picture_.width) + ", " + std::to_string(picture_.channels) + ">, denim::Sequential<";
        for (const Layer& layer : layers_) lines += (&layer == layers_.data() ? "\n    " : ",\n    ") + qualified(text(layer));
        return lines + ">>;\n";
    }

private:
    enum class Activation { none, of_conv, of_dense };  // which the layer may still take
    struct Layer {
        std::size_t number;  // alike in two chains for one and the same layer
        std::string word;
        std::vector<std::string> parts;
        Activation activation;
    };

    static std::size_t next() {
        static std::atomic<std::size_t> number = 0;
        return ++number;
    }
    void add_plain(const char* word) { layers_.push_back({next(), word, {}, Activation::none}); }

    static std::string text(const Layer& layer) {
        if (layer.parts.empty()) return layer.word;
        std::string list;
        for (const std::string& part : layer.parts) list += (list.empty() ? "" : ", ") + part;
        return layer.word + '<' + list + (layer.activation == Activation::of_conv ? ", Linear>" : ">");
    }
    // Every word of ours with its namespace in front.
    static std::string qualified(const std::string& text) {
        std::string result;
        for (std::size_t at = 0; at < text.size(); ++at) {
            const bool begins = text[at] >= 'A' && text[at] <= 'Z' && (at == 0 || text[at - 1] == ' ' || text[at - 1] == '<');
            result += begins ? std::string{"denim::"} + text[at] : std::string{text[at]};
        }
        return result;
    }

    // The window and its options, and what it makes of rows and columns. `step` is what no Stride stands for.
    std::vector<std::string> window_parts(const Windows& windows, std::size_t step) {
        const auto [height, width] = windows.size;
        if (height != width || windows.step[0] != windows.step[1] || height == 0 || windows.step[0] == 0)
            throw std::invalid_argument("windows and steps that are not square have no spelling");
        const std::size_t stride = windows.step[0];
        std::array<std::size_t, 4> same{};
        const std::array extents{shape_.height, shape_.width};
        for (std::size_t axis = 0; axis < 2; ++axis) {
            const std::size_t reach = ((extents[axis] + stride - 1) / stride - 1) * stride + height;
            const std::size_t zeros = reach > extents[axis] ? reach - extents[axis] : 0;
            same[axis] = zeros / 2, same[2 + axis] = zeros - zeros / 2;
        }
        std::vector<std::string> parts{std::to_string(height)};
        const bool none = std::ranges::count(windows.zeros, std::size_t{0}) == 4;
        if (windows.same || (!none && windows.zeros == same)) {
            if (same != std::array<std::size_t, 4>{} || stride > 1) parts.push_back("Same");
            shape_ = {(shape_.height + stride - 1) / stride, (shape_.width + stride - 1) / stride, shape_.channels};
        } else if (none) {
            if (extents[0] < height || extents[1] < height) throw std::invalid_argument("a window is larger than its picture");
            shape_ = {(shape_.height - height) / stride + 1, (shape_.width - height) / stride + 1, shape_.channels};
        } else {
            throw std::invalid_argument(detail::sentence("zeros around a picture of ", to_string(shape_), ", ",
                                                         windows.zeros[0], " above, ", windows.zeros[1], " to the left, ",
                                                         windows.zeros[2], " below and ", windows.zeros[3],
                                                         " to the right, are neither Valid nor Same (which would be ", same[0],
                                                         ", ", same[1], ", ", same[2], ", ", same[3], ")"));
        }
        if (stride != step) parts.push_back("Stride<" + std::to_string(stride) + ">");
        return parts;
    }

    Shape picture_, shape_;
    std::vector<Layer> layers_;
};

}  // namespace denim::inline DENIM_TARGET
