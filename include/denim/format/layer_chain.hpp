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
    /// Windows and steps of a convolution or pool, steps between taps; zeros at the top, left, bottom and right.
    struct Windows {
        std::array<std::size_t, 2> size{1, 1}, step{1, 1}, dilation{1, 1};
        bool same = false;  ///< zeros as Keras's "same" puts them, whatever `zeros` says
        std::array<std::size_t, 4> zeros{};
    };

    explicit LayerChain(Shape picture) : picture_(picture), shape_(picture) {}

    [[nodiscard]] Shape shape() const { return shape_; }

    void conv(const Windows& windows, std::size_t filters, bool bias, std::size_t groups = 1) {
        if (groups == 0 || shape_.channels % groups != 0 || filters % groups != 0)
            throw std::invalid_argument(
                detail::sentence(groups, " groups do not divide ", shape_.channels, " channels and ", filters, " filters"));
        std::vector<std::string> parts = window_parts(windows, 1);
        parts.insert(parts.begin() + 1, std::to_string(filters));
        if (groups != 1) parts.push_back("Groups<" + std::to_string(groups) + ">");
        if (!bias) parts.push_back("NoBias");
        shape_.channels = filters;
        layers_.push_back({next(), "Conv", std::move(parts), Takes::of_conv});
    }
    /// One filter for each channel.
    void depthwise_conv(const Windows& windows, bool bias) {
        layers_.push_back({next(), "DepthwiseConv", window_parts(windows, 1), Takes::of_conv});
        if (!bias) layers_.back().parts.push_back("NoBias");
    }
    /// `operation`: Max or Average.
    void pool(const char* operation, const Windows& windows) {
        const auto parts = window_parts(windows, windows.size[0]);
        if (operation == std::string_view{"Max"} && parts.size() == 1 && parts[0] == "2") return add_plain("MaxPool");
        layers_.push_back({next(), "Pool", {operation}, Takes::nothing});
        layers_.back().parts.insert(layers_.back().parts.end(), parts.begin(), parts.end());
    }
    void global_pool(const char* operation) {
        shape_ = {1, 1, shape_.channels};
        layers_.push_back({next(), "GlobalPool", {operation}, Takes::nothing});
    }
    void dense(std::size_t outputs, bool bias) {
        shape_ = {1, 1, outputs};
        layers_.push_back({next(), "Dense", {std::to_string(outputs)}, Takes::of_dense});
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
    void layer_norm() { add_plain("LayerNorm"); }
    void dropout() { add_plain("Dropout"); }

    /// An activation under Keras's name: part of a convolution or dense layer in front of it, else a layer of its own.
    void activate(std::string_view name) {
        if (name == "linear") return;
        const std::string word = activation_word(name);
        const Takes takes = layers_.empty() ? Takes::nothing : layers_.back().takes;
        if (takes == Takes::nothing) {
            layers_.push_back({next(), "Activation", {word}, Takes::nothing});
            return;
        }
        Layer& last = layers_.back();
        if (takes == Takes::of_dense || word != "ReLU") last.parts.push_back(word);
        last.takes = Takes::nothing;
        last.number = next();  // what branched off before it is another value
    }
    /// The sum of two branches of which one is the other's beginning: a Residual.
    static LayerChain sum(LayerChain a, LayerChain b) {
        if (a.layers_.size() < b.layers_.size()) std::swap(a, b);
        const auto begins = [](const Layer& one, const Layer& other) { return one.number == other.number; };
        if (!std::equal(b.layers_.begin(), b.layers_.end(), a.layers_.begin(), begins) || a.layers_.size() == b.layers_.size())
            throw std::invalid_argument("a sum of two branches that both have layers of their own has no spelling");
        if (a.shape_ != b.shape_) throw std::invalid_argument("a sum of two shapes has no spelling");
        b.layers_.push_back({next(), "Residual", {listed(a.layers_, b.layers_.size())}, Takes::nothing});
        return b;
    }
    /// Branches that begin as one, their channels one after the other: a Parallel.
    static LayerChain concatenation(const std::vector<LayerChain>& branches) {
        if (branches.size() < 2) throw std::invalid_argument("at least two branches were expected");
        LayerChain whole = branches[0];
        std::size_t common = whole.layers_.size();
        for (const LayerChain& branch : branches) {
            if (branch.shape_.height != whole.shape_.height || branch.shape_.width != whole.shape_.width)
                throw std::invalid_argument("branches whose pictures differ in size have no spelling");
            common = std::min(common, branch.layers_.size());
            while (common > 0 && branch.layers_[common - 1].number != whole.layers_[common - 1].number) --common;
        }
        Layer parallel{next(), "Parallel", {}, Takes::nothing};
        std::size_t channels = 0;
        for (const LayerChain& branch : branches) {
            const std::size_t own = branch.layers_.size() - common;
            if (own == 0) throw std::invalid_argument("a branch without layers of its own has no spelling");
            const std::string inner = listed(branch.layers_, common);
            parallel.parts.push_back(own == 1 ? inner : "Sequential<" + inner + ">");
            channels += branch.shape_.channels;
        }
        whole.layers_.resize(common);
        whole.layers_.push_back(std::move(parallel));
        whole.shape_.channels = channels;
        return whole;
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
    enum class Takes { nothing, of_conv, of_dense };  // an activation as an option, and whose default it has
    struct Layer {
        std::size_t number;  // alike in two chains for one and the same layer
        std::string word;
        std::vector<std::string> parts;
        Takes takes;
    };

    static std::size_t next() {
        static std::atomic<std::size_t> number = 0;
        return ++number;
    }
    void add_plain(const char* word) { layers_.push_back({next(), word, {}, Takes::nothing}); }

    static std::string activation_word(std::string_view name) {
        constexpr std::pair<std::string_view, std::string_view> words[]{{"relu", "ReLU"},
                                                                        {"elu", "ELU"},
                                                                        {"gelu", "GELU"},
                                                                        {"silu", "SiLU"},
                                                                        {"swish", "SiLU"},
                                                                        {"sigmoid", "Sigmoid"},
                                                                        {"tanh", "Tanh"},
                                                                        {"softmax", "Softmax"},
                                                                        {"hard_silu", "HardSwish"},
                                                                        {"hard_swish", "HardSwish"},
                                                                        {"leaky_relu of 0.3", "LeakyReLU"}};
        for (const auto& [theirs, ours] : words)
            if (theirs == name) return std::string{ours};
        throw std::invalid_argument("the activation " + detail::in_quotes(name) + " has no spelling");
    }
    // The layers from `first` on, with commas.
    static std::string listed(const std::vector<Layer>& layers, std::size_t first) {
        std::string list;
        for (std::size_t n = first; n < layers.size(); ++n) list += (list.empty() ? "" : ", ") + text(layers[n]);
        return list;
    }
    static std::string text(const Layer& layer) {
        if (layer.parts.empty()) return layer.word;
        std::string list;
        for (const std::string& part : layer.parts) list += (list.empty() ? "" : ", ") + part;
        return layer.word + '<' + list + (layer.takes == Takes::of_conv ? ", Linear>" : ">");
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
        if (windows.dilation[0] != windows.dilation[1] || windows.dilation[0] == 0)
            throw std::invalid_argument("windows dilated unevenly have no spelling");
        const std::size_t stride = windows.step[0], dilation = windows.dilation[0], spans = (height - 1) * dilation + 1;
        std::array<std::size_t, 4> same{};
        const std::array extents{shape_.height, shape_.width};
        for (std::size_t axis = 0; axis < 2; ++axis) {
            const std::size_t reach = ((extents[axis] + stride - 1) / stride - 1) * stride + spans;
            const std::size_t zeros = reach > extents[axis] ? reach - extents[axis] : 0;
            same[axis] = zeros / 2, same[2 + axis] = zeros - zeros / 2;
        }
        std::vector<std::string> parts{std::to_string(height)};
        const bool none = std::ranges::count(windows.zeros, std::size_t{0}) == 4;
        if (windows.same || (!none && windows.zeros == same)) {
            if (same != std::array<std::size_t, 4>{} || stride > 1) parts.push_back("Same");
            shape_ = {(shape_.height + stride - 1) / stride, (shape_.width + stride - 1) / stride, shape_.channels};
        } else if (none) {
            if (extents[0] < spans || extents[1] < spans) throw std::invalid_argument("a window is larger than its picture");
            shape_ = {(shape_.height - spans) / stride + 1, (shape_.width - spans) / stride + 1, shape_.channels};
        } else {
            throw std::invalid_argument(detail::sentence("zeros around a picture of ", to_string(shape_), ", ",
                                                         windows.zeros[0], " above, ", windows.zeros[1], " to the left, ",
                                                         windows.zeros[2], " below and ", windows.zeros[3],
                                                         " to the right, are neither Valid nor Same (which would be ", same[0],
                                                         ", ", same[1], ", ", same[2], ", ", same[3], ")"));
        }
        if (dilation != 1) parts.push_back("Dilation<" + std::to_string(dilation) + ">");
        if (stride != step) parts.push_back("Stride<" + std::to_string(stride) + ">");
        return parts;
    }

    Shape picture_, shape_;
    std::vector<Layer> layers_;
};

}  // namespace denim::inline DENIM_TARGET
