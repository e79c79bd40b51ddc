// SPDX-License-Identifier: MIT
#include "gradients.hpp"

#include <denim/network/architecture.hpp>

#include <string>
#include <string_view>
#include <type_traits>

using namespace denim;
using testing::check_gradients;

namespace {

template <std::size_t Channels, class... Options>
struct Basic : Sequential<Residual<Conv<3, Channels, Same, Options...>, Conv<3, Channels, Same, Linear>>, Activation<ReLU>> {};
struct Stem : Sequential<Conv<3, 4, Same>, MaxPool> {
    static constexpr const char* name = "the stem";
};
template <std::size_t Channels>
using Alias = Sequential<Conv<1, Channels>, BatchNorm>;

using Deep = Network<Image<8, 8, 1>, Sequential<Stem, Repeat<2, Basic<4>>, Alias<4>, Repeat<0, Basic<7>>, Dense<2>>>;

// Blocks of a namespace have it in their names, and this file may be in one.
std::string without_namespace(std::string text) {
    constexpr std::string_view space = "test_of_repeat::";
    for (std::size_t at = 0; (at = text.find(space)) != text.npos;) text.erase(at, space.size());
    return text;
}

}  // namespace

TEST_CASE("Repeat: the block so many times, each with weights of its own") {
    using Block = Sequential<Conv<1, 2>, MaxPool>;
    CHECK(std::is_same_v<expanded<Repeat<2, Block>>, List<Conv<1, 2>, MaxPool, Conv<1, 2>, MaxPool>>);
    CHECK(std::is_same_v<expanded<Repeat<3, Dropout>>, List<Dropout, Dropout, Dropout>>);
    CHECK(std::is_same_v<expanded<Repeat<0, Block>>, List<>>);
    CHECK(expanded<Repeat<300, Dropout>>::size == 300);
    std::string names;
    const Deep network{Seed{1}};
    for (const Row& row : network.rows()) names += row.name + ' ';
    CHECK(names ==
          "0.0.weights 0.0.bias 1.0.0.0.weights 1.0.0.0.bias 1.0.0.1.weights 1.0.0.1.bias 1.1.0.0.weights 1.1.0.0.bias 1.1.0.1.weights 1.1.0.1.bias "
          "2.0.weights 2.0.bias 2.1.gamma 2.1.beta 2.1.mean 2.1.variance 4.weights 4.bias ");
    CHECK_FALSE(std::equal(network.layer<1, 0, 0, 0>().weights().begin(), network.layer<1, 0, 0, 0>().weights().end(), network.layer<1, 1, 0, 0>().weights().begin()));
    check_gradients<Image<4, 4, 2>, Sequential<Repeat<2, Residual<Conv<3, 2, Same>>>, Dense<3>>>(4);
}

TEST_CASE("a block with a name of its own is shown by the summary, and by the architecture with what it stands for") {
    const std::string summary = without_namespace(Deep{}.summary());
    std::vector<std::string> begins;
    for (std::size_t at = 0; at < summary.size(); at = summary.find('\n', at) + 1) {
        const std::string line = summary.substr(at, summary.find('\n', at) - at);
        const std::size_t place = line.find_first_not_of(' ');
        if (place != line.npos && line.find('(') == line.npos) begins.push_back(line.substr(place));
    }
    REQUIRE(begins.size() >= 6);
    CHECK(begins[2] == "0        the stem");
    CHECK(begins[3] == "1.0      Basic<4>");
    CHECK(begins[4] == "1.1      Basic<4>");
    CHECK(summary.find("\n1.0.0    Sum ") != summary.npos);
    CHECK(without_namespace(detail::architecture_of<Deep>()) ==
          "Image<8, 8, 1>, Sequential<Stem, Repeat<2, Basic<4>>, Sequential<Conv<1, 4>, BatchNorm>, Repeat<0, Basic<7>>, Dense<2>>; the stem: "
          "Sequential<Conv<3, 4, Same>, MaxPool>; Basic<4>: Sequential<Residual<Conv<3, 4, Same>, Conv<3, 4, Same, Linear>>, Activation<ReLU>>");
}
