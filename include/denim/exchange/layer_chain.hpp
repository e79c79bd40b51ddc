// SPDX-License-Identifier: MIT
#pragma once

// The way from a file of another framework to the type of a network: its layers one after the other, as Denim spells them.

#include <denim/exchange/spelled_layer.hpp>
#include <denim/exchange/spelled_norm.hpp>
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
    /// Windows and steps of a convolution or pool, steps between taps, each of rows and columns; zeros at the top, left, bottom and right.
    struct Windows {
        std::array<std::size_t, 2> size{1, 1}, step{1, 1}, dilation{1, 1};
        bool same = false;  ///< zeros as Keras's "same" puts them, whatever `zeros` says
        std::array<std::size_t, 4> zeros{};
        bool counts_padding = false;  ///< of a mean: the zeros count
    };

    explicit LayerChain(Shape picture) : picture_(picture), shape_(picture) {}

    [[nodiscard]] Shape shape() const { return shape_; }

    /// `word`: Conv or SeparableConv.
    void conv(const Windows& windows, std::size_t filters, bool bias, std::size_t groups = 1, const char* word = "Conv") {
        if (groups == 0 || shape_.channels % groups != 0 || filters % groups != 0)
            throw std::invalid_argument(
                detail::sentence(groups, " groups do not divide ", shape_.channels, " channels and ", filters, " filters"));
        std::vector<std::string> parts = window_parts(windows, {1, 1});
        parts.insert(parts.begin() + 1, std::to_string(filters));
        if (groups != 1) parts.push_back("Groups<" + std::to_string(groups) + ">");
        if (!bias) parts.push_back("NoBias");
        shape_.channels = filters;
        push(word, std::move(parts), Takes::of_conv);
    }
    /// One filter for each channel.
    void depthwise_conv(const Windows& windows, bool bias) {
        push("DepthwiseConv", window_parts(windows, {1, 1}), Takes::of_conv);
        if (!bias) layers_.back().parts.push_back("NoBias");
    }
    /// `operation`: Max or Average.
    void pool(const char* operation, const Windows& windows) {
        auto parts = window_parts(windows, windows.size);
        for (std::size_t axis = 0; axis < 2; ++axis)
            if (windows.dilation[axis] != 1 && windows.size[axis] > 1) throw std::invalid_argument("a dilated pool has no spelling");
        if (operation == std::string_view{"Max"} && parts.size() == 1 && parts[0] == "2") return push("MaxPool");
        parts.insert(parts.begin(), operation);
        if (windows.counts_padding) parts.push_back("CountPadding");
        push("Pool", std::move(parts));
    }
    void global_pool(const char* operation) {
        settle();
        shape_ = {1, 1, shape_.channels};
        push("GlobalPool", {operation});
    }
    void dense(std::size_t outputs, bool bias) {
        flattens_ = false;  // it does so by itself
        shape_ = {1, 1, outputs};
        layers_.push_back({next(), "Dense", {std::to_string(outputs)}, Takes::of_dense});
        if (!bias) layers_.back().parts.push_back("NoBias");
    }
    /// One row of numbers. It is written once a layer asks for it (a Dense does not), or at once, for branches that share it.
    void flatten(bool at_once = false) {
        flattens_ = flattens_ || shape_.height * shape_.width != 1;
        shape_ = {1, 1, shape_.size()};
        if (at_once) settle();
    }
    /// A layer that keeps the shape.
    void layer(const std::string& word, std::vector<std::string> parts = {}) { push(word.c_str(), std::move(parts)); }
    /// One that gives another.
    void layer(const char* word, std::vector<std::string> parts, Shape gives) {
        push(word, std::move(parts));
        shape_ = gives;
    }
    void layer(detail::SpelledNorm norm) { push(norm.word.c_str(), std::move(norm.parts)); }
    void dropout() { layers_.push_back({next(), "Dropout", {}, Takes::nothing}); }

    /// An activation under Keras's name: part of a convolution or dense layer in front of it, else (or where it has to stand
    /// apart, since others read what comes before it) a layer of its own.
    void activate(std::string_view name, bool apart = false) {
        if (name == "linear") return;
        const std::string word = detail::activation_word(name);
        if (word == "Softmax") settle();  // over the channels
        const Takes takes = layers_.empty() || apart ? Takes::nothing : layers_.back().takes;
        if (takes == Takes::nothing) {
            layers_.push_back({next(), "Activation", {word}, Takes::nothing});
            return;
        }
        Layer& last = layers_.back();
        if (takes == Takes::of_dense || word != "ReLU") last.parts.push_back(word);
        last.takes = Takes::nothing;
        last.number = next();  // what branched off before it is another value
    }
    /// The sum of two branches that begin as one: a Residual, with a Shortcut if both have layers of their own.
    static LayerChain sum(LayerChain a, LayerChain b) {
        const std::size_t common = order_branches(a, b, "sum");
        if (a.shape_ != b.shape_) throw std::invalid_argument("a sum of two shapes has no spelling");
        std::vector<std::string> parts{detail::listed(a.layers_, common)};
        if (common < b.layers_.size()) parts.push_back("Shortcut<" + detail::listed(b.layers_, common) + ">");
        b.layers_.resize(common);
        b.push("Residual", std::move(parts));
        return b;
    }
    /// Their product: a Gate if one is the beginning of the other. What the longer branch gives has then the shape of the other, or is one
    /// number for each channel.
    static LayerChain product(LayerChain a, LayerChain b) {
        const std::size_t common = order_branches(a, b, "product");
        const bool gate = common == b.layers_.size();
        if (a.shape_ != b.shape_ && !(gate && a.shape_ == Shape{1, 1, b.shape_.channels}))
            throw std::invalid_argument("a product of two shapes has no spelling");
        const auto own = [&](const LayerChain& chain) {
            const std::string list = detail::listed(chain.layers_, common);
            return chain.layers_.size() == common + 1 ? list : "Sequential<" + list + ">";
        };
        std::vector<std::string> parts = gate ? std::vector{detail::listed(a.layers_, common)} : std::vector{own(b), own(a)};
        b.layers_.resize(common);
        b.push(gate ? "Gate" : "Product", std::move(parts));
        return b;
    }
    /// Branches that begin as one, their channels one after the other: a Parallel.
    static LayerChain concatenation(std::vector<LayerChain> branches) {
        if (branches.size() < 2 || branches.size() > 8)
            throw std::invalid_argument(detail::sentence("2 to 8 branches were expected, ", branches.size(), " came"));
        for (LayerChain& branch : branches) branch.settle();
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
            const std::string inner = detail::listed(branch.layers_, common);
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
        if (!detail::is_identifier(name)) throw std::invalid_argument(detail::in_quotes(name) + " is no name of a type in C++");
        if (flattens_) {
            LayerChain settled = *this;
            settled.settle();
            return settled.spelling(name);
        }
        if (layers_.empty()) throw std::invalid_argument("there is no layer");
        const std::string input = picture_.vector() ? detail::sentence("Input<", picture_.channels)
                                                    : detail::sentence("Image<", picture_.height, ", ", picture_.width, ", ", picture_.channels);
        std::string lines = "using " + name + " = denim::Network<denim::" + input + ">, denim::Sequential<";
        for (const Layer& layer : layers_) lines += (&layer == layers_.data() ? "\n    " : ",\n    ") + detail::qualified(detail::text(layer));
        return lines + ">>;\n";
    }

private:
    using Layer = detail::SpelledLayer;
    using Takes = Layer::Takes;

    static std::size_t next() {
        static std::atomic<std::size_t> number = 0;
        return ++number;
    }
    void push(const char* word, std::vector<std::string> parts = {}, Takes takes = Takes::nothing) {
        settle();
        layers_.push_back({next(), word, std::move(parts), takes});
    }
    void settle() {
        if (std::exchange(flattens_, false)) layers_.push_back({next(), "Flatten", {}, Takes::nothing});
    }
    // So that the second has no more layers than the first; how many they have in common.
    static std::size_t order_branches(LayerChain& a, LayerChain& b, const char* join) {
        a.settle(), b.settle();
        if (a.layers_.size() < b.layers_.size()) std::swap(a, b);
        std::size_t common = 0;
        while (common < b.layers_.size() && a.layers_[common].number == b.layers_[common].number) ++common;
        if (common == a.layers_.size()) throw std::invalid_argument(detail::sentence("a ", join, " of a value with itself has no spelling"));
        return common;
    }
    // The window and its options, and what it makes of rows and columns. `step` is what no Stride stands for.
    std::vector<std::string> window_parts(const Windows& windows, std::array<std::size_t, 2> step) {
        settle();
        const std::array extents{shape_.height, shape_.width};
        std::array<std::size_t, 2> dilation{}, spans{}, counts{};
        std::array<std::size_t, 4> same{};
        for (std::size_t axis = 0; axis < 2; ++axis) {
            const std::size_t stride = windows.step[axis];
            if (windows.size[axis] == 0 || stride == 0 || windows.dilation[axis] == 0)
                throw std::invalid_argument("windows, steps and dilations of at least 1 were expected");
            dilation[axis] = windows.size[axis] > 1 ? windows.dilation[axis] : 1;
            if (stride > 1 && dilation[axis] > 1)
                throw std::invalid_argument("steps of more than 1 together with a dilation have no spelling");
            spans[axis] = (windows.size[axis] - 1) * dilation[axis] + 1;
            counts[axis] = (extents[axis] + stride - 1) / stride;
            const std::size_t reach = (counts[axis] - 1) * stride + spans[axis], zeros = reach > extents[axis] ? reach - extents[axis] : 0;
            same[axis] = zeros / 2, same[2 + axis] = zeros - zeros / 2;
        }
        const std::string size = detail::numbers_text(windows.size);
        std::vector<std::string> parts{windows.size[0] == windows.size[1] ? size : "Window<" + size + ">"};
        const bool none = std::ranges::count(windows.zeros, std::size_t{0}) == 4;
        if (windows.same || (!none && !windows.counts_padding && windows.zeros == same)) {
            if (same != std::array<std::size_t, 4>{} || windows.step != std::array<std::size_t, 2>{1, 1}) parts.push_back("Same");
        } else {
            std::array<bool, 2> all_alike{};  // as many zeros behind as in front change nothing: no window is more
            for (std::size_t axis = 0; axis < 2; ++axis) {
                const std::size_t front = windows.zeros[axis], padded = extents[axis] + front + windows.zeros[2 + axis], stride = windows.step[axis];
                if (padded < spans[axis]) throw std::invalid_argument("a window is larger than its picture");
                if (front >= spans[axis] || windows.zeros[2 + axis] >= spans[axis])
                    throw std::invalid_argument("windows outside the picture have no spelling");
                counts[axis] = (padded - spans[axis]) / stride + 1;
                all_alike[axis] = front == windows.zeros[0] && (extents[axis] + 2 * front - spans[axis]) / stride + 1 == counts[axis] &&
                                  extents[axis] + 2 * front >= spans[axis] && (!windows.counts_padding || front == windows.zeros[2 + axis]);
            }
            if (!none) parts.push_back(all_alike[0] && all_alike[1]
                                           ? detail::sentence("Padding<", windows.zeros[0], ">")
                                           : "Padding<" + detail::edges_text(windows.zeros) + ">");
        }
        shape_ = {counts[0], counts[1], shape_.channels};
        if (dilation != std::array<std::size_t, 2>{1, 1}) parts.push_back("Dilation<" + detail::numbers_text(dilation) + ">");
        if (windows.step != step) parts.push_back("Stride<" + detail::numbers_text(windows.step) + ">");
        return parts;
    }

    Shape picture_, shape_;
    bool flattens_ = false;  // a flatten that no layer asked for yet: shape_ says so already
    std::vector<Layer> layers_;
};

}  // namespace denim::inline DENIM_TARGET
