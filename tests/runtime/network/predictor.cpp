// SPDX-License-Identifier: MIT
#include "kept_threads.hpp"
#include "messages.hpp"
#include "views.hpp"

#include <denim/denim.hpp>

#include <doctest/doctest.h>

#include <cmath>
#include <cstring>
#include <limits>
#include <string>
#include <thread>
#include <vector>

using namespace denim;

namespace {

using Mixed = Network<Image<20, 17, 3>, Sequential<Conv<5, 20>, MaxPool, Residual<Conv<3, 20, Same>, BatchNorm>, Dropout, Dense<300, ReLU>, Dense<7>>>;

Array<std::uint8_t, 4> some_pictures(std::size_t count) {
    Array<std::uint8_t, 4> pictures(std::array<std::size_t, 4>{count, 20, 17, 3});
    Random random{Seed{2}};
    for (auto& byte : pictures) byte = static_cast<std::uint8_t>(random.below(256));
    return pictures;
}

template <class Number>
bool same_bits(const Number* a, const Number* b, std::size_t count) {
    return std::memcmp(a, b, count * sizeof(Number)) == 0;
}

}  // namespace

TEST_CASE("a picture has the same bits alone, in any batch, and for any number of threads") {
    const testing::KeptThreads kept_threads;
    const Mixed network{Seed{3}};
    const Predictor predictor{network};
    const auto pictures = some_pictures(70);
    const Array<float, 2> together = predictor.predict(pictures);
    CHECK(together.shape(0) == 70);
    CHECK(together.shape(1) == 7);
    set_serial_threshold(0);
    for (const std::size_t wanted : {1u, 2u, 5u}) {
        set_threads(wanted);
        const Array<float, 2> again = predictor.predict(pictures);
        CHECK(threads_entered() == wanted);
        CHECK(same_bits(again.data(), together.data(), together.size()));
        for (const std::size_t n : {0u, 1u, 35u, 64u, 69u}) {
            const Array<float, 1> alone = predictor.predict(xt::view(pictures, n));
            CHECK(same_bits(alone.data(), together.data() + n * 7, 7));
        }
        const Array<float, 2> three = predictor.predict(xt::view(pictures, xt::range(5, 8)));
        CHECK(same_bits(three.data(), together.data() + 35, 21));
    }
}

TEST_CASE("a predictor answers many threads at once") {
    const Mixed network{Seed{3}};
    const Predictor predictor{network};
    const auto pictures = some_pictures(12);
    const Array<float, 2> expected = predictor.predict(pictures);
    std::vector<std::thread> users;
    std::atomic<int> right = 0;
    for (int user = 0; user < 4; ++user)
        users.emplace_back([&] {
            for (int turn = 0; turn < 3; ++turn) right += same_bits(predictor.predict(pictures).data(), expected.data(), expected.size());
        });
    for (auto& user : users) user.join();
    CHECK(right == 12);
}

TEST_CASE("bytes, floats, views, strided views, adaptors and lazy expressions are one and the same picture") {
    const Mixed network{Seed{3}};
    const Predictor predictor{network};
    const auto bytes = some_pictures(6);
    const Array<float, 2> expected = predictor.predict(bytes);
    const auto close = [&](const auto& logits) {
        for (std::size_t n = 0; n < expected.size(); ++n) CHECK(logits.data()[n] == doctest::Approx(expected.data()[n]).epsilon(1e-4));
    };
    const Array<float, 4> floats = xt::cast<float>(bytes) / 255.0f;
    close(predictor.predict(floats));
    close(predictor.predict(xt::cast<float>(bytes) * (1.0f / 255.0f)));
    close(predictor.predict(xt::view(bytes, xt::all())));
    close(predictor.predict(view(bytes.data(), std::array<std::size_t, 4>{6, 20, 17, 3})));
    Array<std::uint8_t, 4> wide(std::array<std::size_t, 4>{6, 20, 20, 3});
    xt::view(wide, xt::all(), xt::all(), xt::range(2, 19)) = bytes;
    const auto strided = predictor.predict(xt::view(wide, xt::all(), xt::all(), xt::range(2, 19)));
    CHECK(same_bits(strided.data(), expected.data(), expected.size()));
    const Array<float, 2> alone = predictor.predict(xt::view(bytes, xt::range(0, 1)));
    CHECK(same_bits(alone.data(), expected.data(), 7));
    CHECK(same_bits(network.predict(bytes).data(), expected.data(), expected.size()));
}

TEST_CASE("no pictures give no logits") {
    const Array<float, 2> nothing = Predictor{Mixed{Seed{3}}}.predict(some_pictures(0));
    CHECK(nothing.shape(0) == 0);
    CHECK(nothing.shape(1) == 7);
}

TEST_CASE("probabilities add to one, large logits included") {
    Mixed network{Seed{3}};
    network.edit([](auto& layers) { layers.template get<5>().weights() *= 1e4f; });
    const Array<float, 2> probabilities = network.probabilities(some_pictures(3));
    for (std::size_t n = 0; n < 3; ++n) {
        float sum = 0;
        for (std::size_t k = 0; k < 7; ++k) sum += probabilities(n, k);
        CHECK(sum == doctest::Approx(1));
    }
}

TEST_CASE("a predictor keeps what it was made from") {
    Mixed network{Seed{3}};
    const Predictor before{network};
    const auto pictures = some_pictures(2);
    const Array<float, 2> expected = before.predict(pictures);
    network.edit([](auto& layers) { layers.template get<0>().weights() *= 0.5f; });
    CHECK(same_bits(before.predict(pictures).data(), expected.data(), expected.size()));
    CHECK_FALSE(same_bits(network.predict(pictures).data(), expected.data(), expected.size()));
}

TEST_CASE("a predictor takes another network's weights in the memory that it has") {
    const testing::KeptThreads kept_threads;
    Mixed network{Seed{3}};
    const Mixed other{Seed{4}};
    const auto pictures = some_pictures(5);
    Predictor predictor{network};
    const auto check = [&](const Mixed& now) {
        predictor.assign(now);
        const Array<float, 2> expected = Predictor{now}.predict(pictures), logits = predictor.predict(pictures);
        CHECK(same_bits(logits.data(), expected.data(), expected.size()));
    };
    check(other);
    check(network);
    check(network);
    network.edit_parameters([](std::span<float> all) { all.back() += 1; });
    check(network);
    network.set_gives(0, Gives::labels);
    predictor.assign(network);
    CHECK(predictor.gives()[0] == Gives::labels);
    const Predictor taken = std::move(predictor);
    check(other);
}

TEST_CASE("wrong shapes and numbers that are not finite are errors with both sides") {
    const Mixed network{Seed{3}};
    CHECK(message_of([&] { (void)network.predict(Array<float, 4>(std::array<std::size_t, 4>{2, 17, 20, 3})); }) ==
          "denim: the network takes pictures of shape (N, 20, 17, 3) or one of (20, 17, 3), but got an array of shape (2, 17, 20, 3)");
    CHECK(message_of([&] { (void)network.predict(Array<float, 4>(std::array<std::size_t, 4>{2, 20, 17, 1})); }).find("(2, 20, 17, 1)") !=
          std::string::npos);
    for (const float wrong : {std::numeric_limits<float>::quiet_NaN(), std::numeric_limits<float>::infinity()}) {
        Array<float, 4> pictures = xt::zeros<float>({3, 20, 17, 3});
        pictures(1, 4, 5, 2) = wrong;
        CHECK(message_of([&] { (void)network.predict(pictures); }) ==
              "denim: picture 1 holds a number that is not finite at row 4, column 5, channel 2; expected finite floats");
    }
}

TEST_CASE("one picture gives one row of logits, whatever type it has") {
    const Mixed network{Seed{3}};
    const auto pictures = some_pictures(2);
    static_assert(std::is_same_v<decltype(network.predict(xt::view(pictures, 0))), Array<float, 1>>);
    static_assert(std::is_same_v<decltype(network.predict(xt::xtensor_fixed<float, xt::xshape<20, 17, 3>>{})), Array<float, 1>>);
    const xt::xarray<std::uint8_t> dynamic = xt::view(pictures, 1);
    CHECK(network.predict(dynamic).shape(0) == 1);
}

TEST_CASE("a network may end in a picture, which leaves in HWC order") {
    using Ends = Network<Image<4, 6, 3>, Sequential<MaxPool>>;
    Array<float, 3> picture({4, 6, 3});
    for (std::size_t n = 0; n < picture.size(); ++n) picture.data()[n] = static_cast<float>(n);
    const Array<float, 1> largest = Ends{}.predict(picture);
    REQUIRE(largest.size() == 18);
    for (std::size_t y = 0; y < 2; ++y)
        for (std::size_t x = 0; x < 3; ++x)
            for (std::size_t c = 0; c < 3; ++c) CHECK(largest((y * 3 + x) * 3 + c) == picture(2 * y + 1, 2 * x + 1, c));
}
