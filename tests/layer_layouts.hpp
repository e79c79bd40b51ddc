// SPDX-License-Identifier: MIT
#pragma once

// A layer inside of borders and padded channels that others asked for: the same numbers as without, nothing written around
// them, nothing read there but zeros. All its places stand beside memory that nobody may touch, at every offset within a vector: a
// layer reads and writes nothing in front of a place or behind it, and nothing that it says it does not read.

#include "fenced.hpp"

#include <denim/denim.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <string>
#include <vector>

namespace testing::layouts {

using namespace denim;

inline constexpr std::size_t count = 3;  // samples
inline constexpr double untouched = 777;

inline Fence fence;  // of every place that is made

// What both float and double hold, so that all layers get the same numbers.
inline float as_float(double number) { return static_cast<float>(number); }

/// A layer in its layouts, without its type.
template <class Stored, class Computed = Stored>
struct Bound : LayerTable<Stored, Computed> {
    std::array<void (*)(const BackwardOf<Stored, Computed>&), 3> backward_as{};  ///< every input's gradient none, written, added; null in a trained network
    std::array<Layout, max_inputs> in{};
    Layout out{};
    std::size_t inputs = 1, parameters_size = 0, prepared_size = 0, accumulator_size = 0;
    bool forward_reads_parameters = true, backward_reads_input = true, backward_reads_output = true;

    [[nodiscard]] bool goes_back() const { return this->finish != nullptr; }
};

template <class Spec, class Arithmetic, Mode For, Layout Out, Layout... In>
consteval auto bound() {
    using Layer = typename decltype(detail::bind<Spec, Arithmetic, For, Out, In...>())::type;
    Bound<typename Layer::Stored, typename Layer::Computed> layer{{
        .prepare = &detail::prepare_layer<Layer>,
        .gather = &detail::run_gather<Layer>,
        .join = &detail::run_join<Layer>,
        .forward = &detail::run_forward<Layer>,
        .prepare_parts = Layer::prepare_parts,
        .finish_parts = Layer::finish_parts,
        .bands = Layer::bands,
        .scratch_size = Layer::scratch_size,
        .scratch_per_sample = Layer::scratch_per_sample,
        .record_size = Layer::record_size,
        .works = Layer::works,
    }};
    if constexpr (For == Mode::training) {
        layer.gather_back = &detail::run_gather_back<Layer>;
        layer.join_back = &detail::run_join_back<Layer>;
        layer.backward_as = {&detail::run_backward<Layer, (static_cast<void>(In), Gradient::none)...>,
                             &detail::run_backward<Layer, (static_cast<void>(In), Gradient::write)...>,
                             &detail::run_backward<Layer, (static_cast<void>(In), Gradient::add)...>};
        layer.finish = &detail::finish_layer<Layer>;
    }
    layer.in = {In...};
    layer.out = Out;
    layer.inputs = sizeof...(In);
    if constexpr (sizeof...(In) == 1)
        for (const Parameter& parameter : Spec::parameters((In, ...).shape)) layer.parameters_size += parameter.extents.size();
    layer.prepared_size = Layer::prepared_size;
    layer.accumulator_size = Layer::accumulator_size;
    layer.forward_reads_parameters = Layer::forward_reads_parameters;
    layer.backward_reads_input = Layer::backward_reads_input;
    layer.backward_reads_output = Layer::backward_reads_output;
    return layer;
}

/// A layer in the layouts of a network where nobody wants a border, and of one where others do.
template <class Stored, class Computed = Stored>
struct InBoth {
    Bound<Stored, Computed> snug, roomy;
};

template <class Spec, class Arithmetic, Mode For, Shape... In>
consteval InBoth<typename Arithmetic::Stored, typename Arithmetic::Computed> in_both() {
    constexpr Border more{1, 2, 3, 1}, others{2, 1, 1, 3};
    constexpr auto layout = [](Shape of, Border border) { return Layout{of, border, Arithmetic::channel_stride(of.channels)}; };
    constexpr auto asked = [](Shape in) { return Spec::template border<Arithmetic>(in); };
    constexpr Shape out = Spec::output(In...);
    return {bound<Spec, Arithmetic, For, layout(out, {}), layout(In, asked(In))...>(),
            bound<Spec, Arithmetic, For, layout(out, more), layout(In, widest(asked(In), others))...>()};
}

/// Samples in one layout, with what stands around and between the numbers of each.
template <class Stored>
class Samples {
public:
    Samples(const Layout& layout, Stored number, Stored border)
        : size_(layout.size()), is_(count * size_, Is::border), all_(is_.size(), fence) {
        for (std::size_t n = 0; n < count; ++n)
            for (std::size_t y = 0; y < layout.shape.height; ++y)
                for (std::size_t x = 0; x < layout.shape.width; ++x) {
                    Is* const pixel = is_.data() + n * size_ + layout.offset(y, x);
                    std::fill_n(pixel, layout.stride, Is::between);
                    std::fill_n(pixel, layout.shape.channels, Is::number);
                }
        for (std::size_t i = 0; i < is_.size(); ++i) all_[i] = is_[i] == Is::number ? number : is_[i] == Is::border ? border : Stored{0};
    }

    Stored* sample(std::size_t n) { return all_.data() + n * size_; }

    void scatter(std::uint64_t seed) {
        Random random{Seed{seed}};
        for (std::size_t i = 0; i < is_.size(); ++i)
            if (is_[i] == Is::number) all_[i] = as_float(random.uniform(-1, 1));
    }

    /// Its numbers, in (N, H, W, C) order, go behind others.
    void append_to(std::vector<double>& numbers) {
        for (std::size_t i = 0; i < is_.size(); ++i)
            if (is_[i] == Is::number) numbers.push_back(static_cast<double>(all_[i]));
    }

    /// True if the border is untouched (or `or_zero`), and zeros stand between channels and stride.
    bool clean(bool or_zero) {
        bool good = true;
        for (std::size_t i = 0; i < is_.size(); ++i) {
            const bool zero = all_[i] == Stored{0};
            good &= is_[i] == Is::number || (is_[i] == Is::between ? zero : all_[i] == Stored{untouched} || (or_zero && zero));
        }
        return good;
    }

private:
    enum class Is : char { border, between, number };

    std::size_t size_;
    std::vector<Is> is_;  // what stands at each place
    testing::Fenced<Stored> all_;
};

/// What a layer makes of samples, and of a gradient on the way back.
struct Results {
    std::vector<double> outputs, written, added, gradients;

    friend bool operator==(const Results&, const Results&) = default;
};

/// All places of a layer.
template <class Stored, class Computed = Stored>
class Places {
    static constexpr Stored nan = std::numeric_limits<Stored>::quiet_NaN();

public:
    explicit Places(const Bound<Stored, Computed>& layer) : layer_(layer) {
        Random random{Seed{3}};
        for (Stored& number : parameters_) number = as_float(random.uniform(0.5, 1.5));
        for (std::size_t part = 0; part < layer_.prepare_parts; ++part) layer_.prepare(parameters_.data(), prepared_.data(), part);
        for (std::size_t i = 0; i < layer_.inputs; ++i) in_[i].scatter(10 + i);
        out_gradient_.scatter(20);
    }

    Results run() {
        Results results;
        forward();
        out_.append_to(results.outputs);
        CHECK(out_.clean(false));
        check_bands(results.outputs);
        if (layer_.goes_back()) {
            back(Gradient::none);
            std::fill(accumulator_.begin(), accumulator_.end(), Computed{0});
            results.written = back(Gradient::write);
            if (layer_.works == Works::on_samples) {
                sum_shares(accumulator_.data(), count, distance_, layer_.accumulator_size);
                for (std::size_t part = 0; part < layer_.finish_parts; ++part) layer_.finish({accumulator_.data(), gradients_.data()}, part);
            }
            results.gradients.assign(gradients_.begin(), gradients_.end());
            results.added = back(Gradient::add);
        }
        return results;
    }

private:
    std::vector<Samples<Stored>> for_inputs(Stored number, Stored border) const {
        std::vector<Samples<Stored>> samples;
        samples.reserve(layer_.inputs);
        for (std::size_t i = 0; i < layer_.inputs; ++i) samples.emplace_back(layer_.in[i], number, border);
        return samples;
    }

    // Calls of what stands before forward or backward on joined samples, then one call for each sample or for all.
    template <template <class, class> class Call, class Each>
    void each_call(Does gather, Does join, Does does, Each each) {
        if (layer_.works == Works::on_joined_samples) {
            calls<Call>(gather, each);
            calls<Call>(join, each);
        }
        calls<Call>(does, each);
    }
    template <template <class, class> class Call, class Each>
    void calls(Does does, Each each) {
        const bool samples = takes_sample(layer_.works, does);
        for (std::size_t n = 0; n < (samples ? count : 1); ++n) {
            Call<Stored, Computed> call;
            call.parameters = parameters_.data();
            call.prepared = prepared_.data();
            call.scratch = scratch_.data();
            call.gathered = scratch_.data() + layer_.scratch_size + n * layer_.scratch_per_sample;
            if (layer_.works == Works::on_samples) std::fill(scratch_.begin(), scratch_.end(), std::numeric_limits<Computed>::quiet_NaN());  // what other layers left
            if (layer_.goes_back()) call.record = record_.data() + n * record_distance_;
            call.settings = &settings_;
            call.random = Random{Seed{7}, n};
            call.count = samples ? 1 : count;
            each(does, call, n);
        }
    }
    void forward() { forward_into(out_, 0, layer_.bands, true); }
    void forward_into(Samples<Stored>& out, std::size_t first_band, std::size_t last_band, bool recorded) {
        each_call<ForwardOf>(Does::gather, Does::join, Does::forward, [&](Does does, ForwardOf<Stored, Computed>& call, std::size_t n) {
            for (std::size_t i = 0; i < layer_.inputs && !only_joins(does); ++i) call.inputs[i] = in_[i].sample(n);
            if (does == Does::forward) call.output = out.sample(n);
            if (!recorded) call.record = nullptr;
            if (!layer_.forward_reads_parameters) call.parameters = nullptr;
            call.first_band = first_band;
            call.last_band = last_band;
            (does == Does::gather ? layer_.gather : does == Does::join ? layer_.join : layer_.forward)(call);
        });
    }
    // Each band by itself, as the threads share those of one picture: together they make what one call makes of all.
    void check_bands(const std::vector<double>& expected) {
        if (layer_.bands == 1) return;
        Samples<Stored> out{layer_.out, 5, Stored{untouched}};
        for (std::size_t band = layer_.bands; band-- > 0;) forward_into(out, band, band + 1, false);
        std::vector<double> got;
        out.append_to(got);
        CHECK(got == expected);
    }
    // The gradients to the inputs; those of the kind `add` begin at 2.
    std::vector<double> back(Gradient to) {
        std::vector<Samples<Stored>> gradients = for_inputs(to == Gradient::add ? Stored{2} : Stored{5}, Stored{untouched});
        Samples<Stored> output_gradient = out_gradient_;  // may be changed
        each_call<BackwardOf>(Does::gather_back, Does::join_back, Does::backward, [&](Does does, BackwardOf<Stored, Computed>& call, std::size_t n) {
            for (std::size_t i = 0; i < layer_.inputs && !only_joins(does); ++i) {
                if (layer_.backward_reads_input) call.inputs[i] = in_[i].sample(n);
                if (does == Does::backward && to != Gradient::none) call.input_gradients[i] = gradients[i].sample(n);
            }
            if (layer_.backward_reads_output && !only_joins(does)) call.output = out_.sample(n);
            if (!only_joins(does)) call.output_gradient = output_gradient.sample(n);
            call.accumulator = accumulator_.data() + n * distance_;
            call.gradients = gradients_.data();
            (does == Does::gather_back ? layer_.gather_back : does == Does::join_back ? layer_.join_back : layer_.backward_as[static_cast<std::size_t>(to)])(call);
        });
        std::vector<double> numbers;
        if (to != Gradient::none)
            for (Samples<Stored>& gradient : gradients) {
                CHECK(gradient.clean(true));
                gradient.append_to(numbers);
            }
        return numbers;
    }

    const Bound<Stored, Computed>& layer_;
    const std::size_t distance_ = round_up(layer_.accumulator_size + 16, 16), record_distance_ = round_up(layer_.record_size, 64);
    std::vector<Samples<Stored>> in_ = for_inputs(0, 0);
    Samples<Stored> out_{layer_.out, 5, Stored{untouched}}, out_gradient_{layer_.out, 0, nan};
    testing::Fenced<Stored> parameters_{layer_.parameters_size, fence}, gradients_ = parameters_, prepared_{layer_.prepared_size, fence};
    testing::Fenced<Computed> accumulator_{(count - 1) * distance_ + layer_.accumulator_size, fence}, scratch_{layer_.scratch_size + count * layer_.scratch_per_sample, fence};
    testing::Fenced<std::uint8_t> record_{(count - 1) * record_distance_ + layer_.record_size, fence};
    LayerSettings settings_;
};

template <class Stored, class Computed>
Results results_of(const Bound<Stored, Computed>& layer, const std::string& what) {
    INFO(what);
    return Places<Stored, Computed>{layer}.run();
}

inline void check_close(const std::vector<double>& got, const std::vector<double>& expected, const std::string& what, double share = 1e-4, double least = 1) {
    REQUIRE(got.size() == expected.size());
    double worst = 0, largest = 0;
    for (std::size_t n = 0; n < got.size(); ++n) {
        largest = std::max(largest, std::abs(expected[n]));
        worst = std::isnan(got[n]) ? 1e9 : std::max(worst, std::abs(got[n] - expected[n]));
    }
    INFO(what << ": largest difference " << worst << " in numbers of up to " << largest);
    CHECK(worst <= share * (least + largest));
}

/// The fast layer and its plain twin, and the twin that stores in float: what it computes it rounds at the end. Where its places stand changes no bit.
inline void compare(const std::string& what, const InBoth<double>& plain, const Bound<float, double>& stored, const InBoth<float>& fast, std::size_t offsets) {
    const Results expected = results_of(plain.snug, what + ", plain, snug");
    const auto checked = [&](const auto& layer, const std::string& how, auto... bound) {
        Results got = results_of(layer, what + how);
        check_close(got.outputs, expected.outputs, what + how + ", outputs", bound...);
        check_close(got.written, expected.written, what + how + ", gradient to the input", bound...);
        check_close(got.added, expected.added, what + how + ", gradient added", bound...);
        check_close(got.gradients, expected.gradients, what + how + ", gradients", bound...);
        return got;
    };
    checked(plain.roomy, ", plain, roomy");
    checked(stored, ", plain, stored in float", 0x1p-23, 0.0);  // half of that, but where an activation stands behind a sum that is rounded too
    const Results snug = checked(fast.snug, ", fast, snug"), roomy = checked(fast.roomy, ", fast, roomy");
    for (const testing::Fence::Side side : {testing::Fence::Side::behind, testing::Fence::Side::before})
        for (std::size_t offset = 0; offset < offsets; ++offset) {
            fence = {side, offset};
            const std::string there = what + " at offset " + std::to_string(offset);
            const bool as_snug = results_of(fast.snug, there + ", snug") == snug, as_roomy = results_of(fast.roomy, there + ", roomy") == roomy;
            CHECK_MESSAGE(as_snug, there << ", snug");
            CHECK_MESSAGE(as_roomy, there << ", roomy");
        }
    fence = {};
    // Where the gradient is added, it is added to 2.
    for (std::size_t n = 0; n < expected.added.size(); ++n)
        if (std::abs(expected.added[n] - expected.written[n] - 2) > 1e-9) FAIL_CHECK(what << ": number " << n << " is not added");
}

template <class Spec, bool Back, Shape... In>
inline void check(const char* what, std::size_t offsets = simd::lanes<float>) {
    constexpr Mode mode = Back ? Mode::training : Mode::inference;
    static constexpr auto plain = in_both<Spec, Plain<double>, mode, In...>();
    static constexpr auto stored = in_both<Spec, Plain<double, float>, mode, In...>();
    static constexpr auto fast = in_both<Spec, Fast, mode, In...>();
    compare(what, plain, stored.roomy, fast, offsets);
}

}  // namespace testing::layouts
