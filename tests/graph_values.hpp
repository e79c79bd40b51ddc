// SPDX-License-Identifier: MIT
#pragma once

#include <denim/exchange/layer_graph.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <map>
#include <numbers>
#include <span>
#include <stdexcept>
#include <string>
#include <vector>

/// What a layer graph makes of one picture (H, W, C), by the definition of each layer and in double precision; it shares no code
/// with the kernels, and needs no network to be compiled.
class GraphValues {
public:
    using Numbers = std::vector<double>;

    explicit GraphValues(const denim::LayerGraph& graph) : graph_(graph) {
        for (const denim::GraphLayer& layer : graph.layers) {
            weights_.emplace_back();
            for (const denim::GraphWeights& weights : layer.weights) {
                const std::vector<float> numbers = weights.numbers();
                weights_.back().emplace_back(numbers.begin(), numbers.end());
            }
        }
    }
    [[nodiscard]] Numbers operator()(std::span<const float> picture) const {
        std::vector<Numbers> values{Numbers(picture.begin(), picture.end())};
        for (std::size_t n = 0; n < graph_.layers.size(); ++n) values.push_back(compute(n, values));
        return values[graph_.result];
    }

private:
    using Kind = denim::GraphLayer::Kind;

    // "Rescale<2, -1>" or "Normalise<Mean<1, 2>, Deviation<3>>" of a number of a channel.
    [[nodiscard]] static double rescaled(const std::string& word, double x, std::size_t channel) {
        const auto list = [&](const std::string& begin) {
            Numbers numbers;
            std::size_t at = word.find(begin) + begin.size();
            for (; word[at - 1] != '>'; at = word.find_first_of(",>", at) + 1) numbers.push_back(std::stod(word.substr(at)));
            return numbers;
        };
        const auto of_channel = [&](const Numbers& numbers) { return numbers.at(numbers.size() == 1 ? 0 : channel); };
        if (word.starts_with("Rescale<")) {
            const Numbers line = list("Rescale<");
            return line.at(0) * x + (line.size() > 1 ? line[1] : 0);
        }
        return (x - of_channel(list("Mean<"))) / of_channel(list("Deviation<"));
    }

    [[nodiscard]] Numbers compute(std::size_t number, const std::vector<Numbers>& values) const {
        const denim::GraphLayer& layer = graph_.layers[number];
        const std::vector<Numbers>& weights = weights_[number];
        const denim::Shape in = graph_.shape(layer.inputs[0]), out = layer.output;
        const Numbers& x = values[layer.inputs[0]];
        Numbers y(out.size(), 0.0);
        const auto each_pixel = [&](auto act) {
            for (std::size_t at = 0; at < in.size(); at += in.channels) act(at);
        };
        switch (layer.kind) {
            case Kind::conv:
            case Kind::pool:
                over_windows(layer, in, x, weights, y);
                return y;
            case Kind::global_pool:
                for (std::size_t c = 0; c < in.channels; ++c) y[c] = layer.word == "Max" ? x[c] : 0.0;
                each_pixel([&](std::size_t at) {
                    for (std::size_t c = 0; c < in.channels; ++c)
                        y[c] = layer.word == "Max" ? std::max(y[c], x[at + c]) : y[c] + x[at + c] / static_cast<double>(in.height * in.width);
                });
                return y;
            case Kind::dense:
                for (std::size_t o = 0; o < out.channels; ++o) {
                    y[o] = layer.bias ? weights.at(1).at(o) : 0.0;
                    for (std::size_t i = 0; i < x.size(); ++i) y[o] += x[i] * weights.at(0).at(i * out.channels + o);
                }
                return y;
            case Kind::batch_norm:
                for (std::size_t n = 0; n < y.size(); ++n) {
                    const std::size_t c = n % in.channels;
                    y[n] = (x[n] - weights.at(2).at(c)) / std::sqrt(weights.at(3).at(c) + layer.epsilon) * weights.at(0).at(c) + weights.at(1).at(c);
                }
                return y;
            case Kind::layer_norm:
                each_pixel([&](std::size_t at) {
                    double mean = 0, squares = 0;
                    for (std::size_t c = 0; c < in.channels; ++c) mean += x[at + c] / static_cast<double>(in.channels);
                    for (std::size_t c = 0; c < in.channels; ++c)
                        squares += (x[at + c] - mean) * (x[at + c] - mean) / static_cast<double>(in.channels);
                    for (std::size_t c = 0; c < in.channels; ++c)
                        y[at + c] = (x[at + c] - mean) / std::sqrt(squares + layer.epsilon) * weights.at(0).at(c) + weights.at(1).at(c);
                });
                return y;
            case Kind::group_norm: {
                const std::size_t run = in.channels / layer.groups, count = run * in.height * in.width;
                for (std::size_t group = 0; group < layer.groups; ++group) {
                    double mean = 0, squares = 0;
                    const auto each = [&](auto act) {
                        for (std::size_t n = 0; n < x.size(); ++n)
                            if (n % in.channels / run == group) act(n, n % in.channels);
                    };
                    each([&](std::size_t n, std::size_t) { mean += x[n] / static_cast<double>(count); });
                    each([&](std::size_t n, std::size_t) { squares += (x[n] - mean) * (x[n] - mean) / static_cast<double>(count); });
                    each([&](std::size_t n, std::size_t c) {
                        y[n] = (x[n] - mean) / std::sqrt(squares + layer.epsilon) * weights.at(0).at(c) + weights.at(1).at(c);
                    });
                }
                return y;
            }
            case Kind::local_response_norm: {
                std::vector<double> numbers;  // window, alpha, beta, bias
                for (std::size_t at = 0; at != std::string::npos; at = layer.word.find(' ', at + 1)) numbers.push_back(std::stod(layer.word.substr(at)));
                for (std::size_t n = 0; n < x.size(); ++n) {
                    double squares = 0;
                    for (std::size_t other = 0; other < in.channels; ++other) {
                        const std::size_t c = n % in.channels, distance = other > c ? other - c : c - other;
                        if (2 * static_cast<double>(distance) < numbers.at(0)) squares += x[n - c + other] * x[n - c + other];
                    }
                    y[n] = x[n] / std::pow(numbers.at(3) + numbers.at(1) / numbers.at(0) * squares, numbers.at(2));
                }
                return y;
            }
            case Kind::pad:
            case Kind::crop: {
                const bool pads = layer.kind == Kind::pad;
                const auto& edges = layer.windows.zeros;
                const denim::Shape small = pads ? in : out, large = pads ? out : in;
                for (std::size_t row = 0; row < small.height; ++row)
                    for (std::size_t n = 0; n < small.width * small.channels; ++n) {
                        const std::size_t within = row * small.width * small.channels + n;
                        const std::size_t around = ((row + edges[0]) * large.width + edges[1]) * large.channels + n;
                        y.at(pads ? around : within) = x.at(pads ? within : around);
                    }
                return y;
            }
            case Kind::slice:
                for (std::size_t n = 0; n < y.size(); ++n) y[n] = x.at(n / out.channels * in.channels + layer.first + n % out.channels);
                return y;
            case Kind::shuffle:
                for (std::size_t n = 0; n < y.size(); ++n) {
                    const std::size_t c = n % in.channels;
                    y[n] = x.at(n - c + c % layer.groups * (in.channels / layer.groups) + c / layer.groups);
                }
                return y;
            case Kind::channelwise:
                for (std::size_t n = 0; n < y.size(); ++n) {
                    const double factor = weights.at(0).at(n % in.channels);
                    y[n] = layer.word == "PReLU" && x[n] > 0 ? x[n] : factor * x[n];
                }
                return y;
            case Kind::rescale:
                for (std::size_t n = 0; n < y.size(); ++n) y[n] = rescaled(layer.word, x[n], n % in.channels);
                return y;
            case Kind::activation:
                if (layer.word.ends_with("softmax")) {
                    each_pixel([&](std::size_t at) {
                        const double most =
                            *std::max_element(x.begin() + static_cast<std::ptrdiff_t>(at), x.begin() + static_cast<std::ptrdiff_t>(at + in.channels));
                        double sum = 0;
                        for (std::size_t c = 0; c < in.channels; ++c) sum += std::exp(x[at + c] - most);
                        for (std::size_t c = 0; c < in.channels; ++c)
                            y[at + c] = layer.word == "softmax" ? std::exp(x[at + c] - most) / sum : x[at + c] - most - std::log(sum);
                    });
                    return y;
                }
                std::ranges::transform(x, y.begin(), [&](double each) { return activation(layer.word, each); });
                return y;
            case Kind::flatten:
            case Kind::dropout:
                return x;
            case Kind::sum:
            case Kind::product: {
                const Numbers& other = values[layer.inputs[1]];
                for (std::size_t n = 0; n < y.size(); ++n) {
                    const double with = other.size() == y.size() ? other[n] : other.at(n % in.channels);
                    y[n] = layer.kind == Kind::sum ? x[n] + with : x[n] * with;
                }
                return y;
            }
            case Kind::concatenation:
                break;
        }
        std::size_t before = 0;
        for (const std::size_t input : layer.inputs) {
            const std::size_t channels = graph_.shape(input).channels;
            for (std::size_t n = 0; n < values[input].size(); ++n) y[n / channels * out.channels + before + n % channels] = values[input][n];
            before += channels;
        }
        return y;
    }

    static void over_windows(const denim::GraphLayer& layer, denim::Shape in, const Numbers& x, const std::vector<Numbers>& weights, Numbers& y) {
        const auto& windows = layer.windows;
        const denim::Shape out = layer.output;
        const std::size_t group_in = in.channels / layer.groups, group_out = out.channels / layer.groups;
        const auto place = [&](std::size_t axis, std::size_t window, std::size_t tap) {
            return static_cast<std::ptrdiff_t>(window * windows.step[axis] + tap * windows.dilation[axis]) -
                   static_cast<std::ptrdiff_t>(windows.zeros[axis]);
        };
        for (std::size_t n = 0; n < y.size(); ++n) {
            const std::size_t c = n % out.channels, column = n / out.channels % out.width, row = n / out.channels / out.width;
            double sum = layer.bias ? weights.at(1).at(c) : 0.0, most = -HUGE_VAL;
            std::size_t counted = 0;  // by a mean
            for (std::size_t i = 0; i < windows.size[0]; ++i)
                for (std::size_t j = 0; j < windows.size[1]; ++j) {
                    const std::ptrdiff_t v = place(0, row, i), h = place(1, column, j);
                    if (windows.counts_padding && v < static_cast<std::ptrdiff_t>(in.height + windows.zeros[2]) &&
                        h < static_cast<std::ptrdiff_t>(in.width + windows.zeros[3]))
                        ++counted;
                    if (v < 0 || h < 0 || v >= static_cast<std::ptrdiff_t>(in.height) || h >= static_cast<std::ptrdiff_t>(in.width)) continue;
                    const std::size_t pixel = (static_cast<std::size_t>(v) * in.width + static_cast<std::size_t>(h)) * in.channels;
                    if (!windows.counts_padding) ++counted;
                    if (layer.kind == Kind::pool) {
                        sum += x[pixel + c], most = std::max(most, x[pixel + c]);
                        continue;
                    }
                    for (std::size_t k = 0; k < group_in; ++k)
                        sum +=
                            x[pixel + c / group_out * group_in + k] * weights.at(0).at(((i * windows.size[1] + j) * group_in + k) * out.channels + c);
                }
            y[n] = layer.kind == Kind::conv ? sum : layer.word == "Max" ? most : sum / static_cast<double>(counted);
        }
    }

    static double activation(const std::string& word, double x) {
        if (word == "relu") return std::max(x, 0.0);
        if (word.starts_with("times ")) return std::stod(word.substr(6)) * x;
        if (word == "relu6") return std::clamp(x, 0.0, 6.0);
        if (word == "hard_tanh") return std::clamp(x, -1.0, 1.0);
        if (word == "hard_sigmoid") return std::clamp(x + 3, 0.0, 6.0) / 6;
        if (word == "softplus") return std::log1p(std::exp(x));
        if (word == "mish") return x * std::tanh(std::log1p(std::exp(x)));
        if (word.starts_with("leaky_relu of ")) return x > 0 ? x : std::stod(word.substr(14)) * x;
        if (word.starts_with("elu of ")) return x > 0 ? x : std::stod(word.substr(7)) * (std::exp(x) - 1);
        if (word.starts_with("clip of ")) return std::clamp(x, std::stod(word.substr(8)), std::stod(word.substr(word.find(',') + 1)));
        if (word == "elu") return x > 0 ? x : std::exp(x) - 1;
        if (word == "gelu") return x * (1 + std::erf(x / std::numbers::sqrt2)) / 2;
        if (word == "silu") return x / (1 + std::exp(-x));
        if (word == "sigmoid") return 1 / (1 + std::exp(-x));
        if (word == "tanh") return std::tanh(x);
        if (word == "hard_swish") return x * std::clamp(x + 3, 0.0, 6.0) / 6;
        throw std::invalid_argument("no activation: " + word);
    }

    const denim::LayerGraph& graph_;
    std::vector<std::vector<Numbers>> weights_;
};
