// SPDX-License-Identifier: MIT
// What fit says on standard error before its first step, once in a program.
#include "said.hpp"

#include <denim/denim.hpp>

#include <doctest/doctest.h>

#include <string>

using namespace denim;

namespace {

template <class... Layers>
using Net = Network<Image<2, 2, 1>, Sequential<Layers...>>;

template <class Network, class Images, class Labels>
std::string said_by_fit(const Images& images, const Labels& labels, const FitOptions& options = {}) {
    return said([&] {
        Network network{Seed{1}};
        fit(network, images, labels, options);
    });
}

const Array<int, 1> both{0, 1, 0, 1};
Array<float, 4> floats(float to) {
    Array<float, 4> images(std::array<std::size_t, 4>{4, 2, 2, 1});
    for (std::size_t n = 0; n < 16; ++n) images.data()[n] = to * static_cast<float>(n) / 15;
    return images;
}
Array<std::uint8_t, 4> bytes(unsigned to) {
    Array<std::uint8_t, 4> images(std::array<std::size_t, 4>{4, 2, 2, 1});
    for (unsigned n = 0; n < 16; ++n) images.data()[n] = static_cast<std::uint8_t>(n % 2 * to);
    return images;
}

}  // namespace

TEST_CASE("an output that its bias shuts is room for later: nobody misses its label") {
    const auto of_bias = [](float bias) {
        return said([&] {
            Net<Dense<5>> network{Seed{1}};
            network.edit([&](auto& layers) { layers.template get<0>().bias()(3) = layers.template get<0>().bias()(4) = bias; });
            fit(network, floats(1), Array<int, 1>{0, 1, 2, 1}, {});
        });
    };
    CHECK(of_bias(-1000).empty());
    CHECK(of_bias(-999).find("no picture of the training set has one of the labels 3, 4, but") != std::string::npos);
}

TEST_CASE("pictures in their range, logits and labels of all classes: nothing is said") {
    CHECK(said_by_fit<Net<Dense<2>>>(floats(1), both).empty());
    CHECK(said_by_fit<Net<Dense<2>>>(bytes(255), both).empty());
    CHECK(said_by_fit<Net<Dense<2>>>(bytes(0), both).empty());
    Array<float, 4> standardised = floats(40);
    standardised(0, 0, 0, 0) = -1;
    CHECK(said_by_fit<Net<Dense<2>>>(standardised, both).empty());
    const Array<float, 2> numbers{{0, 1}, {1, 0}, {1, 1}, {0, 0}};
    CHECK(said_by_fit<Net<Dense<2, Softmax>>>(floats(1), numbers, {.loss = MeanSquaredError{}}).empty());
}

TEST_CASE("pictures in another range are named, once") {
    CHECK(said_by_fit<Net<Dense<2>>>(floats(255), both) ==
          "denim: fit: the floats of the training set go from 0 to 255, and the network sees them as they are; divide them by 255, or "
          "give bytes, which are scaled on the way\n");
    CHECK(said_by_fit<Net<Dense<2>>>(floats(255), both).empty());
    CHECK(said_by_fit<Net<Dense<2>>>(bytes(1), both) ==
          "denim: fit: the bytes of the training set are only 0 and 1, of 0 to 255, so the network sees 0 and 1/255; multiply them by "
          "255, or give floats\n");
}

TEST_CASE("a softmax or a sigmoid before a loss that takes logits is named, at the end of a head too") {
    const std::string softmax = "the network ends in a softmax, but SoftmaxCrossEntropy takes logits";
    CHECK(said_by_fit<Net<Dense<2>, Activation<Softmax>>>(floats(1), both).find(softmax) != std::string::npos);
    CHECK(said_by_fit<Net<Dense<2, Softmax>, Dropout>>(floats(1), both, {.loss = Focal{}}).find("ends in a softmax, but Focal takes logits") !=
          std::string::npos);
    const Array<float, 2> numbers{{0, 1}, {1, 0}, {1, 1}, {0, 0}};
    CHECK(said_by_fit<Net<Dense<2, Sigmoid>>>(floats(1), numbers, {.loss = BinaryCrossEntropy{}})
              .find("ends in a sigmoid, but BinaryCrossEntropy takes logits") != std::string::npos);
    const Array<int, 2> labels{{0, 0}, {1, 1}, {0, no_label}, {1, 0}};
    CHECK(said_by_fit<Net<Heads<Dense<2>, Dense<2, Sigmoid>>>>(floats(1), labels).find("ends in a sigmoid, but SoftmaxCrossEntropy") !=
          std::string::npos);
}

TEST_CASE("classes that no label uses are named, of a head too") {
    CHECK(said_by_fit<Net<Dense<4>>>(floats(1), Array<int, 1>{0, 1, 0, 1}) ==
          "denim: fit: no picture of the training set has one of the labels 2, 3, but the network has outputs for them; labels go from 0 to 3\n");
    const std::string many = said_by_fit<Net<Dense<20>>>(floats(1), both);
    CHECK(many.find("one of the labels 2, 3, 4, 5, 6, 7, 8, 9, 10, 11 and 8 more,") != std::string::npos);
    const Array<int, 2> labels{{0, 0}, {1, 1}, {0, no_label}, {1, 0}};
    CHECK(said_by_fit<Net<Heads<Dense<2>, Dense<3>>>>(floats(1), labels).find("the label 2 of head 1,") != std::string::npos);
}
