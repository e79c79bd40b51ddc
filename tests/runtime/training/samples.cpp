// SPDX-License-Identifier: MIT
// Shapes of targets that are taken, and what becomes of them.
#include "messages.hpp"

#include <denim/loss/mean_squared_error.hpp>
#include <denim/training/samples.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <span>
#include <string>
#include <vector>

using namespace denim;

namespace {

const Array<float, 4> images(std::array<std::size_t, 4>{4, 1, 2, 1}, 0.5f);

template <std::size_t Rank>
Array<float, Rank> numbers(const std::array<std::size_t, Rank>& shape) {
    Array<float, Rank> all(shape);
    for (std::size_t n = 0; n < all.size(); ++n) all.data()[n] = static_cast<float>(n) / 4;
    return all;
}

// "taken", or why not.
template <class Labels>
std::string answer(const Labels& labels, std::size_t outputs) {
    const std::string message = message_of([&] {
        const Samples samples = Samples::of(LabelledPair{images, labels}, {1, 2, 1}, std::span{&outputs, 1}, "training", MeanSquaredError{});
        CHECK(samples.count() == 4);
        CHECK(samples.width() == outputs);
        CHECK(samples.labels.empty());
        CHECK(std::equal(samples.numbers.begin(), samples.numbers.end(), labels.data(), labels.data() + labels.size()));
    });
    return message.empty() ? "taken" : message;
}

}  // namespace

TEST_CASE("numbers as targets: one for each output, in two dimensions, or in one where there is one output") {
    CHECK(answer(numbers<1>({4}), 1) == "taken");
    CHECK(answer(numbers<2>({4, 1}), 1) == "taken");
    CHECK(answer(numbers<2>({4, 2}), 2) == "taken");
    CHECK(answer(numbers<1>({8}), 2).find("in the shape (4, 2), a number for each output of each picture, but theirs is (8,)") != std::string::npos);
    CHECK(answer(numbers<3>({4, 1, 2}), 2).find("but theirs is (4, 1, 2)") != std::string::npos);
    CHECK(answer(numbers<1>({4}), 2).find("but theirs is (4,)") != std::string::npos);
    CHECK(answer(numbers<2>({4, 2}), 1).find("but theirs is (4, 2)") != std::string::npos);
}
