// SPDX-License-Identifier: MIT
// What a user hands over is read where it lies, and nothing beside it: pictures, labels, parameters and answers, at every offset within a
// vector, in front of and behind memory that nobody may touch.
#include "fenced.hpp"
#include "kept_threads.hpp"

#include <denim/denim.hpp>

#include <doctest/doctest.h>

#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <span>
#include <type_traits>
#include <vector>

using namespace denim;
using testing::Fence;
using testing::Fenced;

namespace {

using Small = Network<Image<5, 7, 3>, Sequential<Conv<3, 5, Same>, MaxPool, DepthwiseConv<3, Same>, BatchNorm, Dense<7>>>;
constexpr std::size_t count = 3, size_of_one = Small::input.size();

/// The answers, the loss and the gradients of three pictures that lie beside a fence.
template <class Number>
std::vector<float> learn_beside(const Small& network, Fence fence) {
    Fenced<Number> pictures{count * size_of_one, fence};
    for (std::size_t n = 0; n < pictures.size(); ++n) pictures[n] = static_cast<Number>(n * 37 % 101);
    Fenced<std::int32_t> labels{count, fence};
    Fenced<std::uint32_t> order{count, fence};
    for (std::uint32_t n = 0; n < count; ++n) {
        labels[n] = static_cast<std::int32_t>(2 * n);
        order[n] = count - 1 - n;
    }
    Fenced<float> parameters{network.parameters().size(), fence}, answers{count * Small::output.size(), fence};
    std::ranges::copy(network.parameters(), parameters.begin());

    Pictures source{Small::input, count};
    if constexpr (std::is_same_v<Number, float>)
        source.floats = pictures.data();
    else
        source.bytes = pictures.data();
    Trainer<Small::Graph, Fast, SoftmaxCrossEntropy> trainer{count};
    const StepResult result =
        trainer.step({parameters.data(), parameters.size()}, network.all_settings(), {source, {labels.data(), count}, {order.data(), count}});
    Predictor{network}.predict(source, answers.data());
    std::vector<float> all(answers.begin(), answers.end());
    all.insert(all.end(), trainer.gradients().begin(), trainer.gradients().end());
    all.push_back(static_cast<float>(result.loss));
    return all;
}

/// Two steps of an optimizer on so many numbers beside a fence.
std::vector<float> move_beside(const Optimizer& optimizer, std::size_t size, Fence fence) {
    Fenced<float> parameters{size, fence}, gradients{size, fence};
    std::vector<Fenced<float>> states(optimizer.state_arrays(), Fenced<float>{size, fence});
    for (std::size_t n = 0; n < size; ++n) {
        parameters[n] = static_cast<float>(n % 7) - 3;
        gradients[n] = static_cast<float>(n % 5) - 2;
    }
    Update update{parameters.data(), gradients.data(), {}, size, 0.1f, 1, true};
    for (std::size_t n = 0; n < states.size(); ++n) update.state[n] = states[n].data();
    optimizer.apply(update);
    ++update.step;
    optimizer.apply(update);
    return {parameters.begin(), parameters.end()};
}

/// Calls act(fence) for either side, at every offset within a vector.
void at_every_fence(auto act) {
    for (const Fence::Side side : {Fence::Side::behind, Fence::Side::before})
        for (std::size_t offset = 0; offset < 16; ++offset) {
            CAPTURE(offset);
            CAPTURE((side == Fence::Side::before));
            act(Fence{side, offset});
        }
}

template <class Act>
bool ends_the_program(Act act) {
    const pid_t child = ::fork();
    if (child == 0) {
        const rlimit no_core{0, 0};
        ::setrlimit(RLIMIT_CORE, &no_core);
        std::signal(SIGSEGV, SIG_DFL);  // not doctest's
        std::signal(SIGBUS, SIG_DFL);
        act();
        ::_exit(0);
    }
    int status = 0;
    ::waitpid(child, &status, 0);
    return status != 0;
}

}  // namespace

TEST_CASE("a fence ends who touches it") {
    Fenced<float> behind{5, {Fence::Side::behind, 0}}, before{5, {Fence::Side::before, 0}}, away{5, {Fence::Side::behind, 3}};
    CHECK_FALSE(ends_the_program([&] { behind[4] = before[0] = away[7] = 1; }));
    volatile float seen = 0;
    CHECK(ends_the_program([&] { seen = behind.data()[5]; }));
    CHECK(ends_the_program([&] { behind.data()[5] = seen; }));
    CHECK(ends_the_program([&] { seen = before.data()[-1]; }));
    CHECK(ends_the_program([&] { seen = away.data()[8]; }));
}

TEST_CASE("pictures, labels, parameters and answers") {
    const testing::KeptThreads kept_threads;
    set_threads(1);
    const Small network{Seed{1}};
    const std::vector<float> bytes = learn_beside<std::uint8_t>(network, {}), floats = learn_beside<float>(network, {});
    CHECK(bytes != floats);
    at_every_fence([&](Fence fence) {
        CHECK(learn_beside<std::uint8_t>(network, fence) == bytes);
        CHECK(learn_beside<float>(network, fence) == floats);
    });
}

TEST_CASE("what optimizers move, and what is looked through for numbers that are not finite") {
    const std::vector<Optimizer> optimizers{Sgd{.momentum = 0.9f}, Adam{}, AdamW{}, RmsProp{}, Lion{}};
    for (const std::size_t size : {1u, 15u, 16u, 37u})
        for (const Optimizer& optimizer : optimizers) {
            const std::vector<float> expected = move_beside(optimizer, size, {});
            at_every_fence([&](Fence fence) { CHECK(move_beside(optimizer, size, fence) == expected); });
        }
    for (const std::size_t size : {1u, 15u, 16u, 67u})
        at_every_fence([&](Fence fence) {
            Fenced<float> numbers{size, fence};
            numbers[size - 1] = -2;
            CHECK(all_finite(std::span<const float>{numbers.data(), size}));
            CHECK(largest_magnitude(std::span<const float>{numbers.data(), size}) == 2);
        });
}
