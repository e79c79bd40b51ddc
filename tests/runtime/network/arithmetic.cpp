// SPDX-License-Identifier: MIT
// What numbers are stored in, and what they are computed in. Plain<double, float> gives of each sum the float that is nearest, forward and back.
#include "gradients.hpp"
#include "layer_layouts.hpp"

#include <algorithm>
#include <type_traits>

using namespace denim;
using namespace testing::layouts;

namespace {

static_assert(std::is_same_v<Plain<double>::Stored, double> && std::is_same_v<Plain<double, float>::Stored, float>);
static_assert(std::is_same_v<Plain<double, float>::Computed, double> && Plain<double, float>::policy == Policy::plain);
static_assert(std::is_same_v<Forward<Fast>, Forward<Direct>> && std::is_same_v<Forward<Fast>, Forward<Plain<float>>>);
static_assert(!std::is_same_v<Forward<Plain<float>>, Forward<Plain<double, float>>>);
static_assert(Plain<double, float>::channel_stride(3) == 3 && Direct::channel_stride(3) == simd::lanes<float>);

// How many of some numbers are not the floats nearest to others.
std::size_t count_off(const std::vector<double>& got, const std::vector<double>& exact) {
    REQUIRE(got.size() == exact.size());
    std::size_t off = 0;
    for (std::size_t n = 0; n < got.size(); ++n) off += got[n] != static_cast<double>(static_cast<float>(exact[n]));
    return off;
}

enum class Sums { forward, backward, of_parameters };

// Of what a layer sums, so many numbers are not those of sums in float.
void compare(const char* what, const Bound<double>& exact, const Bound<float, double>& stored, const Bound<float>& single, std::initializer_list<Sums> sums) {
    INFO(what);
    const Results expected = results_of(exact, ""), got = results_of(stored, ""), rough = results_of(single, "");
    CHECK(count_off(got.outputs, expected.outputs) == 0);
    CHECK(count_off(got.written, expected.written) == 0);
    CHECK(count_off(got.added, expected.added) == 0);
    CHECK(count_off(got.gradients, expected.gradients) == 0);
    for (const Sums of : sums) {
        const auto list = of == Sums::forward ? &Results::outputs : of == Sums::backward ? &Results::written : &Results::gradients;
        CHECK(count_off(rough.*list, expected.*list) > 0);
    }
}

template <class Spec, Shape... In>
void check(const char* what, std::initializer_list<Sums> sums) {
    static constexpr auto exact = in_both<Spec, Plain<double>, Mode::training, In...>();
    static constexpr auto stored = in_both<Spec, Plain<double, float>, Mode::training, In...>();
    static constexpr auto single = in_both<Spec, Plain<float>, Mode::training, In...>();
    compare(what, exact.snug, stored.snug, single.snug, sums);
}

constexpr Shape picture{6, 5, 8};

template <class... Layers>
using Net = Network<Image<12, 11, 3>, Sequential<Layers...>, Plain<double, float>>;

}  // namespace

TEST_CASE("each number that a plain twin stores is the one nearest to its sum") {
    constexpr Sums y = Sums::forward, dx = Sums::backward, dw = Sums::of_parameters;
    check<Conv<3, 6, Linear>, picture>("Conv", {y, dx, dw});
    check<Conv<3, 6, Same, Stride<2>>, picture>("Conv, strides, ReLU", {y, dx, dw});
    check<Conv<3, 4, Same, Dilation<2>, Groups<2>, ReLU6>, picture>("Conv, groups, ReLU6", {y, dx, dw});
    check<DepthwiseConv<3, Same, Linear>, picture>("DepthwiseConv", {y, dx, dw});
    check<Dense<7>, picture>("Dense", {y, dx, dw});
    check<Pool<Average, 3, Stride<1>>, picture>("average", {y, dx});
    check<Pool<Max, 3, Stride<1>>, picture>("maximum", {dx});
    check<GlobalPool<Average>, picture>("GlobalPool", {y});
    check<BatchNorm, picture>("BatchNorm", {y, dx, dw});
    check<GroupNorm<2>, picture>("GroupNorm", {y, dx, dw});
    check<LayerNorm, picture>("LayerNorm", {y, dx, dw});
    check<UnitNorm, picture>("UnitNorm", {y, dx});
    check<LocalResponseNorm<3>, picture>("LocalResponseNorm", {y, dx});
    check<PReLU, picture>("PReLU", {dw});
    check<Scale, picture>("Scale", {dw});
    check<Normalise<Mean<0.3>, Deviation<0.7>>, picture>("Normalise", {y});
    check<Rescale<0.3, 0.7>, picture>("Rescale", {y});
    check<StochasticDepth<0.3>, picture>("StochasticDepth", {});
    check<DropoutOf<0.3>, picture>("Dropout", {});
    check<Activation<GELU>, picture>("GELU", {y, dx});
    check<Gate<>::Product, picture, Shape{1, 1, 8}>("Gate", {dx});
    check<AdditionOf<3>, picture, picture, picture>("Sum", {y});
    check<MultiplicationOf<3>, picture, picture, picture>("Product", {y, dx});
}

TEST_CASE("a softmax rounds once as well") {
    static constexpr auto exact = in_both<Activation<Softmax>, Plain<double>, Mode::inference, picture>();
    static constexpr auto stored = in_both<Activation<Softmax>, Plain<double, float>, Mode::inference, picture>();
    static constexpr auto single = in_both<Activation<Softmax>, Plain<float>, Mode::inference, picture>();
    compare("Softmax", exact.snug, stored.snug, single.snug, {Sums::forward});
}

TEST_CASE("a network that stores in float and computes in double is nearer to the exact one than one in float") {
    using Body = Sequential<Conv<5, 8, Same, Linear>, BatchNorm, Activation<ReLU>, Conv<3, 12>, MaxPool, Residual<Conv<3, 12, Same, SiLU>>, LayerNorm, Dense<24, GELU>, Dense<5>>;
    using Input = Image<14, 13, 3>;
    Network<Input, Body, Plain<float>> single{Seed{3}};
    testing::scatter(single);
    const testing::Problem problem{Input::shape, 11, single.heads};
    const auto of = [&]<class Arithmetic>(const Arithmetic&) {
        auto side = testing::side_of<true>(Network<Input, Body, Arithmetic>{});
        side.parameters.assign(single.parameters().begin(), single.parameters().end());
        testing::SideTrainer trainer{side, problem.order.size()};
        trainer.step(side.parameters, {problem.pictures(), problem.labels, problem.order, Seed{3}, 2, problem.weights});
        std::vector<double> numbers(trainer.gradients().begin(), trainer.gradients().end());
        for (const auto logit : side.predict(problem.pictures())) numbers.push_back(static_cast<double>(logit));
        return numbers;
    };
    const std::vector<double> exact = of(Plain<double>{}), stored = of(Plain<double, float>{}), rough = of(Plain<float>{});
    const auto away = [&](const std::vector<double>& numbers) {
        double sum = 0;
        for (std::size_t n = 0; n < exact.size(); ++n) sum += std::abs(numbers[n] - exact[n]);
        return sum;
    };
    CHECK(away(stored) > 0);
    CHECK(3 * away(stored) < away(rough));
}

TEST_CASE("it begins with the parameters of a network in float, and says how it computes") {
    const Net<Conv<3, 4>, Dense<2>> network{Seed{1}};
    const Network<Image<12, 11, 3>, Sequential<Conv<3, 4>, Dense<2>>> quick{Seed{1}};
    CHECK(std::ranges::equal(network.parameters(), quick.parameters()));
    CHECK(network.summary().find("fp32, sums in fp64, plain") != std::string::npos);
    static_assert(std::is_same_v<decltype(network)::Stored, float>);
}

TEST_CASE("memory is counted in bytes: values as they are stored, sums as they are computed") {
    using Graph = Net<Conv<3, 4>, BatchNorm, Dense<2>>::Graph;
    using Stored = Plan<Graph, Plain<double, float>, Mode::training>;
    using Single = Plan<Graph, Plain<float>, Mode::training>;
    using Exact = Plan<Graph, Plain<double>, Mode::training>;
    CHECK(places<Stored>.thread_bytes == places<Single>.thread_bytes);
    CHECK(places<Stored>.batch_bytes == places<Single>.batch_bytes);
    CHECK(places<Stored>.prepared_bytes == places<Single>.prepared_bytes);
    CHECK(places<Stored>.batch_bytes < places<Exact>.batch_bytes);
    CHECK(places<Stored>.accumulator_bytes == places<Exact>.accumulator_bytes);
    CHECK(places<Stored>.accumulator_bytes > places<Single>.accumulator_bytes);
    CHECK(places<Stored>.batch_scratch_per_sample == 2 * places<Single>.batch_scratch_per_sample);
    CHECK(places<Stored>.thread_scratch == places<Exact>.thread_scratch);
    for (const NodePlaces& node : places<Stored>.nodes) {
        CHECK(node.prepared % 64 == 0);
        CHECK(node.accumulator % 64 == 0);
    }
    for (const Life& life : places<Stored>.lives) CHECK(life.place.offset % 64 == 0);
}
