// SPDX-License-Identifier: MIT
// What the network makes of layers that the compiler cannot tell apart.
#include "messages.hpp"

#include <denim/network/predictor.hpp>

#include <denim/layer/dense.hpp>
#include <denim/layer/flatten.hpp>

#include <doctest/doctest.h>

using namespace denim;

namespace {

/// Refuses every shape, and its Problem finds nothing to say.
struct Silent : Flatten {
    static constexpr bool accepts(Shape /*in*/) { return false; }
    template <Shape In>
    struct Problem {
        static_assert(In.height > 0, "Silent: there must be a row.");
    };
};

/// Adds one; in a trained network too, or only while it learns.
template <bool TrainingOnly>
struct AddOne : SpecDefaults {
    static constexpr bool training_only = TrainingOnly;

    template <class Arithmetic, Layout Out, Layout In>
    struct Layer : LayerDefaults<Arithmetic> {
        using Stored = typename Arithmetic::Stored;
        static void forward(const Forward<Arithmetic>& at) {
            for_each_number<In>([&](std::size_t, std::size_t place) { at.output[place] = at.input()[place] + Stored{1}; });
        }
        template <Gradient Input>
        static void backward(const Backward<Arithmetic>& /*at*/) {}
    };
};

template <bool TrainingOnly>
float answer() {
    using Adds = Network<Image<1, 1, 1>, Sequential<AddOne<TrainingOnly>>, Plain<float>>;
    Array<float, 3> picture({1, 1, 1});
    picture(0, 0, 0) = 4;
    return Predictor{Adds{}}.predict(picture)(0);
}

}  // namespace

TEST_CASE("a layer that refuses its shape without a word makes no network") {
    using Mute = Network<Image<2, 2, 1>, Sequential<Flatten, Silent, Dense<2>>>;
    CHECK(message_of([] { Mute{}; }) ==
          "denim: Network: layer 1 does not accept the shape that it gets, but the static_asserts of its Problem hold");
}

TEST_CASE("training_only may be said to be false") {
    CHECK(answer<false>() == 5);
    CHECK(answer<true>() == 4);
}
