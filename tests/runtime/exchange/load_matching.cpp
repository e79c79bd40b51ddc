// SPDX-License-Identifier: MIT
#include "messages.hpp"
#include "scratch.hpp"

#include <denim/denim.hpp>
#include <denim/exchange.hpp>
#include <denim/format.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <cstring>
#include <limits>
#include <sstream>
#include <string>
#include <vector>

using namespace denim;

namespace {

template <class... Head>
using On = Network<Image<10, 10, 1>,
                   Sequential<Conv<3, 4>, BatchNorm, MaxPool, Residual<Conv<3, 4, Same>, Conv<3, 4, Same, Linear>>, Head...>>;
using Three = On<Dense<3>>;
using Five = On<Dense<5>>;
using OtherThree = On<Dense<3>>;

template <class Network>
std::vector<float> row(const Network& network, const std::string& name) {
    for (const Row& row : network.rows())
        if (row.name == name) {
            const auto part = network.parameters().subspan(row.offset, row.size());
            return {part.begin(), part.end()};
        }
    FAIL(name);
    return {};
}

std::string why(const std::vector<MatchReport::Left>& left, const std::string& name) {
    const auto found = std::ranges::find(left, name, &MatchReport::Left::name);
    return found == left.end() ? "not there" : found->why;
}

struct File {
    Scratch scratch;
    std::filesystem::path path = scratch / "three.safetensors";
    Three network{Seed{1}};
    File() {
        network.edit([](auto& layers) { layers.template get<1>().mean().fill(0.5f); });
        save(network, path);
    }
};

}  // namespace

TEST_CASE("a trunk goes under another head, running statistics too, and the report says what and why") {
    const File file;
    Five five{Seed{2}};
    const Five before = five;
    const MatchReport report = load_matching(five, file.path);
    CHECK(report.taken == std::vector<std::string>{"0.weights", "0.bias", "1.gamma", "1.beta", "1.mean", "1.variance",
                                                   "3.0.weights", "3.0.bias", "3.1.weights", "3.1.bias"});
    for (const std::string& name : report.taken) CHECK(row(five, name) == row(file.network, name));
    REQUIRE(report.left.size() == 2);
    CHECK(why(report.left, "4.weights") == "the file has (64, 3), the network (64, 5)");
    CHECK(why(report.left, "4.bias") == "the file has (3,), the network (5,)");
    CHECK(row(five, "4.weights") == row(before, "4.weights"));
    CHECK(why(report.unused, "4.weights") == why(report.left, "4.weights"));
    std::ostringstream text;
    text << report;
    CHECK(text.str().starts_with("10 of 12 arrays taken\n  taken   0.weights\n"));
    CHECK(text.str().find("  left    4.bias: the file has (3,), the network (5,)\n") != std::string::npos);
}

TEST_CASE("a layer is taken whole or not at all; what fits may be skipped") {
    const File file;
    using Wider = Network<Image<10, 10, 1>, Sequential<Conv<5, 4>, BatchNorm, Dense<7>, Dense<2>>>;
    Wider wider{Seed{2}};
    const Wider before = wider;
    const MatchReport report = load_matching(wider, file.path);
    CHECK(report.taken == std::vector<std::string>{"1.gamma", "1.beta", "1.mean", "1.variance"});
    CHECK(why(report.left, "0.bias") == "0.weights of the same layer does not fit");
    CHECK(row(wider, "0.bias") == row(before, "0.bias"));
    CHECK(why(report.left, "2.weights") == "the file has no array of this name");
    CHECK(why(report.unused, "3.1.bias") == "the network has no array of this name");

    OtherThree other{Seed{3}};
    const OtherThree fresh = other;
    const MatchReport skipped = load_matching(other, file.path, {"4", "3.1.bias"});
    CHECK(why(skipped.left, "4.weights") == "it was to be skipped");
    CHECK(why(skipped.left, "3.1.weights") == "3.1.bias of the same layer does not fit");
    CHECK(row(other, "4.weights") == row(fresh, "4.weights"));
    CHECK(row(other, "3.0.weights") == row(file.network, "3.0.weights"));
    CHECK(load_matching(other, file.path).left.empty());
    CHECK(std::ranges::equal(other.parameters(), file.network.parameters()));
}

TEST_CASE("a dense layer's weights of two axes go to a convolution of 1 x 1, and back") {
    const Scratch scratch;
    const Network<Image<1, 1, 3>, Sequential<Dense<4>>> dense{Seed{2}};
    save(dense, scratch / "dense.safetensors");
    Network<Image<5, 5, 3>, Sequential<Conv<1, 4>>> pixels;
    CHECK(load_matching(pixels, scratch / "dense.safetensors").taken == std::vector<std::string>{"0.weights", "0.bias"});
    CHECK(std::ranges::equal(pixels.parameters(), dense.parameters()));
    save(pixels, scratch / "pixels.safetensors");
    Network<Image<1, 1, 3>, Sequential<Dense<4>>> other;
    load_matching(other, scratch / "pixels.safetensors");
    CHECK(std::ranges::equal(other.parameters(), dense.parameters()));
    Network<Image<5, 5, 3>, Sequential<Conv<3, 4>>> windows;
    CHECK_THROWS_AS(load_matching(windows, scratch / "dense.safetensors"), FileError);
}

TEST_CASE("a frozen trunk stays while its new head learns") {
    const File file;
    Five five{Seed{2}};
    load_matching(five, file.path);
    five.freeze<0>();
    five.freeze<3>();
    Array<std::uint8_t, 4> images(std::array<std::size_t, 4>{20, 10, 10, 1});
    Array<int, 1> labels(std::array<std::size_t, 1>{20});
    Random random{Seed{4}};
    for (auto& pixel : images) pixel = static_cast<std::uint8_t>(random.below(256));
    for (std::size_t n = 0; n < 20; ++n) labels(n) = static_cast<int>(n % 5);
    const auto head = row(five, "4.weights");
    fit(five, images, labels, {.epochs = 1, .batch = 10});
    CHECK(row(five, "0.weights") == row(file.network, "0.weights"));
    CHECK(row(five, "3.1.bias") == row(file.network, "3.1.bias"));
    CHECK(row(five, "4.weights") != head);
}

TEST_CASE("where nothing fits, or a number is not finite, it is an error and the network stays") {
    const File file;
    Network<Image<10, 10, 1>, Dense<3>> other{Seed{2}};
    const std::vector<float> before(other.parameters().begin(), other.parameters().end());
    const std::string message = message_of([&] { load_matching(other, file.path); });
    INFO(message);
    CHECK(message.find("no layer of the network fits") != std::string::npos);
    CHECK(std::ranges::equal(other.parameters(), before));

    Five five{Seed{2}};
    const std::vector<float> kept(five.parameters().begin(), five.parameters().end());
    std::vector<NamedTensor> tensors = detail::named_tensors(file.network.rows(), file.network.parameters());
    std::vector<float> bad(tensors[1].values.begin(), tensors[1].values.end());
    bad[2] = std::numeric_limits<float>::infinity();
    tensors[1].values = bad;
    std::vector<NamedView> views;  // write_weights would refuse it
    for (const auto& [name, shape, values] : tensors) views.push_back({name, AnyArrayView::of<float>(values, shape)});
    write_safetensors(file.scratch / "bad.safetensors", views);
    CHECK(message_of([&] {
              load_matching(five, file.scratch / "bad.safetensors");
          }).find("tensor '0.bias' holds a number that is not finite") != std::string::npos);
    CHECK(std::ranges::equal(five.parameters(), kept));
}
