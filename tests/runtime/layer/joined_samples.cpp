// SPDX-License-Identifier: MIT
// A layer of a user's own on joined samples: what it gathers, joins, records and accumulates stands where it left it, however the batch is shared.
#include "gradients.hpp"

#include <denim/denim.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cstddef>
#include <cstring>

using namespace denim;

namespace {

std::atomic<std::size_t> other_records = 0, backward_calls = 0;

/// y = w * (x - m), a w for each channel and m the mean of all numbers of the batch. On its own in a trained network, where there is no batch: m is 0.
struct Centre : SpecDefaults {
    static constexpr std::array<Parameter, 1> parameters(Shape in) { return {Parameter{"w", {in.channels}, Initial::ones}}; }

    template <class Arithmetic, Layout Out, Layout In>
    struct InferenceLayer : LayerDefaults<Arithmetic> {
        static void forward(const Forward<Arithmetic>& at) {
            each([&](std::size_t in, std::size_t out, std::size_t c) { at.output[out] = at.parameters[c] * at.input()[in]; });
        }

    protected:
        template <class Each>
        static void each(Each body) {
            for (std::size_t y = 0; y < In.shape.height; ++y)
                for (std::size_t x = 0; x < In.shape.width; ++x)
                    for (std::size_t c = 0; c < In.shape.channels; ++c) body(In.offset(y, x) + c, Out.offset(y, x) + c, c);
        }
    };

    template <class Arithmetic, Layout Out, Layout In>
    struct Layer : InferenceLayer<Arithmetic, Out, In> {
        using Stored = typename Arithmetic::Stored;
        using Computed = typename Arithmetic::Computed;
        using InferenceLayer<Arithmetic, Out, In>::each;
        static constexpr Works works = Works::on_joined_samples;
        static constexpr bool sums_with_peers = true, backward_reads_output = false;
        static constexpr std::size_t scratch_size = 2, scratch_per_sample = 1, record_size = sizeof(Stored), accumulator_size = In.shape.channels;

        static void gather(const Forward<Arithmetic>& at) {
            at.gathered[0] = 0;
            each([&](std::size_t in, std::size_t, std::size_t) { at.gathered[0] += at.input()[in]; });
        }
        static void join(const Forward<Arithmetic>& at) { at.scratch[0] = mean(at); }
        static void forward(const Forward<Arithmetic>& at) {
            if (at.record) std::memcpy(at.record, at.input() + In.offset(0, 0), record_size);
            each([&](std::size_t in, std::size_t out, std::size_t c) { at.output[out] = at.parameters[c] * (at.input()[in] - at.scratch[0]); });
        }
        static void gather_back(const Backward<Arithmetic>& at) {
            at.gathered[0] = 0;
            each([&](std::size_t, std::size_t out, std::size_t c) { at.gathered[0] += at.parameters[c] * at.output_gradient[out]; });
        }
        static void join_back(const Backward<Arithmetic>& at) { at.scratch[1] = mean(at); }
        template <Gradient Input>
        static void backward(const Backward<Arithmetic>& at) {
            ++backward_calls;
            other_records += std::memcmp(at.record, at.input() + In.offset(0, 0), record_size) != 0;
            each([&](std::size_t in, std::size_t out, std::size_t c) {
                at.accumulator[c] += at.output_gradient[out] * (at.input()[in] - at.scratch[0]);
                const Stored gradient = at.parameters[c] * at.output_gradient[out] - at.scratch[1];
                if constexpr (Input == Gradient::write) at.input_gradient()[in] = gradient;
                if constexpr (Input == Gradient::add) at.input_gradient()[in] += gradient;
            });
        }
        static void finish(const Finish<Arithmetic>& sum, std::size_t /*part*/) { std::copy_n(sum.accumulator, accumulator_size, sum.gradients); }

    private:
        static Computed mean(const auto& at) {
            const auto part = part_of(at);
            part.join(at.gathered, 1, [](Computed* sum, const Computed* other, std::size_t, std::size_t) { *sum += *other; });
            return at.gathered[0] / static_cast<Computed>(part.shares.samples * In.shape.size());
        }
    };
};
static_assert(check_layer<Centre, Shape{4, 4, 3}>());

}  // namespace

TEST_CASE("a layer on joined samples: its gradients, in front, behind layers on samples and on batches, within others, and computed again") {
    using testing::check_gradients;
    backward_calls = other_records = 0;
    check_gradients<Image<5, 4, 2>, Sequential<Centre, Conv<3, 5, Linear>, Centre, Activation<Tanh>, MaxPool, Dense<3>>>(19);
    check_gradients<Image<5, 4, 2>, Sequential<Residual<Centre, Conv<3, 2, Same>, Centre>, Centre, Dense<3>>>(9);
    check_gradients<Image<8, 8, 3>, Sequential<Dense<400, ReLU>, Centre, Dense<3>, Centre>>(9, 997);
    check_gradients<Image<5, 4, 2>, Sequential<Conv<3, 5, Linear>, Recompute<Centre, Activation<Tanh>, Conv<1, 4>, Centre>, Recompute<Centre, Dense<3>>>>(9);
    CHECK(backward_calls > 0);
    CHECK(other_records == 0);
}

TEST_CASE("a trained network takes the InferenceLayer beside a layer on joined samples") {
    Network<Image<1, 1, 2>, Sequential<Centre>> network;
    network.edit_parameters([](auto numbers) { numbers[1] = 3; });
    const auto answer = network.predict(Array<float, 3>{{{5, 7}}});
    CHECK(answer(0) == 5);
    CHECK(answer(1) == 21);
}
