// SPDX-License-Identifier: MIT
#include <denim/exchange/match_weights.hpp>

#include <doctest/doctest.h>

#include "messages.hpp"

using namespace denim;

namespace {

using Numbers = std::vector<std::size_t>;

ForeignWeights file_of(bool ordered, std::vector<std::pair<std::string, Numbers>> arrays) {
    ForeignWeights file{"w", ordered, {}};
    for (auto& [name, shape] : arrays) file.tensors.push_back({name, shape, {}});
    return file;
}

// Two convolutions of one shape, a BatchNorm, a dense layer behind a picture of 2 x 3 pixels.
const std::vector<WeightPlace> network{{"0.weights", {3, 3, 4, 4}, 0, {6, 7, 4}, 0},
                                       {"0.bias", {4}, 144, {6, 7, 4}, 0},
                                       {"1.weights", {3, 3, 4, 4}, 148, {4, 5, 4}, 1},
                                       {"1.bias", {4}, 292, {4, 5, 4}, 1},
                                       {"2.gamma", {4}, 296, {2, 3, 4}, 2},
                                       {"2.beta", {4}, 300, {2, 3, 4}, 2},
                                       {"2.mean", {4}, 304, {2, 3, 4}, 2},
                                       {"2.variance", {4}, 308, {2, 3, 4}, 2},
                                       {"3.weights", {24, 5}, 312, {2, 3, 4}, 3},
                                       {"3.bias", {5}, 432, {2, 3, 4}, 3}};

const std::vector<std::pair<std::string, Numbers>> pytorch{{"features.2.weight", {4, 4, 3, 3}},
                                                           {"features.2.bias", {4}},
                                                           {"features.10.weight", {4, 4, 3, 3}},
                                                           {"features.10.bias", {4}},
                                                           {"norm.weight", {4}},
                                                           {"norm.bias", {4}},
                                                           {"norm.running_mean", {4}},
                                                           {"norm.running_var", {4}},
                                                           {"classifier.weight", {5, 24}},
                                                           {"classifier.bias", {5}}};

}  // namespace

TEST_CASE("the numbers of a weight go to another framework's places and back") {
    const WeightPlace conv{"w", {1, 2, 3, 2}}, dense{"w", {12, 2}, 0, {2, 2, 3}}, plain{"w", {2, 3}, 0, {1, 1, 2}};
    CHECK(shape_in(conv, WeightLayout::keras) == Numbers{1, 2, 3, 2});
    CHECK(shape_in(conv, WeightLayout::pytorch) == Numbers{2, 3, 1, 2});
    CHECK(shape_in(dense, WeightLayout::pytorch) == Numbers{2, 12});
    CHECK(shape_in({"w", {3, 3, 8}}, WeightLayout::pytorch) == Numbers{8, 1, 3, 3});
    CHECK(shape_in({"w", {3, 3, 8}}, WeightLayout::keras) == Numbers{3, 3, 8, 1});
    const std::vector<float> ours{0, 1, 2, 3, 4,  5,
                                  6, 7, 8, 9, 10, 11};  // (y, x, in, out) = (0, 0, 0, 0), (0, 0, 0, 1), (0, 0, 1, 0), ...
    CHECK(to_layout(conv, WeightLayout::pytorch, ours) == std::vector<float>{0, 6, 2, 8, 4, 10, 1, 7, 3, 9, 5, 11});
    CHECK(to_layout(conv, WeightLayout::keras, ours) == ours);
    CHECK(to_layout(plain, WeightLayout::pytorch, std::vector<float>{0, 1, 2, 3, 4, 5}) ==
          std::vector<float>{0, 3, 1, 4, 2, 5});
    std::vector<float> wide(24);
    for (std::size_t n = 0; n < wide.size(); ++n) wide[n] = static_cast<float>(n);
    const auto theirs = to_layout(dense, WeightLayout::pytorch, wide);
    CHECK(theirs[0] == 0);
    CHECK(theirs[1] == 6);   // channel 0 of the pixel to the right
    CHECK(theirs[4] == 2);   // channel 1 of the first pixel
    CHECK(theirs[12] == 1);  // the second output
    CHECK(from_layout(dense, WeightLayout::pytorch, theirs) == wide);
    CHECK(from_layout(conv, WeightLayout::pytorch, to_layout(conv, WeightLayout::pytorch, ours)) == ours);
}

TEST_CASE("an ordered file is matched by its order, an unordered one by names and shapes") {
    CHECK(match_weights(file_of(true, pytorch), network, WeightLayout::pytorch) == Numbers{0, 1, 2, 3, 4, 5, 6, 7, 8, 9});
    auto shuffled = pytorch;
    std::ranges::sort(shuffled);  // as safetensors files are: "features.10" before "features.2", the classifier in front
    const auto found = match_weights(file_of(false, shuffled), network, WeightLayout::pytorch);
    for (std::size_t n = 0; n < found.size(); ++n) CHECK(shuffled[found[n]].first == pytorch[n].first);
    auto nameless = pytorch;
    for (std::size_t n = 0; n < nameless.size(); ++n) nameless[n].first = "arr_" + std::to_string(n);
    CHECK(match_weights(file_of(true, nameless), network, WeightLayout::pytorch).back() == 9);
}

TEST_CASE("a table of names settles what order and shapes do not") {
    auto mixed = pytorch;
    mixed[0].first = "b.weight", mixed[1].first = "b.bias", mixed[2].first = "a.weight", mixed[3].first = "a.bias";
    CHECK(message_of([&] {
              match_weights(file_of(false, mixed), network, WeightLayout::pytorch);
          }).find("give a table of names") != std::string::npos);
    const NameTable names{{"0.weights", "b.weight"}, {"0.bias", "b.bias"}};
    CHECK(match_weights(file_of(false, mixed), network, WeightLayout::pytorch, names)[0] == 0);
    CHECK(match_weights(file_of(false, mixed), network, WeightLayout::pytorch, names)[2] == 2);
    const auto wrong = [&](NameTable table) {
        return message_of([&] { match_weights(file_of(false, mixed), network, WeightLayout::pytorch, table); });
    };
    CHECK(wrong({{"0.weight", "b.weight"}}).find("'0.weight', which is no row") != std::string::npos);
    CHECK(wrong({{"0.weights", "c.weight"}}).find("'c.weight', which is not in the file") != std::string::npos);
    CHECK(wrong({{"0.weights", "b.weight"}, {"1.weights", "b.weight"}}).find("twice") != std::string::npos);
    CHECK(wrong({{"0.weights", "a.bias"}, {"1.weights", "b.weight"}}).find("'0.weights' does not fit 'a.bias'") !=
          std::string::npos);
}

TEST_CASE("what does not fit lists both tables") {
    const auto refused = [&](bool ordered, const auto& arrays) {
        return message_of([&] { match_weights(file_of(ordered, arrays), network, WeightLayout::pytorch); });
    };
    auto other = pytorch;
    other[8].second = {5, 25};
    for (const bool ordered : {true, false}) {
        const std::string message = refused(ordered, other);
        CHECK(message.find("w: ") == 0);
        CHECK(message.find("'3.weights'") != std::string::npos);
        CHECK(message.find("\n    classifier.weight (5, 25)       | 3.weights (5, 24)\n") != std::string::npos);
        CHECK(message.find("\n    features.2.weight (4, 4, 3, 3)  | 0.weights (4, 4, 3, 3)\n") != std::string::npos);
    }
    auto shorter = pytorch;
    shorter.pop_back();
    CHECK(refused(true, shorter).find("10 arrays were expected, the file has 9") != std::string::npos);
    CHECK(refused(false, shorter).find("| 3.bias (5,)") != std::string::npos);
    auto swapped = pytorch;
    std::swap(swapped[4], swapped[5]);  // gamma and beta have one shape
    CHECK(refused(true, swapped).find("'2.gamma' does not fit 'norm.bias'") != std::string::npos);
    CHECK(refused(false, swapped).empty());
    CHECK(message_of([&] {
              match_weights(file_of(true, pytorch), network, WeightLayout::keras);
          }).find("0.weights (3, 3, 4, 4)") != std::string::npos);
}

TEST_CASE("no order tells layers of the same shapes in branches that stand side by side") {
    // A stem, a branch of one convolution beside one of two, a dense layer behind both.
    std::vector<WeightPlace> branches{{"0.weights", {1, 1, 3, 6}, 0, {8, 8, 3}, 0, {}, {}},
                                      {"0.bias", {6}, 18, {8, 8, 3}, 0, {}, {}},
                                      {"1.0.weights", {3, 3, 6, 6}, 24, {8, 8, 6}, 2, {}, {4, 5}},
                                      {"1.0.bias", {6}, 348, {8, 8, 6}, 2, {}, {4, 5}},
                                      {"1.1.0.weights", {3, 3, 6, 6}, 354, {8, 8, 6}, 4, {}, {2}},
                                      {"1.1.0.bias", {6}, 678, {8, 8, 6}, 4, {}, {2}},
                                      {"1.1.1.weights", {3, 3, 6, 6}, 684, {8, 8, 6}, 5, {}, {2}},
                                      {"1.1.1.bias", {6}, 1008, {8, 8, 6}, 5, {}, {2}},
                                      {"3.weights", {12, 3}, 1014, {1, 1, 12}, 8, {}, {}},
                                      {"3.bias", {3}, 1050, {1, 1, 12}, 8, {}, {}}};
    std::vector<std::pair<std::string, Numbers>> keras{{"stem/kernel", {1, 1, 3, 6}},  {"stem/bias", {6}},  {"deep1/kernel", {3, 3, 6, 6}}, {"deep1/bias", {6}},
                                                       {"short/kernel", {3, 3, 6, 6}}, {"short/bias", {6}}, {"deep2/kernel", {3, 3, 6, 6}}, {"deep2/bias", {6}},
                                                       {"head/kernel", {12, 3}},       {"head/bias", {3}}};
    const auto refused = [&](bool ordered, const NameTable& names = {}) {
        return message_of([&] { match_weights(file_of(ordered, keras), branches, WeightLayout::keras, names); });
    };
    for (const bool ordered : {true, false})
        CHECK(refused(ordered).find("the rows '1.0.weights' and '1.1.0.weights' stand in branches side by side and have the same shapes, so that no order tells "
                                    "which array is whose: give a table of names") != std::string::npos);
    const NameTable names{{"1.0.weights", "short/kernel"}, {"1.0.bias", "short/bias"}};
    CHECK(match_weights(file_of(true, keras), branches, WeightLayout::keras, names) == Numbers{0, 1, 4, 5, 2, 3, 6, 7, 8, 9});
    for (auto& [name, shape] : keras) name = "arr_" + name.substr(0, name.find('/')) + (shape.size() == 1 ? "1" : "0");
    CHECK(refused(true).find("give a table of names") != std::string::npos);

    // Where the shapes differ, branches may take turns, but a layer does not come before those that it reads.
    branches[2].extents = {5, 5, 6, 6}, keras[4].second = {5, 5, 6, 6};
    CHECK(match_weights(file_of(true, keras), branches, WeightLayout::keras) == Numbers{0, 1, 4, 5, 2, 3, 6, 7, 8, 9});
    std::swap(keras[0], keras[8]), std::swap(keras[1], keras[9]);
    CHECK(refused(true).find("'0.weights' does not fit 'arr_head0' of the file") != std::string::npos);

    // A file of Denim's own says itself what is what, in any order.
    for (std::size_t n = 0; n < keras.size(); ++n) keras[n] = {branches[9 - n].name, shape_in(branches[9 - n], WeightLayout::keras)};
    for (const bool ordered : {true, false})
        CHECK(match_weights(file_of(ordered, keras), branches, WeightLayout::keras) == Numbers{9, 8, 7, 6, 5, 4, 3, 2, 1, 0});
}

TEST_CASE("an order that two runs of arrays could have is refused") {
    // One branch has a layer of one array, the other one of two; another array of that shape follows in the first.
    const std::vector<WeightPlace> branches{{"0.0.weights", {4}, 0, {1, 1, 4}, 1, {}, {4}},
                                            {"0.0.mean", {4}, 4, {1, 1, 4}, 1, {}, {4}},
                                            {"0.1.weights", {4}, 8, {1, 1, 4}, 4, {}, {1}}};
    const auto file = file_of(true, {{"arr_0", {4}}, {"arr_1", {4}}, {"arr_2", {4}}});
    CHECK(message_of([&] { match_weights(file, branches, WeightLayout::keras); }).find("can be meant in two ways: give a table of names") != std::string::npos);
}
