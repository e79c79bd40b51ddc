// SPDX-License-Identifier: MIT
// Recompute changes no bit of a training, whatever it stands around and however many threads there are; it takes less memory, and rows,
// files and random numbers are those of the same network without it.
#include "kept_threads.hpp"
#include "messages.hpp"

#include <denim/denim.hpp>
#include <denim/exchange.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <numeric>
#include <string>
#include <vector>

using namespace denim;

namespace {

struct Trained {
    std::vector<std::uint32_t> losses, gradients, parameters;  // bits

    friend bool operator==(const Trained&, const Trained&) = default;
};

/// Three steps of Adam with `Seed{5}`.
template <class Tested>
Trained train(std::size_t threads) {
    const testing::KeptThreads kept_threads;
    set_threads(threads);
    set_serial_threshold(0);
    constexpr std::size_t samples = 19;
    constexpr Shape in = Tested::input;
    Array<float, 4> pictures({samples, in.height, in.width, in.channels});
    Random random{Seed{9}};
    for (float& number : pictures) number = static_cast<float>(random.uniform(-1, 1));
    std::vector<std::int32_t> labels(samples);
    for (std::int32_t& label : labels) label = static_cast<std::int32_t>(random.below(3));
    std::vector<std::uint32_t> order(samples);
    std::iota(order.rbegin(), order.rend(), 0u);
    Tested network{Seed{5}};
    Trainer<typename Tested::Graph, typename Tested::Numbers, SoftmaxCrossEntropy> trainer{samples};
    const Optimizer adam = Adam{.rate = 0.01f};
    OptimizerState state{adam, Tested::parameter_count};
    Trained trained;
    const auto bits = [](std::vector<std::uint32_t>& to, const auto& from) {
        for (const auto number : from) to.push_back(std::bit_cast<std::uint32_t>(static_cast<float>(number)));
    };
    for (std::uint64_t step = 0; step < 3; ++step) {
        const StepResult result = trainer.step(network.parameters(), network.all_settings(),
                                               {Pictures::of(pictures, in), labels, order, Seed{3}, step});
        bits(trained.losses, std::vector{result.loss});
        bits(trained.gradients, trainer.gradients());
        network.edit_parameters([&](auto parameters) { update_parameters(adam, state, network.rows(), parameters, trainer.gradients(), 0.01f); });
    }
    bits(trained.parameters, network.parameters());
    return trained;
}

template <class Tested>
using Learns = Plan<typename Tested::Graph, typename Tested::Numbers, Mode::training>;

template <class Without, class With>
void check_same(const char* what) {
    INFO(what);
    const Trained expected = train<Without>(1);
    for (const std::size_t threads : {1, 2, 5}) {
        INFO(threads << " threads");
        const Trained got = train<With>(threads);
        CHECK(got.losses == expected.losses);
        CHECK(got.gradients == expected.gradients);
        CHECK(got.parameters == expected.parameters);
    }
    CHECK(Steps<Learns<With>>::count > Steps<Learns<Without>>::count);
    const Without plain{Seed{1}};
    const With recomputed{Seed{1}};
    REQUIRE(plain.rows().size() == recomputed.rows().size());
    for (std::size_t n = 0; n < plain.rows().size(); ++n) CHECK(plain.rows()[n].name == recomputed.rows()[n].name);
    CHECK(detail::architecture_of<Without>() == detail::architecture_of<With>());
    CHECK(std::equal(plain.parameters().begin(), plain.parameters().end(), recomputed.parameters().begin()));
}

/// The bytes that each picture of a batch keeps, and those of each thread.
template <class Tested>
constexpr std::size_t of_each_picture = places<Learns<Tested>>.batch_bytes;
template <class Tested>
constexpr std::size_t of_each_thread = places<Learns<Tested>>.thread_bytes;

template <template <class...> class Around>
struct Networks {
    using Normalised = Network<Image<12, 11, 3>, Sequential<Conv<3, 8, Linear>, Around<BatchNorm, Activation<ReLU>, Conv<3, 8, Linear>, BatchNorm, Activation<GELU>>,
                                                            Around<Conv<3, 16, Linear>, BatchNorm, Activation<SiLU>>, Dense<3>>>;
    using Drops = Network<Image<10, 9, 2>, Sequential<Around<Conv<3, 5, Same>, Dropout, Conv<1, 6, Tanh>, Dropout>, Around<Dropout, Dense<20>, Dropout>, Dense<3>>>;
    using Pools = Network<Image<14, 14, 4>, Sequential<Around<Conv<3, 8, Same>, MaxPool, Pool<Max, 3, Same, Stride<1>>, Conv<2, 5, Same>>,
                                                       Around<Activation<Sigmoid>, GlobalPool<Max>, Dense<7, GELU>>, Dense<3>>>;
    using Adds = Network<Image<9, 8, 3>, Sequential<Conv<3, 6, Same>, Around<Residual<Conv<3, 6, Same>, BatchNorm, Dropout, Conv<3, 6, Same, Linear>>>,
                                                    Residual<Around<Conv<3, 6, Same, SiLU>, Conv<3, 6, Same>>>,
                                                    Around<Sequential<Parallel<Conv<1, 4>, Around<Conv<3, 4, Same>, Conv<1, 4>>>, BatchNorm>>, Dense<3>>>;
    using Nested = Network<Image<12, 12, 3>, Around<Conv<3, 6, Same>, Around<Conv<3, 6, Same, Linear>, BatchNorm, Around<Activation<ReLU>, Conv<1, 6>, Dropout>, Conv<3, 6>>,
                                                    Around<Conv<3, 6>, MaxPool, BatchNorm, Conv<1, 5, Tanh>>, Activation<GELU>, Dense<3>>>;
    using Batches = Network<Image<8, 8, 1>, Sequential<Around<BatchNorm, Conv<3, 4, Same>, Dense<400, GELU>, Dropout, Dense<410>, Activation<ReLU>>, Dense<3>>>;
    using Gates = Network<Image<8, 8, 5>, Sequential<Around<DepthwiseConv<3, Same, Stride<2>>, SqueezeExcite<5, 2>, LayerNorm, Conv<1, 8>, Flatten>, Dense<3>>>;
};
template <class... Layers>
struct AsOne {
    using type = Sequential<Layers...>;
};
template <class Only>
struct AsOne<Only> {
    using type = Only;
};
/// What Recompute says that it is named as.
template <class... Layers>
using Plainly = typename AsOne<Layers...>::type;

using Kept = Networks<Plainly>;
using Again = Networks<Recompute>;

}  // namespace

TEST_CASE("the same bits as without, for any number of threads") {
    check_same<Kept::Normalised, Again::Normalised>("BatchNorm");
    check_same<Kept::Drops, Again::Drops>("Dropout");
    check_same<Kept::Pools, Again::Pools>("records of pools");
    check_same<Kept::Adds, Again::Adds>("Residual and Parallel");
    check_same<Kept::Nested, Again::Nested>("one within the other");
    check_same<Kept::Batches, Again::Batches>("layers on batches, from the first on");
    check_same<Kept::Gates, Again::Gates>("gates");
}

TEST_CASE("less is kept of each picture, and less again where they are nested") {
    using Block = Sequential<Conv<3, 16, Same, Linear>, BatchNorm, Activation<ReLU>>;
    using Two = Sequential<Block, Block>;
    using Four = Sequential<Block, Block, Block, Block>;
    using All = Network<Image<16, 16, 16>, Sequential<Four, Four, Four, Four, Dense<3>>>;
    using Once = Network<Image<16, 16, 16>, Sequential<Recompute<Four>, Recompute<Four>, Recompute<Four>, Recompute<Four>, Dense<3>>>;
    using Inner = Sequential<Recompute<Two>, Recompute<Two>>;
    using Twice = Network<Image<16, 16, 16>, Sequential<Recompute<Inner>, Recompute<Inner>, Recompute<Inner>, Recompute<Inner>, Dense<3>>>;
    CHECK(of_each_picture<Once> * 3 < of_each_picture<All> * 2);
    CHECK(of_each_picture<Twice> < of_each_picture<Once>);
    using Deep = Sequential<Conv<3, 16, Same>, Conv<3, 16, Same>, Conv<3, 16, Same>>;
    using Near = Network<Image<16, 16, 16>, Sequential<Deep, Deep, Deep, Deep, Dense<3>>>;
    using NearAgain = Network<Image<16, 16, 16>, Sequential<Recompute<Deep>, Recompute<Deep>, Recompute<Deep>, Recompute<Deep>, Dense<3>>>;
    CHECK(of_each_picture<Near> == 0);
    CHECK(of_each_picture<NearAgain> == 0);
    CHECK(of_each_thread<NearAgain> * 3 < of_each_thread<Near> * 2);
}

TEST_CASE("only what backward needs is computed again, and what leaves is kept") {
    using Tested = Network<Image<8, 8, 4>, Sequential<Recompute<Conv<3, 8, Same, Linear>, BatchNorm, Activation<ReLU>, Dropout, Flatten>, Dense<3>>>;
    using Order = Steps<Learns<Tested>>;
    CHECK(Order::repeated(0));   // BatchNorm reads it
    CHECK(Order::repeated(1));   // ReLU does when it goes forward
    CHECK(Order::repeated(2));   // ReLU reads its own output
    CHECK(!Order::repeated(3));  // Dropout's is read by nobody
    CHECK(!Order::repeated(4));  // what leaves
    CHECK(!Order::repeated(5));
    const std::vector<std::size_t> nodes = [] {
        std::vector<std::size_t> all;
        for (const NodeStep& step : Order::list)
            if (step.does == Does::again) all.push_back(step.node);
        return all;
    }();
    CHECK(nodes == std::vector<std::size_t>{0, 1, 2});
    using Answers = Plan<Tested::Graph, Fast, Mode::inference>;
    CHECK(Steps<Answers>::count == Answers::count + 1);
}

namespace {

/// What is computed again, in order.
template <class... Layers>
std::vector<std::size_t> again_in() {
    std::vector<std::size_t> all;
    for (const NodeStep& step : Steps<Learns<Network<Image<8, 8, 4>, Sequential<Layers...>>>>::list)
        if (step.does == Does::again) all.push_back(step.node);
    return all;
}
using Nodes = std::vector<std::size_t>;
template <std::size_t Filters>
using Linearly = Conv<3, Filters, Same, Linear>;

}  // namespace

TEST_CASE("BatchNorm and the activation behind it are computed again by themselves, where they would be kept for the batch") {
    CHECK(again_in<Linearly<8>, BatchNorm, Activation<ReLU>, Linearly<8>, BatchNorm, Activation<ReLU>, Dense<3>>() == Nodes{1, 2});
    CHECK(again_in<Linearly<8>, BatchNorm, Linearly<8>, BatchNorm, Dense<3>>() == Nodes{1});
    CHECK(again_in<Linearly<8>, Activation<GELU>, Linearly<8>, BatchNorm, Dense<3>>() == Nodes{1});  // its input is there for its own slope
    CHECK(again_in<Linearly<8>, Activation<ReLU>, Linearly<8>, BatchNorm, Dense<3>>().empty());      // its input would have to be kept instead
    CHECK(again_in<Linearly<8>, BatchNorm, Activation<SiLU>, Linearly<8>, Dense<3>>().empty());      // backward comes at once
    CHECK(again_in<BatchNorm, Activation<ReLU>, Dropout, BatchNorm, Dense<3>>() == Nodes{0, 1});     // ReLU reads its own output
    CHECK(again_in<Linearly<4>, BatchNorm, Activation<ReLU>, Residual<Linearly<4>>, BatchNorm, Dense<3>>().empty());  // two read it
    CHECK(again_in<Linearly<4>, BatchNorm, Activation<ReLU>, BatchNorm, Dense<3>>().empty());        // its reader takes the batch between
    CHECK(again_in<BatchNorm, Activation<ReLU>, Dense<600>, BatchNorm, Dense<3>>().empty());
    // Within a Recompute that, and everything once more.
    CHECK(again_in<Linearly<8>, Recompute<BatchNorm, Activation<ReLU>, Linearly<8>, BatchNorm, Activation<ReLU>, Linearly<8>>, BatchNorm, Dense<3>>() ==
          Nodes{1, 2, 3, 4, 5, 1, 2});
}

TEST_CASE("weights go from one to the other; summary and description show what is computed again") {
    const std::filesystem::path file = std::filesystem::temp_directory_path() / "denim_recompute.safetensors";
    const Kept::Adds plain{Seed{4}};
    save(plain, file, {.labels = {"a", "b", "c"}});
    const auto recomputed = load<Again::Adds>(file);
    CHECK(std::equal(plain.parameters().begin(), plain.parameters().end(), recomputed.parameters().begin()));
    std::filesystem::remove(file);
    const std::string summary = recomputed.summary();
    CHECK(summary.find("computed again") != std::string::npos);
    CHECK(plain.summary().find("computed again") == std::string::npos);
    const Description description = describe(recomputed);
    CHECK(!description.layers.front().recomputed);
    CHECK(description.layers[1].recomputed);
    CHECK(!description.layers.back().recomputed);
    CHECK(description.json().find("\"recomputed\": true") != std::string::npos);
    CHECK(description.graphviz().find("computed again") != std::string::npos);
    Again::Nested settings{Seed{1}};
    settings.settings<1, 2, 2>().rate = 0.25f;  // the Dropout within three
    Kept::Nested as_well{Seed{1}};
    as_well.settings<1, 2, 2>().rate = 0.25f;
    for (std::size_t n = 0; n < settings.all_settings().size(); ++n) CHECK(settings.all_settings()[n].rate == as_well.all_settings()[n].rate);

    CHECK(detail::without_recompute("Recompute<A, B<1, 2>>, Recompute<C<3>>") == "Sequential<A, B<1, 2>>, C<3>");
    CHECK(detail::without_recompute("Recompute<Recompute<Recompute<A>>, MyRecompute<B>>") == "Sequential<A, MyRecompute<B>>");
    CHECK(detail::without_recompute("X<Recompute<Recompute<A, B>>>") == "X<Sequential<A, B>>");
}
