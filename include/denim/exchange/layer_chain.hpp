// SPDX-License-Identifier: MIT
#pragma once

// The way from a file of another framework to the type of a network: its layers one after the other, as Denim spells them.

#include <denim/exchange/spelled_network.hpp>
#include <denim/exchange/spelled_norm.hpp>
#include <denim/exchange/spelled_windows.hpp>
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
    using Windows = LayerWindows;

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
        const std::size_t channels = shape_.channels;
        shape_.channels = filters;
        push(word, std::move(parts), Takes::of_conv);
        if (word == std::string_view{"Conv"})
            of_last({{"weights", {windows.size[0], windows.size[1], channels / groups, filters}}}, "bias", bias);
        else
            of_last({{"0.weights", {windows.size[0], windows.size[1], channels}}, {"1.weights", {1, 1, channels, filters}}}, "1.bias", bias);
    }
    /// One filter for each channel.
    void depthwise_conv(const Windows& windows, bool bias) {
        push("DepthwiseConv", window_parts(windows, {1, 1}), Takes::of_conv);
        if (!bias) layers_.back().parts.push_back("NoBias");
        of_last({{"weights", {windows.size[0], windows.size[1], shape_.channels}}}, "bias", bias);
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
        const std::size_t inputs = shape_.size();
        shape_ = {1, 1, outputs};
        layers_.push_back({next(), "Dense", {std::to_string(outputs)}, Takes::of_dense});
        if (!bias) layers_.back().parts.push_back("NoBias");
        of_last({{"weights", {inputs, outputs}}}, "bias", bias);
    }
    /// One row of numbers. It is written once a layer asks for it (a Dense does not), or at once, for branches that share it.
    void flatten(bool at_once = false) {
        flattens_ = flattens_ || shape_.height * shape_.width != 1;
        shape_ = {1, 1, shape_.size()};
        if (at_once) settle();
    }
    /// A layer that keeps the shape.
    void layer(const std::string& word, std::vector<std::string> parts = {}) {
        push(word.c_str(), std::move(parts));
        for (const std::string& row : detail::parameter_of_word(word)) layers_.back().rows.push_back({row, {shape_.channels}});
    }
    /// One that gives another.
    void layer(const char* word, std::vector<std::string> parts, Shape gives) {
        push(word, std::move(parts));
        shape_ = gives;
    }
    void layer(detail::SpelledNorm norm) {
        push(norm.word.c_str(), std::move(norm.parts));
        for (const std::string& row : norm.rows) layers_.back().rows.push_back({row, {shape_.channels}});
    }
    void dropout() { layers_.push_back({next(), "Dropout"}); }
    /// Says which of the file's layers the last one is, if it has rows and that is not known yet; whether it was so.
    bool came_from(std::size_t source) {
        if (layers_.empty() || layers_.back().rows.empty() || layers_.back().source) return false;
        layers_.back().source = source;
        return true;
    }

    /// An activation under Keras's name: part of a convolution or dense layer in front of it, else (or where it has to stand
    /// apart, since others read what comes before it) a layer of its own.
    void activate(std::string_view name, bool apart = false) {
        if (name == "linear") return;
        const std::string word = detail::activation_word(name);
        if (word == "Softmax") settle();  // over the channels
        const Takes takes = layers_.empty() || apart ? Takes::nothing : layers_.back().takes;
        if (takes == Takes::nothing) {
            layers_.push_back({next(), "Activation", {word}});
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
        Layer residual = composition("Residual", a.layers_, common);
        if (common < b.layers_.size()) residual.children.push_back(composition("Shortcut", b.layers_, common));
        b.layers_.resize(common);
        b.layers_.push_back(std::move(residual));
        return b;
    }
    /// Their product: a Gate if one is the beginning of the other. What the longer branch gives has then the shape of the other, or is one
    /// number for each channel.
    static LayerChain product(LayerChain a, LayerChain b) {
        const std::size_t common = order_branches(a, b, "product");
        const bool gate = common == b.layers_.size();
        if (a.shape_ != b.shape_ && !(gate && a.shape_ == Shape{1, 1, b.shape_.channels}))
            throw std::invalid_argument("a product of two shapes has no spelling");
        Layer product = gate ? composition("Gate", a.layers_, common) : Layer{next(), "Product"};
        if (!gate) product.children = {detail::as_one(b.layers_, common), detail::as_one(a.layers_, common)};
        b.layers_.resize(common);
        b.layers_.push_back(std::move(product));
        return b;
    }
    /// Branches that begin as one, their channels one after the other: a Parallel; of neighbours that go on as one for longer a Parallel within it.
    static LayerChain concatenation(std::vector<LayerChain> branches) {
        for (LayerChain& branch : branches) branch.settle();
        LayerChain whole = branches[0];
        std::size_t common = whole.layers_.size();
        for (const LayerChain& branch : branches) {
            if (branch.shape_.height != whole.shape_.height || branch.shape_.width != whole.shape_.width)
                throw std::invalid_argument("branches whose pictures differ in size have no spelling");
            common = std::min(common, branch.layers_.size());
            while (common > 0 && branch.layers_[common - 1].number != whole.layers_[common - 1].number) --common;
        }
        branches = joined_neighbours(std::move(branches), common);
        if (branches.size() < 2 || branches.size() > 8)
            throw std::invalid_argument(detail::sentence("2 to 8 branches were expected, ", branches.size(), " came"));
        Layer parallel{next(), "Parallel"};
        std::size_t channels = 0;
        for (const LayerChain& branch : branches) {
            parallel.children.push_back(detail::as_one(branch.layers_, common));
            channels += branch.shape_.channels;
        }
        whole.layers_.resize(common);
        whole.layers_.push_back(std::move(parallel));
        whole.shape_.channels = channels;
        return whole;
    }

    /// All of them.
    [[nodiscard]] SpelledNetwork network() const {
        LayerChain settled = *this;
        settled.settle();
        if (settled.layers_.empty()) throw std::invalid_argument("there is no layer");
        return {picture_, std::move(settled.layers_)};
    }

private:
    using Layer = detail::SpelledLayer;
    using Takes = Layer::Takes;

    // Of branches whose first `common` layers are the same: neighbours that share the next one too are one branch, which parts later.
    static std::vector<LayerChain> joined_neighbours(std::vector<LayerChain> branches, std::size_t common) {
        std::vector<LayerChain> all;
        for (auto first = branches.begin(); first != branches.end();) {
            const auto begins_alike = [&](const LayerChain& other) {
                return other.layers_.size() > common && first->layers_.size() > common && other.layers_[common].number == first->layers_[common].number;
            };
            const auto end = std::find_if_not(first + 1, branches.end(), begins_alike);
            all.push_back(end - first == 1 ? std::move(*first) : concatenation({first, end}));
            first = end;
        }
        return all;
    }

    static std::size_t next() {
        static std::atomic<std::size_t> number = 0;
        return ++number;
    }
    void push(const char* word, std::vector<std::string> parts = {}, Takes takes = Takes::nothing) {
        settle();
        layers_.push_back({next(), word, std::move(parts), takes});
    }
    void of_last(std::vector<detail::SpelledRow> rows, const char* bias, bool has_bias) {
        layers_.back().rows = std::move(rows);
        if (has_bias) layers_.back().rows.push_back({bias, {layers_.back().rows.back().shape.back()}});
    }
    void settle() {
        if (std::exchange(flattens_, false)) layers_.push_back({next(), "Flatten"});
    }
    static Layer composition(const char* word, const std::vector<Layer>& layers, std::size_t first) {
        Layer whole{next(), word};
        whole.children.assign(layers.begin() + static_cast<std::ptrdiff_t>(first), layers.end());
        return whole;
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
    std::vector<std::string> window_parts(const Windows& windows, std::array<std::size_t, 2> step) {
        settle();
        return detail::window_parts(windows, step, shape_);
    }

    Shape picture_, shape_;
    bool flattens_ = false;  // a flatten that no layer asked for yet: shape_ says so already
    std::vector<Layer> layers_;
};

}  // namespace denim::inline DENIM_TARGET
