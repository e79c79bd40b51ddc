// SPDX-License-Identifier: MIT
// The same network by other kernels: transformed or summed directly, BatchNorm folded or not.
#include <denim/denim.hpp>

#include <doctest/doctest.h>

#include <cmath>
#include <cstring>
#include <string>
#include <vector>

using namespace denim;

namespace {

template <class Numbers>
using Study = Network<Image<120, 90, 3>, Sequential<Conv<5, 64>, MaxPool, Conv<5, 64>, MaxPool, Dense<3>>, Numbers>;

Array<std::uint8_t, 4> some_pictures(std::size_t count, Shape shape) {
    Array<std::uint8_t, 4> pictures(std::array<std::size_t, 4>{count, shape.height, shape.width, shape.channels});
    Random random{Seed{2}};
    for (auto& byte : pictures) byte = static_cast<std::uint8_t>(random.below(256));
    return pictures;
}

// A dark thing on a white ground, wider, higher or smaller by its label.
void draw_things(Array<std::uint8_t, 4>& pictures) {
    Random random{Seed{4}};
    pictures.fill(255);
    for (std::size_t n = 0; n < pictures.shape(0); ++n) {
        const std::size_t height = n % 3 == 1 ? 90 : 40, width = n % 3 == 0 ? 70 : 35, top = random.below(20), left = random.below(15);
        for (std::size_t y = top; y < top + height; ++y)
            for (std::size_t x = left; x < left + width; ++x)
                for (std::size_t c = 0; c < 3; ++c) pictures(n, y, x, c) = static_cast<std::uint8_t>(random.below(100) + 20 * c);
    }
}

struct Losses {
    std::vector<double> all;
    void on_epoch(Run& run) { all.push_back(run.train.loss); }
};

template <class Numbers>
std::vector<double> ten_losses() {
    auto pictures = some_pictures(32, {120, 90, 3});
    draw_things(pictures);
    Array<std::int32_t, 1> labels = xt::zeros<std::int32_t>({32});
    for (std::size_t n = 0; n < 32; ++n) labels(n) = static_cast<std::int32_t>(n % 3);
    Study<Numbers> network{Seed{3}};
    Losses losses;
    // At Adam's usual rate a filter that one rounding wakes moves a loss by more than the kernels do; see golden/training.cpp.
    fit(network, pictures, labels, {.epochs = 10, .batch = 32, .optimizer = Adam{.rate = 1.0f / 8192}, .shuffle = false}, losses);
    return losses.all;
}

// Of all logits: the largest difference, relative to the mean magnitude.
template <class A, class B>
double difference(const A& a, const B& b) {
    double largest = 0, magnitude = 0;
    for (std::size_t n = 0; n < a.size(); ++n) {
        largest = std::max(largest, std::abs(static_cast<double>(a.flat(n)) - static_cast<double>(b.flat(n))));
        magnitude += std::abs(static_cast<double>(b.flat(n))) / static_cast<double>(b.size());
    }
    return largest / magnitude;
}

template <class From, class To>
void copy_parameters(const From& from, To& to) {
    to.edit_parameters([&](auto numbers) { std::copy(from.parameters().begin(), from.parameters().end(), numbers.begin()); });
}

}  // namespace

TEST_CASE("ten training steps of the study's network: transformed kernels follow the direct ones") {
    const std::vector<double> transformed = ten_losses<Fast>(), direct = ten_losses<Direct>();
    REQUIRE(transformed.size() == 10);
    REQUIRE(direct.size() == 10);
    for (std::size_t step = 0; step < 10; ++step) {
        INFO("step ", step);
        CHECK(std::abs(transformed[step] - direct[step]) <= 1e-3 * direct[step]);
    }
    CHECK(transformed != direct);
}

TEST_CASE("a layer or a network chooses its kernel, and summary says which") {
    using Free = Network<Image<40, 40, 3>, Sequential<Conv<3, 20>, MaxPool, Conv<3, 24>, Dense<3>>>;
    using Asked = Network<Image<40, 40, 3>, Sequential<Conv<3, 20, Algorithm<Direct>>, MaxPool, Conv<3, 24>, Dense<3>>>;
    using All = Network<Image<40, 40, 3>, Sequential<Conv<3, 20>, MaxPool, Conv<3, 24>, Dense<3>>, Direct>;
    using Small = Network<Image<9, 9, 3>, Sequential<Conv<3, 20, Algorithm<Transformed>>, Dense<3>>>;
    const auto count = [](const std::string& text, const std::string& word) {
        std::size_t found = 0;
        for (std::size_t at = text.find(word); at != text.npos; at = text.find(word, at + 1)) ++found;
        return found;
    };
    Free free{Seed{1}};
    Asked asked{Seed{1}};
    All all{Seed{1}};
    CHECK(count(free.summary(), "transformed F(6,3)") == 2);
    CHECK(count(asked.summary(), "transformed F(6,3)") == 1);
    CHECK(count(asked.summary(), "direct\n") == 1);
    CHECK(count(all.summary(), "direct\n") == 2);
    CHECK(count(Small{}.summary(), "transformed F(6,3)") == 1);
    CHECK(all.summary().find("fp32, direct sums") != std::string::npos);

    const auto pictures = some_pictures(3, {40, 40, 3});
    const auto logits = all.predict(pictures);
    CHECK(difference(free.predict(pictures), logits) < 1e-4);
    CHECK(difference(asked.predict(pictures), logits) < 1e-4);
    CHECK(std::memcmp(asked.predict(pictures).data(), free.predict(pictures).data(), 9 * sizeof(float)) != 0);
}

TEST_CASE("BatchNorm behind a linear Conv is folded into its weights in a predictor, and ReLU or ReLU6 behind it into its kernel") {
    const auto check = []<class Body>(Sequential<Body>*) {
        using Quick = Network<Image<20, 17, 3>, Body>;
        using Double = Network<Image<20, 17, 3>, Body, Plain<double>>;
        Quick network{Seed{1}};
        network.edit_parameters([](std::span<float> numbers) {
            Random random{Seed{5}};
            for (float& number : numbers) number = static_cast<float>(random.uniform(0.1, 0.9) * (random.below(4) ? 1 : -1));
        });
        // Variances are not negative.
        for (const Row& row : network.rows())
            if (row.name.ends_with("variance"))
                network.edit_parameters([&](std::span<float> numbers) {
                    for (float& number : numbers.subspan(row.offset, row.size())) number = std::abs(number);
                });
        Double twin;
        copy_parameters(network, twin);
        const auto pictures = some_pictures(5, {20, 17, 3});
        CHECK(difference(network.predict(pictures), twin.predict(pictures)) < 1e-4);
    };
    check(static_cast<Sequential<Sequential<Conv<3, 20, Linear>, BatchNorm, MaxPool, Dense<4>>>*>(nullptr));
    check(static_cast<Sequential<Sequential<Conv<3, 7, Same, Linear, NoBias, Stride<2>>, BatchNorm, Dense<4>>>*>(nullptr));
    check(static_cast<Sequential<Sequential<Conv<5, 16, Same, Linear>, Residual<Conv<3, 16, Same, Linear>, BatchNorm>, Dense<4>>>*>(nullptr));
    using Folded = Plan<Graph<Image<20, 17, 3>, Sequential<Conv<3, 20, Linear>, BatchNorm, MaxPool, Dense<4>>>, Fast, Mode::inference>;
    CHECK(Folded::count == 3);

    using Mobile = Sequential<Conv<3, 20, Same, Linear, NoBias>, BatchNorm, Activation<ReLU6>, DepthwiseConv<3, Same, Linear, NoBias, Stride<2>>, BatchNorm,
                              Activation<ReLU6>, Conv<1, 9, Linear>, BatchNorm, Activation<ReLU>, Conv<3, 18, Linear, Groups<3>>, BatchNorm, Activation<ReLU6>,
                              Conv<1, 5, Linear>, BatchNorm, Activation<Tanh>, Dense<4>>;
    check(static_cast<Sequential<Mobile>*>(nullptr));
    CHECK(Plan<Graph<Image<20, 17, 3>, Mobile>, Fast, Mode::inference>::count == 6);  // Tanh is a node of its own
    CHECK(Plan<Graph<Image<20, 17, 3>, Mobile>, Fast, Mode::training>::count == 16);
}
