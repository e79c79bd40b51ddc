// SPDX-License-Identifier: MIT
// Every layer inside of borders and padded channels that others asked for: the same numbers as without, nothing written around
// them, nothing read there but zeros. All its places stand beside memory that nobody may touch, at every offset within a vector: a
// layer reads and writes nothing in front of a place or behind it, and nothing that it says it does not read.
#include "fenced.hpp"

#include <denim/denim.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <string>
#include <utility>
#include <vector>

using namespace denim;

namespace {

constexpr std::size_t count = 3;  // samples
constexpr double untouched = 777;

testing::Fence fence;  // of every place that is made

/// Samples in one layout, with what stands around and between the numbers of each.
template <Layout Of, class Scalar>
class Samples {
public:
    Samples(Scalar number, Scalar border) : all_(count * Of.size(), fence) {
        for (std::size_t n = 0; n < count; ++n) {
            std::fill_n(sample(n), Of.size(), border);
            each([&](std::size_t place, bool inside) { sample(n)[place] = inside ? number : Scalar{0}; });
        }
    }

    Scalar* sample(std::size_t n) { return all_.data() + n * Of.size(); }

    /// The numbers in (N, H, W, C) order.
    template <class Give>
    void for_each_number(Give give) {
        for (std::size_t n = 0; n < count; ++n) each([&](std::size_t place, bool inside) { if (inside) give(sample(n)[place]); });
    }
    std::vector<double> numbers() {
        std::vector<double> result;
        for_each_number([&](Scalar number) { result.push_back(static_cast<double>(number)); });
        return result;
    }

    /// True if the border is as it was (or `or_zero`), and zeros stand between channels and stride.
    bool clean(Scalar border, bool or_zero) {
        bool good = true;
        for (std::size_t n = 0; n < count; ++n) {
            std::vector<bool> pixel(Of.size());
            each([&](std::size_t place, bool inside) {
                pixel[place] = true;
                good &= inside || sample(n)[place] == Scalar{0};
            });
            for (std::size_t place = 0; place < Of.size(); ++place)
                good &= pixel[place] || sample(n)[place] == border || (or_zero && sample(n)[place] == Scalar{0});
        }
        return good;
    }

private:
    // Every number of every pixel, those between the channels and the stride too.
    template <class Each>
    static void each(Each give) {
        for (std::size_t y = 0; y < Of.shape.height; ++y)
            for (std::size_t x = 0; x < Of.shape.width; ++x)
                for (std::size_t c = 0; c < Of.stride; ++c) give(Of.offset(y, x) + c, c < Of.shape.channels);
    }

    testing::Fenced<Scalar> all_;
};

/// What a layer makes of samples, and of a gradient on the way back.
struct Results {
    std::vector<double> outputs, written, added, gradients;

    friend bool operator==(const Results&, const Results&) = default;
};

template <class Numbers>
void scatter(Numbers& numbers, std::uint64_t seed, double from, double to) {
    Random random{Seed{seed}};
    numbers.for_each_number([&](auto& number) { number = static_cast<std::remove_reference_t<decltype(number)>>(random.uniform(from, to)); });
}

template <class Spec, class Layer, Layout Out, Layout... In>
class Bound {
    using Scalar = typename Layer::Scalar;
    static constexpr std::size_t inputs = sizeof...(In);
    static constexpr std::size_t parameters_size = [] {
        std::size_t size = 0;
        if constexpr (inputs == 1)
            for (const Parameter& parameter : Spec::parameters((In, ...).shape)) size += parameter.extents.size();
        return size;
    }();
    static constexpr bool on_samples = Layer::works == Works::on_samples;
    static constexpr std::size_t distance = round_up(Layer::accumulator_size + 16, 16);
    static constexpr std::size_t record_distance = round_up(Layer::record_size, 64);

public:
    template <bool Back>
    static Results run(const std::string& what) {
        Bound all;
        INFO(what);
        testing::Fenced<Scalar>& parameters = all.parameters_;
        Random random{Seed{3}};
        for (Scalar& number : parameters) number = static_cast<Scalar>(random.uniform(0.5, 1.5));
        for (std::size_t part = 0; part < Layer::prepare_parts; ++part) Layer::prepare(parameters.data(), all.prepared_.data(), part);
        std::apply([&](auto&... input) { std::uint64_t seed = 10; (scatter(input, seed++, -1, 1), ...); }, all.in_);
        scatter(all.out_gradient_, 20, -1, 1);
        all.each_call([&](std::size_t n, std::size_t samples) {
            Forward<Scalar> call;
            [&]<std::size_t... N>(std::index_sequence<N...>) { ((call.inputs[N] = std::get<N>(all.in_).sample(n)), ...); }(std::index_sequence_for<decltype(In)...>{});
            call.output = all.out_.sample(n);
            all.fill(call, n, samples);
            if constexpr (!Layer::forward_reads_parameters) call.parameters = nullptr;
            call.record = Back ? all.record_.data() + n * record_distance : nullptr;
            call.last_band = Layer::bands;
            Layer::forward(call);
        });
        Results results{all.out_.numbers(), {}, {}, {}};
        CHECK(all.out_.clean(static_cast<Scalar>(untouched), false));
        if constexpr (Back) {
            all.template back<Gradient::none>();
            std::fill(all.accumulator_.begin(), all.accumulator_.end(), Scalar{0});
            results.written = all.template back<Gradient::write>();
            if constexpr (on_samples) {
                sum_shares(all.accumulator_.data(), count, distance, Layer::accumulator_size);
                for (std::size_t part = 0; part < Layer::finish_parts; ++part) Layer::finish({all.accumulator_.data(), all.gradients_.data()}, part);
            }
            results.gradients.assign(all.gradients_.begin(), all.gradients_.end());
            results.added = all.template back<Gradient::add>();
        }
        return results;
    }

private:
    template <class Each>
    static void each_call(Each each) {
        if constexpr (on_samples)
            for (std::size_t n = 0; n < count; ++n) each(n, std::size_t{1});
        else
            each(std::size_t{0}, count);
    }
    void fill(auto& call, std::size_t n, std::size_t samples) {
        call.parameters = parameters_.data();
        call.prepared = prepared_.data();
        call.scratch = scratch_.data();
        if constexpr (on_samples) std::fill(scratch_.begin(), scratch_.end(), std::numeric_limits<Scalar>::quiet_NaN());  // what other layers left
        call.settings = &settings_;
        call.random = Random{Seed{7}, n};
        call.count = samples;
    }

    // The gradients to the inputs; those of the kind `add` begin at 2.
    template <Gradient To>
    std::vector<double> back() {
        std::tuple<Samples<In, Scalar>...> gradients{Samples<In, Scalar>{To == Gradient::add ? Scalar{2} : Scalar{5}, static_cast<Scalar>(untouched)}...};
        Samples<Out, Scalar> output_gradient = out_gradient_;  // may be changed
        each_call([&](std::size_t n, std::size_t samples) {
            Backward<Scalar> call;
            [&]<std::size_t... N>(std::index_sequence<N...>) {
                if constexpr (Layer::backward_reads_input) ((call.inputs[N] = std::get<N>(in_).sample(n)), ...);
                if constexpr (To != Gradient::none) ((call.input_gradients[N] = std::get<N>(gradients).sample(n)), ...);
                if constexpr (Layer::backward_reads_output) call.output = out_.sample(n);
                call.output_gradient = output_gradient.sample(n);
                fill(call, n, samples);
                call.record = record_.data() + n * record_distance;
                call.accumulator = accumulator_.data() + n * distance;
                call.gradients = gradients_.data();
                Layer::template backward<(static_cast<void>(N), To)...>(call);
            }(std::index_sequence_for<decltype(In)...>{});
        });
        std::vector<double> numbers;
        const auto take = [&](auto& gradient) {
            CHECK(gradient.clean(static_cast<Scalar>(untouched), true));
            const std::vector<double> more = gradient.numbers();
            numbers.insert(numbers.end(), more.begin(), more.end());
        };
        if constexpr (To != Gradient::none) std::apply([&](auto&... gradient) { (take(gradient), ...); }, gradients);
        return numbers;
    }

    std::tuple<Samples<In, Scalar>...> in_{Samples<In, Scalar>{Scalar{0}, Scalar{0}}...};
    Samples<Out, Scalar> out_{Scalar{5}, static_cast<Scalar>(untouched)};
    Samples<Out, Scalar> out_gradient_{Scalar{0}, std::numeric_limits<Scalar>::quiet_NaN()};
    testing::Fenced<Scalar> parameters_{parameters_size, fence}, gradients_ = parameters_, prepared_{Layer::prepared_size, fence},
        accumulator_{(count - 1) * distance + Layer::accumulator_size, fence},
        scratch_{Layer::scratch_size + count * Layer::scratch_per_sample, fence};
    testing::Fenced<std::uint8_t> record_{(count - 1) * record_distance + Layer::record_size, fence};
    LayerSettings settings_;
};

void check_close(const std::vector<double>& got, const std::vector<double>& expected, const std::string& what) {
    REQUIRE(got.size() == expected.size());
    double worst = 0, largest = 0;
    for (std::size_t n = 0; n < got.size(); ++n) {
        largest = std::max(largest, std::abs(expected[n]));
        worst = std::isnan(got[n]) ? 1e9 : std::max(worst, std::abs(got[n] - expected[n]));
    }
    INFO(what << ": largest difference " << worst << " in numbers of up to " << largest);
    CHECK(worst <= 1e-4 * (1 + largest));
}

constexpr Border more{1, 2, 3, 1}, others{2, 1, 1, 3};

template <class Spec, class Arithmetic, bool Roomy, bool Back, Shape... In>
Results results_of(const std::string& what) {
    constexpr Shape shape = Spec::output(In...);
    constexpr Layout out{shape, Roomy ? more : Border{}, Arithmetic::channel_stride(shape.channels)};
    constexpr auto in = [](Shape of) {
        const Border asked = Spec::template border<Arithmetic>(of);
        return Layout{of, Roomy ? widest(asked, others) : asked, Arithmetic::channel_stride(of.channels)};
    };
    const std::string name = what + ", " + Arithmetic::precision + (Roomy ? ", roomy" : ", snug");
    if constexpr (Back)
        return Bound<Spec, typename Spec::template Layer<Arithmetic, out, in(In)...>, out, in(In)...>::template run<true>(name);
    else
        return Bound<Spec, typename Spec::template InferenceLayer<Arithmetic, out, in(In)...>, out, in(In)...>::template run<false>(name);
}

/// The fast layer and its plain twin, each in the layouts of a network where nobody wants a border and of one where others do. Where its
/// places stand changes no bit.
template <class Spec, bool Back, Shape... In>
void check(const std::string& what, std::size_t offsets = simd::lanes<float>) {
    const Results expected = results_of<Spec, Plain<double>, false, Back, In...>(what);
    const auto compare = [&](const Results& got, const std::string& how) {
        check_close(got.outputs, expected.outputs, what + how + ", outputs");
        check_close(got.written, expected.written, what + how + ", gradient to the input");
        check_close(got.added, expected.added, what + how + ", gradient added");
        check_close(got.gradients, expected.gradients, what + how + ", gradients");
    };
    compare(results_of<Spec, Plain<double>, true, Back, In...>(what), ", plain, roomy");
    const Results snug = results_of<Spec, Fast, false, Back, In...>(what), roomy = results_of<Spec, Fast, true, Back, In...>(what);
    compare(snug, ", fast, snug");
    compare(roomy, ", fast, roomy");
    for (const testing::Fence::Side side : {testing::Fence::Side::behind, testing::Fence::Side::before})
        for (std::size_t offset = 0; offset < offsets; ++offset) {
            fence = {side, offset};
            const bool as_snug = results_of<Spec, Fast, false, Back, In...>(what) == snug, as_roomy = results_of<Spec, Fast, true, Back, In...>(what) == roomy;
            CHECK_MESSAGE(as_snug, what << " at offset " << offset << ", snug");
            CHECK_MESSAGE(as_roomy, what << " at offset " << offset << ", roomy");
        }
    fence = {};
    // Where the gradient is added, it is added to 2.
    for (std::size_t n = 0; n < expected.added.size(); ++n)
        if (std::abs(expected.added[n] - expected.written[n] - 2) > 1e-9) FAIL_CHECK(what << ": number " << n << " is not added");
}

constexpr Shape picture{4, 3, 5}, pixel{1, 1, 5}, whole{2, 3, 16};

}  // namespace

TEST_CASE("dense layers") {
    check<Dense<7>, true, picture>("Dense");
    check<Dense<7, GELU, NoBias>, true, pixel>("Dense, GELU");
    check<Dense<1100, Tanh>, true, picture>("wide Dense, Tanh");
    check<Dense<70'000>, true, pixel>("wide Dense", 1);
}

TEST_CASE("layers without parameters") {
    check<Activation<Sigmoid>, true, picture>("Sigmoid");
    check<Activation<Softmax>, true, picture>("Softmax");
    check<Dropout, true, picture>("Dropout");
    check<StochasticDepth<0.5>, true, picture>("StochasticDepth");
    check<Flatten, true, picture>("Flatten");
    check<GlobalPool<Max>, true, picture>("GlobalPool<Max>");
    check<GlobalPool<Average>, true, picture>("GlobalPool<Average>");
    check<MaxPool, true, picture>("MaxPool");
    check<MaxPool, true, whole>("MaxPool of whole vectors");
    check<Pool<Average, 3, Same, Stride<2>>, true, picture>("Pool<Average>");
    check<Pad<1, 0, 2, 1>, true, picture>("Pad");
    check<Pad<1>, true, whole>("Pad of whole vectors");
    check<Crop<1, 0, 2, 1>, true, picture>("Crop");
    check<Crop<0, 1, 1, 0>, true, whole>("Crop of whole vectors");
    check<Slice<1, 3>, true, picture>("Slice");
    check<Slice<3, 13>, true, whole>("Slice of whole vectors");
    check<ChannelRun<1, 2>, true, whole>("ChannelRun");
    check<ShuffleChannels<2>, true, Shape{4, 3, 6}>("ShuffleChannels");
    check<ShuffleChannels<4>, true, whole>("ShuffleChannels of whole vectors");
}

TEST_CASE("normalisations") {
    check<BatchNorm, true, picture>("BatchNorm");
    check<BatchNorm, false, picture>("BatchNorm of a trained network");
    check<BatchNormOf<NoGamma>, true, picture>("BatchNorm without gamma");
    check<BatchNormOf<NoBeta>, false, picture>("BatchNorm of a trained network, without beta");
    check<LayerNorm, true, picture>("LayerNorm");
    check<GroupNorm<5>, true, picture>("GroupNorm");
    check<GroupNorm<4, NoGamma>, true, whole>("GroupNorm of whole vectors");
    check<InstanceNorm, true, picture>("InstanceNorm");
    check<LocalResponseNorm<3>, true, picture>("LocalResponseNorm");
    check<LayerNormOf<NoGamma>, true, picture>("LayerNorm without gamma");
}

TEST_CASE("a number for each channel") {
    check<PReLU, true, picture>("PReLU");
    check<PReLU, true, Shape{2, 3, 35}>("PReLU of whole vectors and more");
    check<Scale, true, picture>("Scale");
    check<Rescale<2, -1>, true, picture>("Rescale");
    check<Normalise<Mean<0.5>, Deviation<0.25>>, true, picture>("Normalise");
}

TEST_CASE("joins") {
    check<Residual<Flatten>::Sum, true, picture, picture>("Sum");
    check<Sum<Flatten, Flatten, Flatten>::Added, true, picture, picture, picture>("Added");
    check<Product<Flatten, Flatten, Flatten>::Multiplied, true, picture, picture, picture>("Multiplied");
    check<Gate<Flatten>::Product, true, picture, picture>("Product");
    check<Gate<Flatten>::Product, true, picture, pixel>("Product with one gate");
    check<Parallel<Flatten, Flatten>::Concatenated, true, picture, Shape{4, 3, 8}>("Concatenated");
}

TEST_CASE("convolutions") {
    check<Conv<2, 6, Linear>, true, picture>("direct");
    check<Conv<3, 6, Same, SiLU>, true, Shape{6, 6, 5}>("transformed, SiLU");
    check<DepthwiseConv<3, Same>, true, picture>("depthwise");
    check<Conv<3, 4, Same, Groups<2>, Dilation<2>>, true, Shape{4, 3, 4}>("grouped and dilated");
}
